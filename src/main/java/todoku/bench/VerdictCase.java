package todoku.bench;

import static todoku.bench.Conduct.drips;
import static todoku.bench.Conduct.repeats;
import static todoku.bench.Conduct.says;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import todoku.bench.Conduct.Manner;
import todoku.bench.Conduct.Step;
import todoku.bench.Conduct.When;
import todoku.bench.TlsDemands.Demand;
import todoku.event.Reason;
import todoku.mail.smtp.TlsTrouble;
import todoku.mailing.Result;

/// One conduct of a receiver, and what must become of everybody there.
///
/// @param demand how safe the way there must be
/// @param encrypted whether all mails there go encrypted, from first to last; otherwise they go in the clear, as long as the
///     receiver is so
record VerdictCase(Demand demand, Conduct conduct, boolean encrypted, Expected expected) {
    VerdictCase(Conduct conduct, Expected expected) {
        this(Demand.NOTHING, conduct, false, expected);
    }

    @Override
    public String toString() {
        return (demand == Demand.NOTHING ? "" : demand + " ") + conduct;
    }

    /// @param state null where nobody may end as long as the receiver is so
    /// @param reason of a failure
    /// @param attempts of those who end; 0 = as many as they may be
    /// @param counts of those who wait: whether this is an attempt of theirs
    /// @param rests whether nobody is sent to there for a while
    /// @param reply how the reply begins that is kept; empty where there is none, or none is asked for
    record Expected(Result.@Nullable State state, @Nullable Reason reason, int attempts, boolean counts, boolean rests, String reply) {
        /// At this attempt.
        static Expected delivered(int attempts) {
            return new Expected(Result.State.DELIVERED, null, attempts, false, false, "");
        }

        /// After some attempts that came to nothing, or none.
        static Expected deliveredAtLast() {
            return delivered(0);
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

        /// They are there, and not as safe as they must be: for such a reason.
        /// @param rests whether it is our rule that says so
        static Expected notSafe(TlsTrouble.Kind reason, boolean rests) {
            return new Expected(null, null, 0, true, rests, "TLS " + reason.name().toLowerCase(Locale.ROOT).replace('_', '-') + " ");
        }

        /// Of everybody at one destination.
        boolean isMetBy(List<Found> found) {
            if (found.isEmpty()) return false;
            if (state != null) return found.stream().allMatch(this::isEnd);
            boolean some = found.stream().anyMatch(one -> counts ? one.tries() > 0 : !one.reply().isEmpty());
            return some && found.stream().allMatch(this::isWaiting);
        }

        private boolean isEnd(Found one) {
            return one.state() == state && one.reason() == reason && (attempts == 0 || one.tries() == attempts) && (reply.isEmpty() || one.reply().startsWith(reply));
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

    private static final Conduct SELF_SIGNED = Conduct.shows(Certificates.Kind.SELF_SIGNED);
    private static final Conduct WRONG_NAME = Conduct.shows(Certificates.Kind.WRONG_NAME);
    private static final Conduct EXPIRED = Conduct.shows(Certificates.Kind.EXPIRED);
    private static final Conduct NOT_OFFERED = Conduct.hides(When.ALWAYS);
    private static final Conduct STRIPPED = Conduct.hides(When.EVERY_OTHER);
    private static final Conduct REFUSED = says(Step.STARTTLS, "454 4.7.0 TLS not available due to temporary reason");
    private static final Conduct BREAKS = Conduct.encrypts(Manner.BREAKS);
    private static final Conduct HANGS = Conduct.encrypts(Manner.HANGS);

    /// Bad certificates and none, where nobody demands anything and where somebody does.
    static final List<VerdictCase> TLS = List.of(
            new VerdictCase(Demand.NOTHING, SELF_SIGNED, true, Expected.delivered(1)),
            new VerdictCase(Demand.NOTHING, WRONG_NAME, true, Expected.delivered(1)),
            new VerdictCase(Demand.NOTHING, EXPIRED, true, Expected.delivered(1)),
            new VerdictCase(Demand.NOTHING, NOT_OFFERED, false, Expected.delivered(1)),
            new VerdictCase(Demand.NOTHING, REFUSED, false, Expected.delivered(1)),
            new VerdictCase(Demand.NOTHING, BREAKS, false, Expected.delivered(1)),
            new VerdictCase(Demand.NOTHING, HANGS, false, Expected.delivered(1)),
            new VerdictCase(Demand.ENCRYPTED, STRIPPED, true, Expected.deliveredAtLast()),
            new VerdictCase(Demand.ENCRYPTED, NOT_OFFERED, true, Expected.notSafe(TlsTrouble.Kind.NOT_OFFERED, true)),
            new VerdictCase(Demand.ENCRYPTED, REFUSED, true, Expected.notSafe(TlsTrouble.Kind.REFUSED, true)),
            new VerdictCase(Demand.ENCRYPTED, BREAKS, true, Expected.notSafe(TlsTrouble.Kind.HANDSHAKE, true)),
            new VerdictCase(Demand.ENCRYPTED, HANGS, true, Expected.notSafe(TlsTrouble.Kind.HANDSHAKE, true)),
            new VerdictCase(Demand.VERIFIED, SELF_SIGNED, true, Expected.notSafe(TlsTrouble.Kind.UNKNOWN_ISSUER, true)),
            new VerdictCase(Demand.VERIFIED, WRONG_NAME, true, Expected.notSafe(TlsTrouble.Kind.WRONG_NAME, true)),
            new VerdictCase(Demand.VERIFIED, EXPIRED, true, Expected.notSafe(TlsTrouble.Kind.EXPIRED, true)),
            new VerdictCase(Demand.MTA_STS, WRONG_NAME, true, Expected.notSafe(TlsTrouble.Kind.WRONG_NAME, false)),
            new VerdictCase(Demand.MTA_STS, NOT_OFFERED, true, Expected.notSafe(TlsTrouble.Kind.NOT_OFFERED, false)),
            new VerdictCase(Demand.DANE, SELF_SIGNED, true, Expected.notSafe(TlsTrouble.Kind.NOT_ANNOUNCED, false)),
            new VerdictCase(Demand.DANE, NOT_OFFERED, true, Expected.notSafe(TlsTrouble.Kind.NOT_OFFERED, false)));
}
