package todoku.event;

import java.util.List;

/// Keeps something in step with the ledger. [Followers] hands it every event in order, in the transaction that also
/// advances its cursor: what it writes with the same database is written exactly once. What it does elsewhere happens
/// at least once and has to be idempotent by the id of the entry.
public interface EventFollower {
    /// Under this name the cursor is stored; it never changes.
    String name();

    /// Whether sandbox events are of interest; nearly nobody may let them count.
    default boolean followsSandbox() {
        return false;
    }

    /// Throwing means that one of these cannot be followed; the batch is then rolled back and given again one by one.
    void follow(List<LedgerEntry> entries);
}
