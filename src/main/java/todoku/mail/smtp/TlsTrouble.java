package todoku.mail.smtp;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Why nothing was sent to a server that may only be sent to encrypted. Its text is kept where replies are kept, and is
/// told from them by its beginning.
/// @param host the server's name
/// @param detail what was seen, in the words of those who saw it
public record TlsTrouble(Kind kind, String host, String detail) {
    private static final Pattern WRITTEN = Pattern.compile("TLS ([a-z-]+) (\\S+): (.*)", Pattern.DOTALL);
    private static final int LONGEST = 300;

    /// The text behind `delivery.tls.` tells it.
    public enum Kind {
        /// They do not offer it; perhaps somebody between us and them has removed the offer.
        NOT_OFFERED,
        /// They offered it and then did not want to.
        REFUSED,
        /// No common protocol or cipher, or no sense in what they said.
        HANDSHAKE,
        EXPIRED,
        NOT_YET_VALID,
        WRONG_NAME,
        UNKNOWN_ISSUER,
        /// Not the certificate their DNS announces (RFC 7672).
        NOT_ANNOUNCED,
        /// Their DNS says that it announces a certificate, but not which, or its signatures are wrong.
        DNS,
        /// Not one of the servers their policy names (RFC 8461).
        NOT_IN_POLICY;

        String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// Keeps one line of it, of a length that can be shown.
    public TlsTrouble {
        detail = detail.replaceAll("\\s+", " ").strip();
        if (detail.length() > LONGEST) detail = detail.substring(0, LONGEST);
        if (host.isEmpty() || host.contains(" ")) host = "?";
    }

    /// What [#toString] wrote; null for anything else, such as a reply.
    public static @Nullable TlsTrouble read(@Nullable String text) {
        if (text == null || !text.startsWith("TLS ")) return null;
        Matcher found = WRITTEN.matcher(text);
        if (!found.matches()) return null;
        for (Kind kind : Kind.values())
            if (kind.word().equals(found.group(1))) return new TlsTrouble(kind, found.group(2), found.group(3));
        return null;
    }

    @Override
    public String toString() {
        return "TLS " + kind.word() + " " + host + ": " + detail;
    }
}
