package todoku.mail.smtp;

import todoku.mail.address.MailAddress;

/// The return path and the one recipient of a mail, both without brackets; `from` is empty for a mail that must not bounce.
/// Domains are as DNS knows them (`xn--`); what stands before the `@` may need SMTPUTF8 (RFC 6531).
public record Envelope(String from, String to) {
    /// RFC 5321 §4.5.3.1.3 allows 254 characters in a path; some room for odd but harmless senders.
    static final int MAX_PATH_CHARS = 320;

    /// Refuses anything that could end the command early.
    public Envelope {
        from = path(from);
        to = path(to);
        if (to.isEmpty()) throw new IllegalArgumentException("a mail needs a recipient");
    }

    /// Whether only a server with SMTPUTF8 can take it.
    boolean needsUtf8() {
        return isBeyondAscii(from) || isBeyondAscii(to);
    }

    private static String path(String written) {
        if (written.length() > MAX_PATH_CHARS) throw new IllegalArgumentException("path too long: " + written.length());
        for (int i = 0; i < written.length(); i++) {
            char c = written.charAt(i);
            if (c <= ' ' || c == '<' || c == '>' || Character.isISOControl(c) || Character.isSpaceChar(c))
                throw new IllegalArgumentException("character " + (int) c + " in a path");
            if (Character.isSurrogate(c) && !isPair(written, i)) throw new IllegalArgumentException("half a character in a path");
        }
        if (!isBeyondAscii(written)) return written;
        int at = written.lastIndexOf('@');
        String domain = MailAddress.asciiDomain(written.substring(at + 1));
        if (domain.equals("..")) throw new IllegalArgumentException("no such domain can be: " + written.substring(at + 1));
        return written.substring(0, at + 1) + domain;
    }

    private static boolean isPair(String path, int at) {
        return Character.isHighSurrogate(path.charAt(at))
                ? at + 1 < path.length() && Character.isLowSurrogate(path.charAt(at + 1))
                : at > 0 && Character.isHighSurrogate(path.charAt(at - 1));
    }

    private static boolean isBeyondAscii(String path) {
        for (int i = 0; i < path.length(); i++) if (path.charAt(i) > 0x7e) return true;
        return false;
    }
}
