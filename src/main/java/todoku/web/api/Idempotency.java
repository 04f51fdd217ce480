package todoku.web.api;

import jakarta.servlet.FilterChain;
import jakarta.servlet.ReadListener;
import jakarta.servlet.ServletException;
import jakarta.servlet.ServletInputStream;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletRequestWrapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.Serial;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.web.filter.OncePerRequestFilter;
import org.springframework.web.util.ContentCachingResponseWrapper;
import todoku.access.Caller;
import todoku.database.Database;

/// A POST with an `Idempotency-Key` is done once: the change and its answer are one transaction, so a program that did not
/// hear the answer asks again and gets it. Only what was done is kept; a refusal may be mended and sent again.
///
/// Lines (NDJSON) and files are not for this: registering them twice is the same as once.
public final class Idempotency extends OncePerRequestFilter {
    private static final String HEADER = "Idempotency-Key";
    private static final Pattern KEY = Pattern.compile("[\\x21-\\x7e]{1,200}");
    private static final List<String> KEPT_HEADERS = List.of(HttpHeaders.CONTENT_TYPE, HttpHeaders.LOCATION, HttpHeaders.ETAG);

    private final Database database;
    private final Answers answers;
    private final Problems problems;

    public Idempotency(Database database, Answers answers, Problems problems) {
        this.database = database;
        this.answers = answers;
        this.problems = problems;
    }

    /// It was not done: whatever was written goes.
    private static final class NotDone extends RuntimeException {
        @Serial
        private static final long serialVersionUID = 1;

        NotDone() {
            super(null, null, false, false);
        }
    }

    @Override
    protected boolean shouldNotFilter(HttpServletRequest request) {
        String type = String.valueOf(request.getContentType());
        return !request.getMethod().equals("POST") || request.getHeader(HEADER) == null || !type.startsWith("application/json");
    }

    @Override
    protected void doFilterInternal(HttpServletRequest request, HttpServletResponse response, FilterChain chain)
            throws ServletException, IOException {
        var kept = new ContentCachingResponseWrapper(response);
        try {
            Caller caller = Caller.of(request).orElseThrow();
            String key = request.getHeader(HEADER);
            if (!KEY.matcher(key).matches()) throw Refusal.badParameters(List.of(new Wrong(HEADER, "web.api.bad.idempotency-key")));
            byte[] body = Json.bytes(request);
            byte[] hash = hash(request, body);
            database.inTransaction(() -> {
                if (!answers.begin(caller.keyId(), key)) throw Refusal.of(HttpStatus.CONFLICT, "in-progress");
                Optional<Answers.Answer> before = answers.find(caller.keyId(), key);
                if (before.isPresent()) again(before.get(), hash, kept);
                else first(caller.keyId(), key, hash, new Read(request, body), kept, chain);
            });
        } catch (NotDone e) {
            // its problem is in the answer already
        } catch (RuntimeException e) {
            problems.answer(request, kept, e);
        }
        kept.copyBodyToResponse();
    }

    private static void again(Answers.Answer before, byte[] hash, HttpServletResponse response) {
        if (!MessageDigest.isEqual(before.requestHash(), hash)) throw Refusal.of(HttpStatus.UNPROCESSABLE_CONTENT, "key-reuse");
        response.setStatus(before.status());
        before.headers().forEach(response::setHeader);
        response.setHeader("Idempotent-Replayed", "true");
        try {
            response.getOutputStream().write(before.body().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void first(
            long keyId, String key, byte[] hash, HttpServletRequest request, ContentCachingResponseWrapper response, FilterChain chain) {
        try {
            chain.doFilter(request, response);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (ServletException e) {
            throw new IllegalStateException(e);
        }
        if (response.getStatus() >= HttpStatus.BAD_REQUEST.value()) throw new NotDone();
        Map<String, String> headers = new LinkedHashMap<>();
        for (String name : KEPT_HEADERS) {
            @Nullable String value = response.getHeader(name);
            if (value != null) headers.put(name, value);
        }
        String body = new String(response.getContentAsByteArray(), StandardCharsets.UTF_8);
        answers.keep(keyId, key, new Answers.Answer(hash, response.getStatus(), headers, body));
    }

    private static byte[] hash(HttpServletRequest request, byte[] body) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            String query = request.getQueryString() == null ? "" : request.getQueryString();
            digest.update((request.getRequestURI() + "?" + query + "\n").getBytes(StandardCharsets.UTF_8));
            return digest.digest(body);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The request whose body was read already.
    private static final class Read extends HttpServletRequestWrapper {
        private final byte[] body;

        Read(HttpServletRequest request, byte[] body) {
            super(request);
            this.body = body;
        }

        @Override
        public ServletInputStream getInputStream() {
            var in = new ByteArrayInputStream(body);
            return new ServletInputStream() {
                @Override
                public boolean isFinished() {
                    return in.available() == 0;
                }

                @Override
                public boolean isReady() {
                    return true;
                }

                @Override
                public void setReadListener(ReadListener listener) {
                    throw new UnsupportedOperationException();
                }

                @Override
                public int read() {
                    return in.read();
                }

                @Override
                public int read(byte[] into, int from, int length) {
                    return in.read(into, from, length);
                }
            };
        }
    }
}
