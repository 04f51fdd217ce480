package todoku.delivery;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import todoku.event.Reason;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.Stage;

/// Reads a refusal: is it about the recipient, about this mail, or about us?
final class ReplyClassifier {
    private static final Pattern ADDRESS = Pattern.compile("<?[^\\s<>@:;,\"()]+@[^\\s<>@:;,\"()]+>?");
    private static final Pattern GREYLISTED = Pattern.compile("gr[ae]y-?list");
    private static final Pattern UNKNOWN_USER = Pattern.compile(
            "user unknown|unknown user|no such user|no such recipient|user not found|does not exist|invalid recipient"
                    + "|recipient not found|mailbox (unavailable|not found)|unknown recipient|recipient rejected");
    private static final Pattern FULL =
            Pattern.compile("mailbox (is )?full|over ?quota|quota exceeded|insufficient.{0,20}storage|mailbox.{0,20}exceeded");
    private static final Pattern ABOUT_US = Pattern.compile(
            "block(ed|list)|blacklist|denylist|spamhaus|reputation|rate limit|too many|throttl|dmarc|spf|authenticat"
                    + "|reverse dns|\\bptr\\b|banned|access denied|policy");
    /// What a reply is cut to: the journal and the dictionary keep no novels.
    static final int MAX_TEXT_CHARS = 200;

    private ReplyClassifier() {}

    /// The verdict on a refusal at this stage of the dialogue.
    static Verdict of(Stage stage, Reply reply) {
        return switch (stage) {
            case CONNECT, GREETING, EHLO, STARTTLS, MAIL -> new Verdict.LaneBlocked(reply);
            case RCPT, DATA -> isAboutUs(reply) ? new Verdict.LaneBlocked(reply) : aboutRecipient(reply);
            // The whole mail was looked at: a refusal is about it, and a 421 here is an answer like any other.
            case DOT -> aboutRecipient(reply);
        };
    }

    private static Verdict aboutRecipient(Reply reply) {
        return reply.isPermanent()
                ? new Verdict.Refused(reply, reason(reply))
                : new Verdict.Deferred("later", reply);
    }

    private static boolean isAboutUs(Reply reply) {
        if (reply.code() == 421) return true;
        String text = lower(reply);
        if (GREYLISTED.matcher(text).find()) return false;
        if (UNKNOWN_USER.matcher(text).find() || FULL.matcher(text).find()) return false;
        String enhanced = reply.enhancedCode().orElse("");
        if (enhanced.startsWith("5.1.1") || enhanced.startsWith("5.2.") || enhanced.startsWith("4.2.")) return false;
        // 4.7.0 and 4.7.1 are also said of one recipient ("temporary system problem", grey-listing): there the text decides.
        boolean plain = enhanced.equals("4.7.0") || enhanced.equals("4.7.1");
        return enhanced.startsWith("5.7.") || (enhanced.startsWith("4.7.") && !plain) || ABOUT_US.matcher(text).find();
    }

    private static Reason reason(Reply reply) {
        String text = lower(reply);
        return switch (reply.enhancedCode().orElse("")) {
            case "5.1.1", "5.1.6", "5.1.10", "5.2.1" -> Reason.USER_UNKNOWN;
            case "5.2.2" -> Reason.MAILBOX_FULL;
            case "5.1.2" -> Reason.HOST_UNKNOWN;
            case String enhanced -> {
                if (FULL.matcher(text).find() || reply.code() == 552) yield Reason.MAILBOX_FULL;
                if (UNKNOWN_USER.matcher(text).find()) yield Reason.USER_UNKNOWN;
                if (enhanced.startsWith("5.7.") || ABOUT_US.matcher(text).find()) yield Reason.BLOCKED;
                if (text.contains("spam") || text.contains("content")) yield Reason.CONTENT_REFUSED;
                yield Reason.OTHER;
            }
        };
    }

    private static String lower(Reply reply) {
        return reply.text().toLowerCase(Locale.ROOT);
    }

    /// The reply as it is stored: code and text, without addresses, cut.
    static String stored(Reply reply) {
        String text = ADDRESS.matcher(reply.toString().replace('\0', ' ')).replaceAll(Matcher.quoteReplacement("<rcpt>"));
        return text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS);
    }
}
