package todoku.tracking;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.net.URLDecoder;
import java.util.Locale;
import java.util.regex.Pattern;

/// Reads `List-Unsubscribe=One-Click` (RFC 8058 §3.2) from a form in either encoding. Our own page sends the same.
final class OneClick {
    private static final String NAME = "List-Unsubscribe";
    private static final String VALUE = "One-Click";

    /// RFC 2046 §5.1.1: at most 70 characters, and none of them a quote.
    private static final Pattern BOUNDARY =
            Pattern.compile("boundary=(?:\"([^\"]{1,70})\"|([^\\s;\"]{1,70}))", Pattern.CASE_INSENSITIVE);

    private static final Pattern FIELD =
            Pattern.compile("name=\"?" + NAME + "\"?\\s*(?:[;\\r\\n]|$)", Pattern.CASE_INSENSITIVE);

    private OneClick() {}

    static boolean isAsked(String contentType, byte[] body) {
        String text = new String(body, ISO_8859_1);
        String type = contentType.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
        return switch (type) {
            case "application/x-www-form-urlencoded" -> inForm(text);
            case "multipart/form-data" -> inParts(contentType, text);
            default -> false;
        };
    }

    private static boolean inForm(String text) {
        for (String pair : text.strip().split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals < 0) continue;
            if (is(NAME, decoded(pair.substring(0, equals))) && is(VALUE, decoded(pair.substring(equals + 1))))
                return true;
        }
        return false;
    }

    private static String decoded(String part) {
        try {
            return URLDecoder.decode(part, ISO_8859_1);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    private static boolean inParts(String contentType, String text) {
        var boundary = BOUNDARY.matcher(contentType);
        if (!boundary.find()) return false;
        String delimiter = "--" + (boundary.group(1) != null ? boundary.group(1) : boundary.group(2));
        for (String part : text.split(Pattern.quote(delimiter), -1)) {
            String[] headAndBody = part.strip().split("\\r?\\n\\r?\\n", 2);
            if (headAndBody.length == 2
                    && FIELD.matcher(headAndBody[0]).find()
                    && is(VALUE, headAndBody[1])) return true;
        }
        return false;
    }

    private static boolean is(String expected, String said) {
        return said.strip().equalsIgnoreCase(expected);
    }
}
