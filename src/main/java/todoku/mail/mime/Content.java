package todoku.mail.mime;

import org.jspecify.annotations.Nullable;
import todoku.mail.charset.Iso2022Jp;
import todoku.mail.charset.JisText;
import todoku.mail.charset.MailCharset;

/// The parts of a mail in octets, and the one character set the whole mail is written in.
record Content(MailCharset charset, @Nullable Part text, @Nullable Part html) {

    /// @param type `text/plain` or `text/html`
    record Part(String type, byte[] octets, TransferEncoding encoding) {}

    private static final String TEXT = "text/plain";
    private static final String HTML = "text/html";
    /// How a line begins that could be a boundary of ours.
    private static final String LIKE_BOUNDARY = "--=_";

    /// @param sturdy whether no server may be tempted to change a line
    static Content of(MailDraft draft, boolean sturdy) {
        Content jis = draft.charset() == MailCharset.ISO_2022_JP && canName(draft) ? jis(draft.text(), draft.html(), sturdy) : null;
        return jis != null ? jis : new Content(MailCharset.UTF_8, utf8(TEXT, draft.text()), utf8(HTML, draft.html()));
    }

    private static boolean canName(MailDraft draft) {
        Mailbox replyTo = draft.replyTo();
        return Iso2022Jp.canEncode(draft.subject())
                && Iso2022Jp.canEncode(draft.from().name())
                && Iso2022Jp.canEncode(draft.to().name())
                && (replyTo == null || Iso2022Jp.canEncode(replyTo.name()));
    }

    /// Null when a character of either part has no place in ISO-2022-JP.
    private static @Nullable Content jis(@Nullable String text, @Nullable String html, boolean sturdy) {
        JisText plain = text == null ? null : Iso2022Jp.text(text);
        if (plain == null && text != null) return null;
        JisText rich = html == null ? null : Iso2022Jp.text(html);
        if (rich == null && html != null) return null;
        return new Content(MailCharset.ISO_2022_JP, sevenBit(TEXT, text, plain, sturdy), sevenBit(HTML, html, rich, sturdy));
    }

    private static @Nullable Part sevenBit(String type, @Nullable String source, @Nullable JisText text, boolean sturdy) {
        if (source == null || text == null) return null;
        byte[] octets = text.shortLines(type.equals(TEXT)); // in HTML a line end may stand for a space, or break a tag
        if (octets == null) return new Part(type, text.lines(), TransferEncoding.BASE64);
        boolean encoded = source.contains(LIKE_BOUNDARY) || sturdy && isTempting(octets);
        return new Part(type, octets, encoded ? TransferEncoding.BASE64 : TransferEncoding.SEVEN_BIT);
    }

    /// Blanks at a line's end are lost, and `From ` in front gets a `>`, at some servers.
    private static boolean isTempting(byte[] octets) {
        for (int i = 0; i < octets.length; i++) {
            boolean blank = octets[i] == ' ' || octets[i] == '\t';
            if (blank && (i + 1 == octets.length || octets[i + 1] == '\r')) return true;
            if ((i == 0 || octets[i - 1] == '\n') && TransferEncoding.isFrom(octets, i)) return true;
        }
        return false;
    }

    private static @Nullable Part utf8(String type, @Nullable String source) {
        if (source == null) return null;
        byte[] octets = TransferEncoding.canonical(source);
        return new Part(type, octets, TransferEncoding.of(octets));
    }
}
