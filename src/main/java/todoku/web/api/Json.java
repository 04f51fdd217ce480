package todoku.web.api;

import jakarta.servlet.http.HttpServletRequest;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.core.TokenStreamLocation;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Reads JSON strictly: one value, no field twice, numbers exactly.
public final class Json {
    /// Bytes of one request; more belongs into lines (NDJSON) or a file.
    static final int MOST_BYTES = 10 * 1024 * 1024;

    private static final JsonMapper JSON = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();

    private Json() {}

    /// @throws Refusal with line and column
    public static JsonNode read(byte[] bytes) {
        try {
            @Nullable JsonNode tree = JSON.readTree(bytes);
            if (tree == null || tree.isMissingNode()) throw Refusal.malformed(1, 1, "empty");
            return tree;
        } catch (JacksonException e) {
            @Nullable TokenStreamLocation at = e.getLocation();
            throw Refusal.malformed(at == null ? 1 : Math.max(1, at.getLineNr()), at == null ? 1 : Math.max(1, at.getColumnNr()),
                    e.getOriginalMessage());
        }
    }

    /// The whole body.
    ///
    /// @throws Refusal 413 when it is larger than [#MOST_BYTES]
    static byte[] bytes(HttpServletRequest request) throws IOException {
        if (request.getContentLengthLong() > MOST_BYTES) throw tooLarge();
        try (InputStream in = request.getInputStream()) {
            byte[] bytes = in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) throw tooLarge();
            return bytes;
        }
    }

    private static Refusal tooLarge() {
        return Refusal.of(HttpStatus.CONTENT_TOO_LARGE, "too-large", "10 MB");
    }
}
