package todoku.web;

/// What was asked for does not exist, or not for this operator.
public final class NotFound extends RuntimeException {
    public NotFound() {
        super("not found");
    }
}
