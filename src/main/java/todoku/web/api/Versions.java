package todoku.web.api;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;

/// Versions of rows as entity tags (RFC 9110 §8.8.3).
public final class Versions {
    private static final Pattern TAG = Pattern.compile("(?:W/)?\"?(\\d{1,9})\"?");

    private Versions() {}

    public static String tag(int version) {
        return "\"" + version + "\"";
    }

    /// The version the program has seen; `*` is whatever there is.
    ///
    /// @throws Refusal when it says none, or one that is gone
    public static int wanted(@Nullable String ifMatch, int now) {
        if (ifMatch == null) throw Refusal.of(HttpStatus.PRECONDITION_REQUIRED, "if-match");
        if (ifMatch.strip().equals("*")) return now;
        Matcher tag = TAG.matcher(ifMatch.strip());
        if (!tag.matches() || Integer.parseInt(tag.group(1)) != now) throw Refusal.stale(now);
        return now;
    }
}
