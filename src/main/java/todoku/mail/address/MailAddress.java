package todoku.mail.address;

import com.ibm.icu.text.IDNA;
import java.util.Locale;
import todoku.mail.address.Parsing.Parsed;
import todoku.mail.address.Parsing.Problem;
import todoku.mail.address.Parsing.Refused;

/// One mail address. The local part is kept as typed and unquoted, in the characters of RFC 5322's atoms and
/// dots; the domain is lower-case ASCII (an international domain in its `xn--` form). Nothing in it can end a
/// header line or an SMTP command, and whatever it writes can be parsed again to the same address.
public record MailAddress(String local, String domain) {

    /// Octets, RFC 5321 §4.5.3.1.1.
    static final int LOCAL_LIMIT_OCTETS = 64;

    /// Octets, RFC 1035 §2.3.4 without the root.
    static final int DOMAIN_LIMIT_OCTETS = 253;

    /// Octets of the whole address: a path is 256 with its angle brackets (RFC 5321 §4.5.3.1.3).
    static final int ADDRESS_LIMIT_OCTETS = 254;

    /// Characters we are willing to look at; a paste longer than this is no address.
    static final int TYPED_LIMIT_CHARS = 1_000;

    private static final int LABEL_LIMIT_OCTETS = 63;
    private static final String ATEXT_SPECIALS = "!#$%&'*+-/=?^_`{|}~";
    private static final IDNA UTS46 = IDNA.getUTS46Instance(
            IDNA.NONTRANSITIONAL_TO_ASCII | IDNA.CHECK_BIDI | IDNA.CHECK_CONTEXTJ | IDNA.USE_STD3_RULES);

    public MailAddress {
        if (!isLocal(local) || local.length() > LOCAL_LIMIT_OCTETS)
            throw new IllegalArgumentException("bad local part");
        if (!isDomain(domain)) throw new IllegalArgumentException("bad domain");
        if (local.length() + 1 + domain.length() > ADDRESS_LIMIT_OCTETS)
            throw new IllegalArgumentException("address too long");
    }

    /// Reads an address the way Japanese forms and files bring it: surrounding spaces (also full-width) fall
    /// away, full-width ASCII becomes ASCII, the domain becomes lower-case, and the carriers' old dotted forms
    /// are accepted. Every other character stays what it is: half-width katakana or kanji in a local part are
    /// refused, not guessed at.
    public static Parsing parse(String typed) {
        if (typed.length() > TYPED_LIMIT_CHARS) return new Refused(Problem.TOO_LONG);
        String text = narrowed(typed, trimmedStart(typed), trimmedEnd(typed));
        if (text.isEmpty()) return new Refused(Problem.EMPTY);
        if (hasControl(text)) return new Refused(Problem.CONTROL_CHARACTER);

        boolean quoted = text.charAt(0) == '"';
        int close = quoted ? closingQuote(text) : -1;
        if (quoted && close < 0) return new Refused(Problem.BAD_LOCAL);
        int at = quoted ? text.indexOf('@', close) : text.indexOf('@');
        if (at < 0) return new Refused(Problem.NO_AT);
        if (text.indexOf('@', at + 1) >= 0) return new Refused(Problem.TWO_AT);
        if (quoted && at != close + 1) return new Refused(Problem.BAD_LOCAL);
        return joined(quoted ? unquoted(text, close) : text.substring(0, at), text.substring(at + 1));
    }

    private static Parsing joined(String local, String typedDomain) {
        if (typedDomain.isEmpty()) return new Refused(Problem.BAD_DOMAIN);
        String domain = asciiDomain(typedDomain);
        if (domain.indexOf('.') < 0) return new Refused(Problem.DOMAIN_WITHOUT_DOT);
        if (domain.length() > DOMAIN_LIMIT_OCTETS) return new Refused(Problem.TOO_LONG);
        if (!isDomain(domain)) return new Refused(Problem.BAD_DOMAIN);
        if (!isLocal(local)) return new Refused(Problem.BAD_LOCAL);
        if (local.length() > LOCAL_LIMIT_OCTETS || local.length() + 1 + domain.length() > ADDRESS_LIMIT_OCTETS)
            return new Refused(Problem.TOO_LONG);
        var address = new MailAddress(local, domain);
        return new Parsed(address, address.needsQuotes());
    }

    /// The key under which this person is found: lower-case and unquoted, as the carriers compare.
    public String canonical() {
        return local.toLowerCase(Locale.ROOT) + '@' + domain;
    }

    /// As people write it: unquoted.
    @Override
    public String toString() {
        return local + '@' + domain;
    }

