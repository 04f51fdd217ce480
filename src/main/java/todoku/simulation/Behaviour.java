package todoku.simulation;

import java.time.Duration;

/// How a simulated domain treats mail. A domain may have several. Shares are of addresses, between 0 and 1, and always
/// hit the same addresses, so that a run can be repeated.
public sealed interface Behaviour {
    /// Takes everything.
    record Accepts() implements Behaviour {}

    /// Answers 451 to the first attempt for a recipient and takes the next.
    record GreyLists(double share) implements Behaviour {
        /// Refuses an impossible share.
        public GreyLists {
            requireShare(share);
        }
    }

    /// Answers 452 for these recipients, every time.
    record MailboxFull(double share) implements Behaviour {
        /// Refuses an impossible share.
        public MailboxFull {
            requireShare(share);
        }
    }

    /// Answers 550 for these recipients, in the words of the domain's operator.
    record UnknownUsers(double share) implements Behaviour {
        /// Refuses an impossible share.
        public UnknownUsers {
            requireShare(share);
        }
    }

    /// Answers 421 and hangs up after so many mails on one connection.
    record RateLimited(int mailsPerConnection) implements Behaviour {}

    /// Thinks for a while about each mail before taking it.
    record Slow(Duration perMail) implements Behaviour {}

    private static void requireShare(double share) {
        if (!(share >= 0 && share <= 1)) throw new IllegalArgumentException("not a share: " + share);
    }
}
