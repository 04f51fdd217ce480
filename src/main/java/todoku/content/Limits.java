package todoku.content;

/// What one template and one rendering may cost. Real mails stay far below; a mistake or malice stops here.
final class Limits {
    /// Characters of one source: five times the largest mail large mailbox providers show whole (102 KB).
    static final int SOURCE_CHARS = 512_000;
    /// Tags inside tags; also keeps the stack of a rendering thread shallow.
    static final int DEPTH = 32;
    /// Turns of all loops of one rendering together.
    static final int LOOP_ITERATIONS = 10_000;
    /// Characters one rendering may write.
    static final int OUTPUT_CHARS = 2_000_000;
    /// Characters all filters of one rendering may produce: bounds the time, not only the size.
    static final long FILTER_CHARS = 10_000_000;
    /// Digits of a number literal, so that it fits a `long`.
    static final int NUMBER_DIGITS = 18;
    /// Filters on one value: every one is a level of the stack.
    static final int FILTERS_IN_A_ROW = 20;
    /// Comparisons in one condition: every one is a level of the stack.
    static final int COMPARISONS = 50;
    /// Errors told at once; more do not help anybody.
    static final int ERRORS = 50;

    private Limits() {}
}
