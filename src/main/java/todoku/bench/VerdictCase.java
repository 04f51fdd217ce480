package todoku.bench;

import static todoku.bench.Conduct.drips;
import static todoku.bench.Conduct.repeats;
import static todoku.bench.Conduct.says;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import todoku.bench.Conduct.Step;
import todoku.bench.Conduct.When;
import todoku.event.Reason;
import todoku.mailing.Result;

/// One conduct of a receiver, and what must become of everybody there.
record VerdictCase(Conduct conduct, Expected expected) {
    /// @param state null where nobody may end as long as the receiver is so
    /// @param reason of a failure
    /// @param attempts of those who end
    /// @param counts of those who wait: whether this is an attempt of theirs
    /// @param rests whether nobody is sent to there for a while
    /// @param reply how the reply begins that is kept; empty where there is none, or none is asked for
    record Expected(Result.@Nullable State state, @Nullable Reason reason, int attempts, boolean counts, boolean rests, String reply) {
        /// At this attempt.
        static Expected delivered(int attempts) {
            return new Expected(Result.State.DELIVERED, null, attempts, false, false, "");
        }

        /// They said so about the recipient or the mail.
        static Expected failed(Reason reason, String reply) {
            return new Expected(Result.State.FAILED, reason, 1, false, false, reply);
        }

        /// Nobody knows whether the mail is theirs.
        static Expected unknown() {
            return new Expected(Result.State.UNKNOWN, Reason.CUT_AFTER_DOT, 1, false, false, "");
        }

        /// They said so about us: everybody waits, and it is nobody's attempt.
        static Expected blocked(String reply) {
            return new Expected(null, null, 0, false, true, reply);
        }

        /// They said "later" about the recipient.
        static Expected deferred(String reply) {
            return new Expected(null, null, 0, true, false, reply);
        }

        /// They did not say anything that makes sense.
        static Expected away() {
            return new Expected(null, null, 0, true, true, "");
        }

        /// Of everybody at one destination.
        boolean isMetBy(List<Found> found) {
            if (found.isEmpty()) return false;
            if (state != null) return found.stream().allMatch(this::isEnd);
            boolean some = found.stream().anyMatch(one -> counts ? one.tries() > 0 : !one.reply().isEmpty());
            return some && found.stream().allMatch(this::isWaiting);
        }

        private boolean isEnd(Found one) {
            return one.state() == state && one.reason() == reason && one.tries() == attempts && (reply.isEmpty() || one.reply().startsWith(reply));
        }

        /// Whoever was not tried yet has no reply.
        private boolean isWaiting(Found one) {
            boolean said = reply.isEmpty() ? one.reply().isEmpty() : one.reply().isEmpty() && one.tries() == 0 || one.reply().startsWith(reply);
            return one.state() == null && said && (counts || one.tries() == 0);
        }
    }

    /// What became of so many at one destination.
    ///
    /// @param state null for those who have no result yet
    /// @param tries attempts that count
    record Found(Result.@Nullable State state, @Nullable Reason reason, int tries, String reply, int recipients) {
        @Override
        public String toString() {
            return String.format(
                    Locale.ROOT, "%d %s%s after %d%s", recipients, state == null ? "wait" : state, reason == null ? "" : " " + reason, tries,
                    reply.isEmpty() ? "" : ": " + reply);
        }
    }

    /// Greylisting as Postfix does it.
    private static final String GREY = "450 4.2.0 <rcpt>: Recipient address rejected: Greylisted, see http://postgrey.example/";

    private static final String LISTED = "554 5.7.1 blocked using zen.spamhaus.org; 127.0.0.1 is listed";

