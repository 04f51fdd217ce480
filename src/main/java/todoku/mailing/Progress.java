package todoku.mailing;

import java.util.Locale;

/// How far a mailing is: planned = delivered + failed + skipped + unknown + remaining; waiting is a part of remaining.
public record Progress(int planned, int delivered, int failed, int skipped, int unknown, int remaining, int waiting) {
    public int done() {
        return planned - remaining;
    }

    /// Rounded down: 100 means everybody.
    public String percent() {
        if (planned == 0) return "0.0";
        return String.format(Locale.ROOT, "%.1f", Math.floor(1000.0 * done() / planned) / 10);
    }
}
