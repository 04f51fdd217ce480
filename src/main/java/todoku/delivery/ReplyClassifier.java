package todoku.delivery;

import todoku.delivery.ReplyRule.Where;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.Stage;

/// Reads a refusal: is it about the recipient, about this mail, or about us? The rules are data; what must hold whatever
/// they say stands here.
final class ReplyClassifier {
    /// What a reply is cut to: the journal and the dictionary keep no novels.
    static final int MAX_TEXT_CHARS = 200;

    /// What is counted by the connection, not by the sender: a new one begins at nothing.
    private static final TextPattern FULL = TextPattern.of(
            "message*per connection|messages in this connection|messages on this connection|message*session|limit per session|too many errors");

    private final ReplyRules rules;

    ReplyClassifier(ReplyRules rules) {
        this.rules = rules;
    }

    /// The verdict on a refusal at this stage of the dialogue.
    Verdict of(Stage stage, Reply reply, Where where) {
        ReplyRule rule = rules.first(stage, reply, where);
        if (rule.action().isFinal()) return new Verdict.Refused(reply, rule.reason());
        if (rule.action().isAboutUs()) return new Verdict.LaneBlocked(reply, rule.reason(), rule.action(), rule.place());
        // Before RCPT they do not know whom the mail is for: it can only be about us.
        if (stage.compareTo(Stage.RCPT) < 0) return new Verdict.LaneBlocked(reply, rule.reason(), Action.STOP_LANE, rule.place());
        return new Verdict.Deferred("later", reply);
    }

    /// Whether a 421 says no more than that this connection has carried enough: in words, or in none that any rule knows.
    boolean isAboutTheConnection(Stage stage, Reply reply, Where where) {
        return FULL.isIn(ReplyText.forRules(reply)) || rules.first(stage, reply, where).isForAnyWords();
    }

    /// The reply as it is stored: code and text, without addresses, cut.
    static String stored(Reply reply) {
        String text = ReplyText.withoutAddresses(reply.toString().replace('\0', ' '));
        return text.length() <= MAX_TEXT_CHARS ? text : text.substring(0, MAX_TEXT_CHARS);
    }
}
