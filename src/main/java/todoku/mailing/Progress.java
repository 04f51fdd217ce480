package todoku.mailing;

/// How far a mailing is: planned = delivered + failed + skipped + unknown + remaining; waiting is a part of remaining.
public record Progress(int planned, int delivered, int failed, int skipped, int unknown, int remaining, int waiting) {}
