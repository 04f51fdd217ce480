package todoku.mail.mime;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Objects;
import todoku.mail.charset.MailCharset;

/// Writes mails. Holds no state between mails and is safe for many threads; the same draft gives the same bytes.
public final class MimeWriter {

    private static final String[] DAYS = {"Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"};
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };
    private static final String HEX = "0123456789abcdef";
    private static final int HEADER_OCTETS = 1_024;
    private static final int PART_OCTETS = 256;

    private final ZoneId zone;
    private final boolean sturdy;

    /// @param zone the zone `Date` is written in; readers convert, but Japanese customers look at the source too
    public MimeWriter(ZoneId zone) {
        this(zone, false);
    }

    private MimeWriter(ZoneId zone, boolean sturdy) {
        this.zone = zone;
        this.sturdy = sturdy;
    }

    /// For mails whose every octet is signed (RFC 8551 §3.1.3): a text with lines that servers like to change, with
    /// blanks at their end or `From ` in front, is encoded even where 7 bits would do.
    public MimeWriter sturdy() {
        return new MimeWriter(zone, true);
    }

    /// Writes one mail. Whatever the values contain, the result is ASCII, has no line over 998 characters, and has
    /// exactly the fields of the draft.
    public MailBytes write(MailDraft draft) {
        Content content = Content.of(draft, sturdy);
        var out = new Octets(HEADER_OCTETS);
        var header = new HeaderWriter(out, content.charset());
        about(draft, header);
        lists(draft, header);
        for (var extra : draft.extra()) header.unstructured(extra.name(), extra.value());
        header.exact("MIME-Version", "1.0");
        byte[] body = body(content, draft.boundarySeed(), header);
        return new MailBytes(out.toBytes(), body);
    }

    private void about(MailDraft draft, HeaderWriter header) {
        header.mailbox("From", draft.from());
        header.mailbox("To", draft.to());
        Mailbox replyTo = draft.replyTo();
        if (replyTo != null) header.mailbox("Reply-To", replyTo);
        header.unstructured("Subject", draft.subject());
        header.exact("Date", date(draft.date()));
        header.bracketed("Message-ID", draft.messageId());
    }

    private static void lists(MailDraft draft, HeaderWriter header) {
        if (!draft.listUnsubscribe().isEmpty()) {
            header.links("List-Unsubscribe", draft.listUnsubscribe());
            if (draft.oneClick()) header.exact("List-Unsubscribe-Post", "List-Unsubscribe=One-Click");
        }
        if (!draft.feedbackId().isEmpty()) header.unstructured("Feedback-ID", draft.feedbackId());
    }

    /// The body, its description written to the header.
    private static byte[] body(Content content, long seed, HeaderWriter header) {
        Content.Part text = content.text();
        Content.Part html = content.html();
        if (text != null && html != null) return alternative(content.charset(), text, html, seed, header);
        Content.Part only = text != null ? text : Objects.requireNonNull(html);
        describe(only, content.charset(), header);
        var out = new Octets(only.octets().length / 2 * 3 + PART_OCTETS);
        only.encoding().write(only.octets(), out);
        if (!out.endsWithLine()) out.crlf();
        return out.toBytes();
    }

    private static byte[] alternative(
            MailCharset charset, Content.Part text, Content.Part html, long seed, HeaderWriter header) {
        String boundary = boundary(seed);
        header.exact("Content-Type", "multipart/alternative; boundary=\"" + boundary + '"');
        var out = new Octets((text.octets().length + html.octets().length) / 2 * 3 + 2 * PART_OCTETS);
        part(text, charset, boundary, out);
        part(html, charset, boundary, out);
        out.ascii("--");
        out.ascii(boundary);
        out.ascii("--\r\n");
        return out.toBytes();
    }

    private static void part(Content.Part part, MailCharset charset, String boundary, Octets out) {
        out.ascii("--");
        out.ascii(boundary);
        out.crlf();
        describe(part, charset, new HeaderWriter(out, charset));
        out.crlf();
        part.encoding().write(part.octets(), out);
        out.crlf();
    }

    private static void describe(Content.Part part, MailCharset charset, HeaderWriter header) {
        header.exact("Content-Type", part.type() + "; charset=" + charset.label());
        header.exact("Content-Transfer-Encoding", part.encoding().label());
    }

    /// `=_` can stand neither in quoted-printable nor in base64 (RFC 2045 §6.7), so no such body can contain the boundary;
    /// a body of 7 bits goes in these instead when it has a line like one ([Content]).
    private static String boundary(long seed) {
        long mixed = (seed ^ seed >>> 30) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ mixed >>> 27) * 0x94D049BB133111EBL;
        mixed ^= mixed >>> 31;
        var text = new StringBuilder(18).append("=_");
        for (int shift = 60; shift >= 0; shift -= 4) text.append(HEX.charAt((int) (mixed >>> shift) & 15));
        return text.toString();
    }

    /// `Sat, 21 Nov 2026 22:30:00 +0900` (RFC 5322 §3.3).
    private String date(Instant instant) {
        ZonedDateTime at = instant.atZone(zone);
        int offsetMinutes = at.getOffset().getTotalSeconds() / 60;
        var text = new StringBuilder(32);
        text.append(DAYS[at.getDayOfWeek().getValue() - 1]).append(", ");
        two(text, at.getDayOfMonth())
                .append(' ')
                .append(MONTHS[at.getMonthValue() - 1])
                .append(' ');
        two(two(text, at.getYear() / 100), at.getYear() % 100).append(' ');
        two(text, at.getHour()).append(':');
        two(text, at.getMinute()).append(':');
        two(text, at.getSecond()).append(offsetMinutes < 0 ? " -" : " +");
        two(text, Math.abs(offsetMinutes) / 60);
        return two(text, Math.abs(offsetMinutes) % 60).toString();
    }

    private static StringBuilder two(StringBuilder text, int number) {
        return text.append((char) ('0' + number / 10)).append((char) ('0' + number % 10));
    }
}
