package todoku.mail.mime;

import java.nio.charset.StandardCharsets;
import todoku.mail.charset.Iso2022Jp;
import todoku.mail.charset.JisText;
import todoku.mail.charset.MailCharset;

/// Writes header fields: ASCII, folded, ended by CRLF (RFC 5322 §2.2, RFC 2047). A value can never start
/// another field, because every control character in it, CR and LF first, is written as a space.
final class HeaderWriter {

    /// Characters of a line, RFC 5322 §2.1.1: what a fold aims at.
    static final int LINE_CHARS = 76;

    /// Characters of one unbroken plain word; a longer one is encoded, so that no line passes 998 (RFC 5322 §2.1.1).
    static final int WORD_LIMIT_CHARS = 900;

    /// Characters of a name between quotes; a longer one is encoded, because a quoted-string is not folded here.
    static final int QUOTED_LIMIT_CHARS = 60;

    /// Octets of UTF-8 in one encoded-word of at most 75 characters: 75 − 12 for `=?UTF-8?B??=`, in whole base64
    /// quanta.
    static final int WORD_OCTETS = 45;

    /// The same in ISO-2022-JP, 75 − 18 for `=?ISO-2022-JP?B??=`: 18 kanji between their two escapes.
    static final int JIS_WORD_OCTETS = 42;