    /// As `MAIL`, `RCPT` and the address headers need it: the local part is quoted only when RFC 5321 leaves no other
    /// way, because some servers refuse a quoted address that did not need it.
    public String forEnvelope() {
        if (!needsQuotes()) return toString();
        return '"' + local + "\"@" + domain;
    }

    /// Whether the local part is no dot-atom (RFC 5322 §3.2.3). Only its dots can be the reason.
    private boolean needsQuotes() {
        boolean afterDot = true;
        for (int i = 0; i < local.length(); i++) {
            char c = local.charAt(i);
            if (c == '.' && afterDot) return true;
            afterDot = c == '.';
        }
        return afterDot;
    }

    private static boolean isAtext(char c) {
        return isLetterOrDigit(c) || ATEXT_SPECIALS.indexOf(c) >= 0;
    }

    private static boolean isLetterOrDigit(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }

    /// The characters of a dot-atom, with dots anywhere. What RFC 5322 allows only between quotes (`@`, a
    /// space, a comma) is refused: nobody owns such an address, and what we show must be readable again without
    /// its quotes.
    private static boolean isLocal(String local) {
        if (local.isEmpty()) return false;
        for (int i = 0; i < local.length(); i++) {
            char c = local.charAt(i);
            if (c != '.' && !isAtext(c)) return false;
        }
        return true;
    }

    private static boolean isDomain(String domain) {
        if (domain.length() > DOMAIN_LIMIT_OCTETS || domain.indexOf('.') < 0) return false;
        int start = 0;
        while (start <= domain.length()) {
            int dot = domain.indexOf('.', start);
            int end = dot < 0 ? domain.length() : dot;
            if (!isLabel(domain, start, end)) return false;
            if (dot < 0) return !isNumber(domain, start, end);
            start = dot + 1;
        }
        return false;
    }

    private static boolean isLabel(String domain, int start, int end) {
        if (start == end || end - start > LABEL_LIMIT_OCTETS) return false;
        if (domain.charAt(start) == '-' || domain.charAt(end - 1) == '-') return false;
        for (int i = start; i < end; i++) {
            char c = domain.charAt(i);
            if (!(c >= 'a' && c <= 'z' || c >= '0' && c <= '9' || c == '-')) return false;
        }
        return true;
    }

    /// No top-level domain is a number; `1.2.3.4` is an address of a machine, not of a mail domain.
    private static boolean isNumber(String domain, int start, int end) {
        for (int i = start; i < end; i++) if (domain.charAt(i) < '0' || domain.charAt(i) > '9') return false;
        return true;
    }

    /// The domain as DNS knows it (UTS 46), or something no DNS can know: `..`.
    public static String asciiDomain(String typed) {
        boolean plain = true;
        for (int i = 0; i < typed.length() && plain; i++) plain = typed.charAt(i) < 0x80;
        String lower = typed.toLowerCase(Locale.ROOT);
        if (plain && !lower.contains("xn--")) return lower;
        var info = new IDNA.Info();
        String ascii = UTS46.nameToASCII(typed, new StringBuilder(), info).toString();
        return info.hasErrors() ? ".." : ascii;
    }

    private static int closingQuote(String text) {
        for (int i = 1; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '\\') i++;
            else if (c == '"') return i;
        }
        return -1;
    }

    private static String unquoted(String text, int close) {
        var local = new StringBuilder(close);
        for (int i = 1; i < close; i++) {
            if (text.charAt(i) == '\\') i++;
            local.append(text.charAt(i));
        }
        return local.toString();
    }

    private static boolean isPadding(char c) {
        return c == ' ' || c == '\t' || c == '\u3000' || c == '\u00A0' || c == '\uFEFF' || c == '\u200B';
    }

    private static int trimmedStart(String typed) {
        int start = 0;
        while (start < typed.length() && isPadding(typed.charAt(start))) start++;
        return start;
    }

    private static int trimmedEnd(String typed) {
        int end = typed.length();
        while (end > 0 && isPadding(typed.charAt(end - 1))) end--;
        return end;
    }

    /// Full-width ASCII (U+FF01–FF5E) moved to ASCII; nothing else, because NFKC would also rewrite real characters.
    private static String narrowed(String typed, int start, int end) {
        var narrow = new StringBuilder(Math.max(0, end - start));
        for (int i = start; i < end; i++) {
            char c = typed.charAt(i);
            narrow.append(c >= '\uFF01' && c <= '\uFF5E' ? (char) (c - 0xFEE0) : c);
        }
        return narrow.toString();
    }

    private static boolean hasControl(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isISOControl(c) || c == '\u2028' || c == '\u2029') return true;
        }
        return false;
    }
}
