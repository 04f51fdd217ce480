package todoku.web;

import java.io.IOException;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import org.springframework.core.io.Resource;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;
import org.springframework.stereotype.Component;

/// The words of the product: `messages/<module>.properties` in Japanese, `messages/<module>_en.properties` in English,
/// UTF-8. `{0}`, `{1}` … are replaced by the arguments; nothing else has a meaning.
@Component
public final class Texts {
    private static final String ENGLISH = "_en.properties";

    private final Map<String, String> japanese = new HashMap<>();
    private final Map<String, String> english = new HashMap<>();

    public Texts() {
        try {
            for (Resource file : new PathMatchingResourcePatternResolver().getResources("classpath*:messages/*.properties"))
                read(file, String.valueOf(file.getFilename()).endsWith(ENGLISH) ? english : japanese);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void read(Resource file, Map<String, String> into) throws IOException {
        Properties words = new Properties();
        try (Reader reader = new InputStreamReader(file.getInputStream(), StandardCharsets.UTF_8)) {
            words.load(reader);
        }
        words.forEach((key, text) -> {
            if (into.put(key.toString(), text.toString()) != null)
                throw new IllegalStateException("two texts for " + key + " in " + file.getFilename());
        });
    }

    /// @throws IllegalArgumentException for a key nobody has written: a test walks all templates
    public String get(Locale locale, String key, Object... arguments) {
        Map<String, String> words = locale.getLanguage().equals("en") ? english : japanese;
        String text = words.get(key);
        if (text == null) throw new IllegalArgumentException("no text for " + key + " in " + locale);
        for (int i = 0; i < arguments.length; i++) text = text.replace("{" + i + "}", String.valueOf(arguments[i]));
        return text;
    }

    public boolean has(String key) {
        return japanese.containsKey(key);
    }

    Map<String, String> japanese() {
        return Map.copyOf(japanese);
    }

    Map<String, String> english() {
        return Map.copyOf(english);
    }
}
