package todoku.delivery;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.event.MailingId;

/// What this process has claimed and answers for: a batch, or one waiting message.
sealed interface Held {
    MailingId mailing();

    long fence();

    Lease lease();

    Instant datedAt();

    Window window();

    /// Policy for one whose end is unknown: true for transactional mail.
    boolean sendsAgain();

    /// Counts who is open, from the mark to the commit of the verdict.
    @FunctionalInterface
    interface Window {
        void settled(int recipients);

        /// Whose hours and days the mails count for; null when nobody counts.
        default @Nullable Tally counted() {
            return null;
        }
    }

    /// A range of recipients. Marked up to `openUpto`; `outstanding` of those have no committed verdict yet.
    final class Batch implements Held {
        final long id;
        final long destination;
        private final MailingId mailing;
        private final long fence;
        private final Lease lease;
        private final Instant datedAt;
        private final Instant expiresAt;
        final int firstNo;
        final int lastNo;
        private int openUpto;
        private int outstanding;
        /// The recipients behind the mark.
        final List<Recipient> ahead;
        private final Window window;
        private final boolean sendsAgain;

        Batch(long id, long destination, MailingId mailing, long fence, Lease lease, Instant datedAt, Instant expiresAt, int firstNo,
                int lastNo, int openUpto, List<Recipient> ahead, Window window, boolean sendsAgain) {
            this.id = id;
            this.destination = destination;
            this.mailing = mailing;
            this.fence = fence;
            this.lease = lease;
            this.datedAt = datedAt;
            this.expiresAt = expiresAt;
            this.firstNo = firstNo;
            this.lastNo = lastNo;
            this.openUpto = openUpto;
            this.ahead = ahead;
            this.window = window;
            this.sendsAgain = sendsAgain;
        }

        synchronized int openUpto() {
            return openUpto;
        }

        synchronized void opened(int upto, int recipients) {
            openUpto = upto;
            outstanding += recipients;
        }

        /// Whether this many verdicts are the last ones and nobody is left to open.
        synchronized boolean endsWith(int verdicts) {
            return openUpto >= lastNo && outstanding == verdicts;
        }

        synchronized void settled(int verdicts) {
            outstanding -= verdicts;
        }

        synchronized boolean isQuiet() {
            return outstanding == 0;
        }

        synchronized boolean isExhausted() {
            return openUpto >= lastNo;
        }

        boolean isExpired(Instant now) {
            return !now.isBefore(expiresAt);
        }

        @Override
        public MailingId mailing() {
            return mailing;
        }

        @Override
        public long fence() {
            return fence;
        }

        @Override
        public Lease lease() {
            return lease;
        }

        @Override
        public Instant datedAt() {
            return datedAt;
        }

        @Override
        public Window window() {
            return window;
        }

        @Override
        public boolean sendsAgain() {
            return sendsAgain;
        }
    }

    /// One waiting message, claimed.
    record Waiting(
            MailingId mailing,
            Recipient recipient,
            long fence,
            Lease lease,
            Instant datedAt,
            int attempts,
            boolean doubtful,
            Window window,
            boolean sendsAgain)
            implements Held {
        Key key() {
            return new Key(mailing.value(), recipient.no());
        }
    }
}
