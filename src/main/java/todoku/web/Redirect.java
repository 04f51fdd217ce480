package todoku.web;

import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseCookie;
import org.springframework.web.servlet.View;

/// After a form: the browser is led to a page (303) which may say a sentence about what was done.
public final class Redirect implements View {
    static final String COOKIE = "todoku_said";
    private static final int SECONDS = 60;

    private final String where;
    private final @Nullable String sentence;

    private Redirect(String where, @Nullable String sentence) {
        this.where = where;
        this.sentence = sentence;
    }

    /// @param where a path of ours
    /// @throws IllegalArgumentException for an address of somebody else
    public static Redirect to(String where) {
        if (!where.startsWith("/") || where.startsWith("//") || where.startsWith("/\\"))
            throw new IllegalArgumentException("not a path of ours: " + where);
        return new Redirect(where, null);
    }

    /// Shown once, for some seconds, on the next page. Without personal data.
    public Redirect saying(String sentence) {
        return new Redirect(where, sentence);
    }

    @Override
    public void render(@Nullable Map<String, ?> model, HttpServletRequest request, HttpServletResponse response) {
        if (sentence != null)
            response.addHeader(HttpHeaders.SET_COOKIE, cookie(request, encode(sentence), SECONDS));
        if (request.getHeader("HX-Request") != null) {
            response.setHeader("HX-Redirect", where);
            response.setStatus(HttpStatus.NO_CONTENT.value());
        } else {
            response.setHeader(HttpHeaders.LOCATION, where);
            response.setStatus(HttpStatus.SEE_OTHER.value());
        }
    }

    static String cookie(HttpServletRequest request, String value, long seconds) {
        return ResponseCookie.from(COOKIE, value)
                .path("/")
                .httpOnly(true)
                .secure(request.isSecure())
                .sameSite("Lax")
                .maxAge(seconds)
                .build()
                .toString();
    }

    private static String encode(String sentence) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sentence.getBytes(StandardCharsets.UTF_8));
    }

    static @Nullable String decode(String value) {
        try {
            return new String(Base64.getUrlDecoder().decode(value), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
