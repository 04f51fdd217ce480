package todoku.delivery;

import org.jspecify.annotations.Nullable;
import todoku.event.Reason;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.TlsTrouble;

/// How one attempt ended for one recipient. Only the other side can make a failure final, and only about the recipient
/// or this mail.
public sealed interface Verdict {
    /// It is theirs.
    record Delivered(Reply reply) implements Verdict {}

    /// A 5xx about the recipient or this mail.
    record Refused(Reply reply, Reason reason) implements Verdict {}

    /// Their DNS: no such domain, or null MX (RFC 7505).
    record Unroutable(String why) implements Verdict {}

    /// A 4xx about the recipient, or a passing trouble of our own (then without a reply).
    record Deferred(String why, @Nullable Reply reply) implements Verdict {}

    /// Nobody there is as safe as they must be; what is tried again later counts as an attempt.
    record NotSafe(TlsTrouble trouble) implements Verdict {}

    /// A refusal about us: the lane slows down or stops, the recipient waits, no attempt counted.
    /// @param rule the line that said so
    record LaneBlocked(Reply reply, Reason reason, Action action, String rule) implements Verdict {}

    /// Given back before the dialogue, by a pause or an end: due at once, no attempt counted.
    record HandedBack(String why) implements Verdict {}

    /// Can never succeed: not composable, suppressed since planning.
    record Skipped(Reason reason) implements Verdict {}

    /// Cut between the final dot and the reply, perhaps by a TCP reset.
    record Unknown(Reason why, boolean reset) implements Verdict {}
}