    /// 4xx and 5xx at every step, about us, the recipient and the mail.
    static final List<VerdictCase> REFUSALS = List.of(
            new VerdictCase(says(Step.GREETING, "450 4.3.2 try again later"), Expected.blocked("450 4.3.2")),
            new VerdictCase(says(Step.GREETING, LISTED), Expected.blocked("554 5.7.1")),
            new VerdictCase(says(Step.GREETING, "421 4.3.2 too many connections", When.FOR_A_WHILE), Expected.delivered(1)),
            new VerdictCase(says(Step.EHLO, "502 5.5.1 command not implemented"), Expected.delivered(1)),
            new VerdictCase(says(Step.HELLO, "550 5.7.1 access denied"), Expected.blocked("550 5.7.1")),
            new VerdictCase(says(Step.MAIL, "451 4.3.0 try again later"), Expected.blocked("451 4.3.0")),
            new VerdictCase(says(Step.MAIL, "550 5.1.8 sender domain does not exist"), Expected.blocked("550 5.1.8")),
            new VerdictCase(says(Step.MAIL, "421 4.7.0 too many messages in this connection", When.ENOUGH), Expected.delivered(1)),
            new VerdictCase(says(Step.RCPT, GREY, When.FIRST_TIME), Expected.delivered(2)),
            new VerdictCase(says(Step.RCPT, "451 4.3.0 <rcpt>: temporary lookup failure"), Expected.deferred("451 4.3.0")),
            new VerdictCase(says(Step.RCPT, "550 5.1.1 <rcpt>: User unknown"), Expected.failed(Reason.USER_UNKNOWN, "550 5.1.1")),
            new VerdictCase(says(Step.RCPT, "552 5.2.2 <rcpt>: mailbox full"), Expected.failed(Reason.MAILBOX_FULL, "552 5.2.2")),
            new VerdictCase(says(Step.DATA, "451 4.3.2 not now"), Expected.deferred("451 4.3.2")),
            new VerdictCase(says(Step.DATA, "554 5.0.0 transaction failed"), Expected.failed(Reason.OTHER, "554 5.0.0")),
            new VerdictCase(says(Step.DOT, "452 4.3.1 insufficient system storage"), Expected.deferred("452 4.3.1")),
            new VerdictCase(says(Step.DOT, "550 5.7.1 attachment not allowed"), Expected.failed(Reason.CONTENT_REFUSED, "550 5.7.1")));

    private static final String BINARY = "\0\u00ff\u00fe\u0001\u0080\u001b[2J";

    /// No answer, or none with a sense. Before the final dot that is an attempt, after it nobody knows.
    static final List<VerdictCase> NONSENSE = List.of(
            new VerdictCase(drips(Step.GREETING, "220-slow.example \r\n"), Expected.away()),
            new VerdictCase(drips(Step.RCPT, "250-2.1.5 still looking\r\n"), Expected.away()),
            new VerdictCase(repeats(Step.GREETING, "220-hello, and welcome\r\n"), Expected.away()),
            new VerdictCase(repeats(Step.HELLO, "250-X-AND-ANOTHER\r\n"), Expected.away()),
            new VerdictCase(repeats(Step.GREETING, "220 a line without an end "), Expected.away()),
            new VerdictCase(repeats(Step.RCPT, "250 a line without an end "), Expected.away()),
            new VerdictCase(says(Step.GREETING, "HTTP/1.1 400 Bad Request"), Expected.away()),
            new VerdictCase(says(Step.GREETING, BINARY), Expected.away()),
            new VerdictCase(says(Step.MAIL, BINARY), Expected.away()),
            new VerdictCase(says(Step.RCPT, "all is well"), Expected.away()),
            new VerdictCase(says(Step.GREETING, "2O0 letters for digits"), Expected.away()),
            new VerdictCase(says(Step.RCPT, "650 2.1.5 no such code"), Expected.away()),
            new VerdictCase(says(Step.RCPT, "250-2.1.5 one code\r\n550 5.1.1 and another"), Expected.away()),
            new VerdictCase(says(Step.DATA, "250 2.0.0 not what DATA is answered with"), Expected.away()),
            new VerdictCase(says(Step.DOT, BINARY), Expected.unknown()),
            new VerdictCase(says(Step.DOT, "25 2.0.0 a digit is missing"), Expected.unknown()));
}
