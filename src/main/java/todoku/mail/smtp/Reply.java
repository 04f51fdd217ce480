package todoku.mail.smtp;

import java.util.Optional;
import java.util.regex.Pattern;

/// What the other server said, word for word (RFC 5321 §4.2). The lines of a longer reply are joined by `\n`.
public record Reply(int code, String text) {
    private static final Pattern ENHANCED = Pattern.compile("([245]\\.\\d{1,3}\\.\\d{1,3})(?:\\s.*)?", Pattern.DOTALL);

    /// Refuses what cannot be a reply to a command.
    public Reply {
        if (code < 200 || code > 599) throw new IllegalArgumentException("not an SMTP reply: " + code);
    }

    /// They took it, or ask us to go on.
    public boolean isPositive() {
        return code < 400;
    }

    /// Worth trying again later.
    public boolean isTransient() {
        return code >= 400 && code < 500;
    }

    /// Will be refused again in the same way.
    public boolean isPermanent() {
        return code >= 500;
    }

    /// The enhanced status code the text begins with, such as `5.1.1` (RFC 3463).
    public Optional<String> enhancedCode() {
        var matcher = ENHANCED.matcher(text);
        return matcher.matches() ? Optional.of(matcher.group(1)) : Optional.empty();
    }

    @Override
    public String toString() {
        return text.isEmpty() ? Integer.toString(code) : code + " " + text;
    }
}
