package todoku.delivery;

import java.time.Instant;

/// 自動停止中: the engine begins nothing, for this reason and since then, and goes on by itself when the reason is gone.
/// It is no state of a mailing, and nothing about it is written.
public record Standstill(Cause cause, Instant since) {
    /// The worst first: that is the one which is shown.
    public enum Cause {
        /// The database does not answer.
        DATABASE_AWAY,
        /// The database answers and takes nothing: its disk is full.
        DATABASE_FULL,
        /// More verdicts wait for the database than the journal has room for.
        JOURNAL_FULL,
        /// No destination can be reached: our own network is away.
        NETWORK_AWAY
    }
}
