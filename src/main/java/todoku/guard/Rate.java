package todoku.guard;

/// An error rate.
///
/// @param rated   results that count
/// @param refused those that say the address is none or its owner does not want it
public record Rate(int rated, int refused) {
    private static final int WHOLE = 100;

    /// Whether it has come to the limit.
    public boolean reaches(int percent) {
        return rated > 0 && (long) refused * WHOLE >= (long) rated * percent;
    }
}
