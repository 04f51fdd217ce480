package todoku.campaign;

/// What somebody answers for who sends a スポット配信: why everybody has to read it, and that it is no advertising.
public record Spot(String reason, boolean noAdvertising) {
    public static final int REASON_LIMIT_CHARS = 500;

    /// Before anything was said.
    public static final Spot UNSAID = new Spot("", false);

    public Spot {
        if (reason.length() > REASON_LIMIT_CHARS)
            throw new IllegalArgumentException("a reason has at most " + REASON_LIMIT_CHARS + " characters");
    }
}
