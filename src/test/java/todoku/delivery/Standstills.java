package todoku.delivery;

/// Brings an engine to a standstill without an outage, for tests of what others show of it.
public final class Standstills {
    private Standstills() {}

    /// Until [#journalHasRoom]; an engine without verdicts to commit does not end it by itself.
    public static void journalFull(Engine engine) {
        engine.watch().journalFull();
    }

    public static void journalHasRoom(Engine engine) {
        engine.watch().journalHasRoom();
    }
}
