package todoku.mail.smtp;

/// The return path and the one recipient of a mail, both without brackets; `from` is empty for a mail that must not bounce.
public record Envelope(String from, String to) {
    /// RFC 5321 §4.5.3.1.3 allows 254 characters in a path; some room for odd but harmless senders.
    static final int MAX_PATH_CHARS = 320;

    /// Refuses anything that could end the command early or that needs SMTPUTF8.
    public Envelope {
        requirePath(from);
        requirePath(to);
        if (to.isEmpty()) throw new IllegalArgumentException("a mail needs a recipient");
    }

    private static void requirePath(String path) {
        if (path.length() > MAX_PATH_CHARS) throw new IllegalArgumentException("path too long: " + path.length());
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c >= 0x7f || c == '<' || c == '>') {
                throw new IllegalArgumentException("character " + (int) c + " in a path");
            }
        }
    }
}
