package todoku.delivery;

/// The instants at which a death would tell two guarantees apart; tests and `bench faults` die there.
public enum Moment {
    AFTER_MARK,
    AFTER_DOT,
    AFTER_REPLY,
    BEFORE_COMMIT,
    /// A start has settled the past, and its journal has not forgotten it yet.
    RECOVERED
}
