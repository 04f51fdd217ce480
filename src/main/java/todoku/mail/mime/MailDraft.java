package todoku.mail.mime;

import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import todoku.mail.charset.MailCharset;

/// Everything one mail says, merged and ready to be written. An empty string means the field is not there;
/// of `text` and `html` at least one is there, and both together become `multipart/alternative`.
///
/// @param messageId without angle brackets: `id@domain`
/// @param listUnsubscribe links in the order they are offered, without angle brackets: `https:` first, then `mailto:`
/// @param oneClick whether the `https:` link takes the one-click POST of RFC 8058
/// @param charset what it is written in when that has every character of it; UTF-8 else
/// @param boundarySeed decides the multipart boundary, so that the same mail is the same bytes
public record MailDraft(
        Mailbox from,
        Mailbox to,
        @Nullable Mailbox replyTo,
        String subject,
        Instant date,
        String messageId,
        List<String> listUnsubscribe,
        boolean oneClick,
        String feedbackId,
        List<ExtraHeader> extra,
        @Nullable String text,
        @Nullable String html,
        MailCharset charset,
        long boundarySeed) {

    /// One more field, for example `X-Mailer` or `Auto-Submitted`. The name is ASCII letters, digits and hyphens.
    /// A field the draft has a place for, or that only a carrier may write, is no extra.
    public record ExtraHeader(String name, String value) {
        private static final Set<String> OWN = Set.of(
                "from",
                "sender",
                "to",
                "cc",
                "bcc",
                "reply-to",
                "subject",
                "date",
                "message-id",
                "list-unsubscribe",
                "list-unsubscribe-post",
                "feedback-id",
                "mime-version",
                "content-type",
                "content-transfer-encoding",
                "dkim-signature",
                "received",
                "return-path");

        public ExtraHeader {
            if (name.isEmpty() || name.length() > 60) throw new IllegalArgumentException("bad header name");
            if (OWN.contains(name.toLowerCase(Locale.ROOT)))
                throw new IllegalArgumentException("not an extra: " + name);
            for (int i = 0; i < name.length(); i++) {
                char c = name.charAt(i);
                boolean fine = c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-';
                if (!fine) throw new IllegalArgumentException("bad header name");
            }
        }
    }

    public MailDraft {
        listUnsubscribe = List.copyOf(listUnsubscribe);
        extra = List.copyOf(extra);
        if (messageId.indexOf('@') < 1 || !isUri(messageId)) throw new IllegalArgumentException("bad message id");
        for (String link : listUnsubscribe)
            if (!isUri(link)) throw new IllegalArgumentException("bad unsubscribe link");
        if (text == null && html == null) throw new IllegalArgumentException("a mail needs a text or an html part");
    }

    /// Characters of a link or an id: longer would near the 998 of a line, and none of ours comes close.
    static final int URI_LIMIT_CHARS = 900;

    private static boolean isUri(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c <= ' ' || c > '~' || c == '<' || c == '>') return false;
        }
        return !value.isEmpty() && value.length() <= URI_LIMIT_CHARS;
    }

    /// The plainest mail: one text part, nothing but what RFC 5322 asks for.
    public static MailDraft text(
            Mailbox from, Mailbox to, String subject, Instant date, String messageId, String text) {
        return new MailDraft(from, to, null, subject, date, messageId, List.of(), false, "", List.of(), text, null, MailCharset.UTF_8, 0);
    }
}
