package todoku.guard;

/// The limits of the guards, for the whole installation.
///
/// @param stopPercent  error rate at which a mailing is stopped for ever
/// @param stopResults  results there must be before
/// @param firstOn      whether the first percent goes first
/// @param firstPercent error rate of the first percent at which the rest waits for a person
public record GuardSettings(int stopPercent, int stopResults, boolean firstOn, int firstPercent, int version) {
    public static final int LEAST_RESULTS = 50;
    public static final int MOST_RESULTS = 1_000_000;

    /// The first percent is for mailings from here on.
    public static final int FIRST_FROM = 1_000;

    private static final int FIRST_LEAST = 100;
    private static final int FIRST_MOST = 5_000;
    private static final int ONE_OF = 100;

    /// How many of these go first; everybody when the guard is off or the mailing small.
    public int first(int planned) {
        if (!firstOn || planned < FIRST_FROM) return planned;
        return Math.clamp(planned / ONE_OF, FIRST_LEAST, FIRST_MOST);
    }

    /// The field whose value is no limit, or an empty text.
    String wrong() {
        if (!isPercent(stopPercent)) return "stopPercent";
        if (!isPercent(firstPercent)) return "firstPercent";
        return stopResults < LEAST_RESULTS || stopResults > MOST_RESULTS ? "stopResults" : "";
    }

    private static boolean isPercent(int percent) {
        return percent >= 1 && percent <= ONE_OF;
    }
}