    private static final byte[] WORD_START = "=?UTF-8?B?".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] JIS_WORD_START = "=?ISO-2022-JP?B?".getBytes(StandardCharsets.US_ASCII);
    private static final int WORD_END_CHARS = 2;
    private static final byte[] BASE64 =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".getBytes(StandardCharsets.US_ASCII);

    private final Octets out;
    private final MailCharset charset;
    private int column;

    /// @param charset what encoded-words are written in; a value it has no characters for is written in UTF-8
    HeaderWriter(Octets out, MailCharset charset) {
        this.out = out;
        this.charset = charset;
    }

    /// A field of free words: a subject, or any value we do not know the grammar of.
    void unstructured(String name, String value) {
        start(name);
        if (value.isEmpty()) out.dropLast();
        else if (isPlain(value)) words(value);
        else encoded(value);
        end();
    }

    /// A field of one value that no fold and no encoding may touch: a date, an id. Already ASCII without spaces to
    /// spare.
    void exact(String name, String value) {
        start(name);
        plain(value);
        end();
    }

    /// `Message-ID` and its like: the value between angle brackets.
    void bracketed(String name, String value) {
        start(name);
        uri(value);
        end();
    }

    /// `List-Unsubscribe` (RFC 2369): each link between angle brackets, on a line of its own.
    void links(String name, Iterable<String> links) {
        start(name);
        boolean first = true;
        for (String link : links) {
            if (!first) {
                out.put(',');
                fold();
            }
            uri(link);
            first = false;
        }
        end();
    }

    /// `From`, `To`, `Reply-To`: a quoted or encoded name and the address between angle brackets, or the
    /// address alone.
    void mailbox(String name, Mailbox mailbox) {
        start(name);
        String display = mailbox.name().strip();
        String address = mailbox.address().forEnvelope();
        if (display.isEmpty()) {
            if (column + address.length() > LINE_CHARS) fold();
            plain(address);
        } else {
            if (isQuotable(display)) quoted(display);
            else encoded(display);
            if (column + address.length() + 3 > LINE_CHARS) fold();
            else space();
            out.put('<');
            plain(address);
            out.put('>');
        }
        end();
    }

    private void start(String name) {
        out.ascii(name);
        out.put(':');
        out.put(' ');
        column = name.length() + 2;
    }

    private void end() {
        out.crlf();
        column = 0;
    }

    private void fold() {
        out.crlf();
        out.put(' ');
        column = 1;
    }

    private void space() {
        out.put(' ');
        column++;
    }

    private void plain(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            out.put(c >= ' ' && c <= '~' ? c : ' ');
        }
        column += text.length();
    }

    /// A link or an id. [MailDraft] has seen to it that it is printable ASCII without spaces and brackets.
    private void uri(String value) {
        out.put('<');
        plain(value);
        out.put('>');
        column += 2;
    }

    /// Words of plain ASCII, folded before the space that would pass the line.
    private void words(String value) {
        int start = 0;
        while (start < value.length()) {
            int gap = value.indexOf(' ', start);
            int end = gap < 0 ? value.length() : gap;
            if (start > 0) {
                if (column + 1 + end - start > LINE_CHARS) fold();
                else space();
            }
            for (int i = start; i < end; i++) out.put(value.charAt(i));
            column += end - start;
            start = end + 1;
        }
    }

    /// A quoted-string (RFC 5322 §3.2.4).
    private void quoted(String text) {
        out.put('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                out.put('\\');
                column++;
            }
            out.put(c);
        }
        out.put('"');
        column += text.length() + 2;
    }

    /// Encoded-words, each complete in itself: a word ends between code points, and a line holds one word.
    private void encoded(String text) {
        JisText jis = charset == MailCharset.ISO_2022_JP ? Iso2022Jp.text(text) : null;
        if (jis != null) inJis(jis);
        else inUtf8(text);
    }

    private void inJis(JisText text) {
        byte[] octets = new byte[JIS_WORD_OCTETS];
        int at = 0;
        while (at < text.size()) {
            int end = text.wordEnd(at, room(JIS_WORD_START, JIS_WORD_OCTETS));
            if (end > at) {
                word(JIS_WORD_START, octets, 0, text.word(at, end, octets));
                at = end;
            }
            if (at < text.size()) fold();
        }
    }

    private void inUtf8(String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        for (int i = 0; i < octets.length; i++)
            if (octets[i] >= 0 && octets[i] < ' ' || octets[i] == 0x7F) octets[i] = ' ';
        int at = 0;
        while (at < octets.length) {
            int end = wordEnd(octets, at, room(WORD_START, WORD_OCTETS));
            if (end > at) {
                word(WORD_START, octets, at, end);
                at = end;
            }
            if (at < octets.length) fold();
        }
    }

    /// Octets that one more word may have on this line.
    private int room(byte[] wordStart, int most) {
        return Math.min(most, Math.max(0, LINE_CHARS - column - wordStart.length - WORD_END_CHARS) / 4 * 3);
    }

    /// The last end of a code point that `room` octets reach.
    private static int wordEnd(byte[] octets, int at, int room) {
        if (octets.length - at <= room) return octets.length;
        int end = at + room;
        while (end > at && (octets[end] & 0xC0) == 0x80) end--;
        return end;
    }

    private void word(byte[] wordStart, byte[] octets, int from, int end) {
        out.put(wordStart, 0, wordStart.length);
        for (int i = from; i < end; i += 3) {
            int left = end - i;
            int three = (octets[i] & 0xFF) << 16
                    | (left > 1 ? (octets[i + 1] & 0xFF) << 8 : 0)
                    | (left > 2 ? octets[i + 2] & 0xFF : 0);
            out.put(BASE64[three >> 18]);
            out.put(BASE64[three >> 12 & 63]);
            out.put(left > 1 ? BASE64[three >> 6 & 63] : '=');
            out.put(left > 2 ? BASE64[three & 63] : '=');
        }
        out.put('?');
        out.put('=');
        column += wordStart.length + WORD_END_CHARS + (end - from + 2) / 3 * 4;
    }

    /// Whether the value says itself: printable ASCII, single spaces between words of a bearable length, and
    /// nothing a reader could take for an encoded-word.
    private static boolean isPlain(String value) {
        int word = 0;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < ' ' || c > '~') return false;
            if (c == '=' && i + 1 < value.length() && value.charAt(i + 1) == '?') return false;
            if (c == ' ' && (word == 0 || i + 1 == value.length())) return false;
            word = c == ' ' ? 0 : word + 1;
            if (word > WORD_LIMIT_CHARS) return false;
        }
        return true;
    }

    private static boolean isQuotable(String name) {
        return name.length() <= QUOTED_LIMIT_CHARS && isPlain(name);
    }
}
