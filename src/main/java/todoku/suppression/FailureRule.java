package todoku.suppression;

import todoku.event.Reason;

/// After how many failures for one reason an address is suppressed. With `consecutive`, a delivery that is not returned
/// begins the count anew.
public record FailureRule(Reason reason, int threshold, boolean consecutive) {
    /// More than this is the same as never.
    static final int MAX_THRESHOLD = 100;

    public FailureRule {
        if (threshold < 1 || threshold > MAX_THRESHOLD)
            throw new IllegalArgumentException("a threshold is 1 to " + MAX_THRESHOLD + ": " + threshold);
    }
}
