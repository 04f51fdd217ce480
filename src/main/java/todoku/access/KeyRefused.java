package todoku.access;

/// No key, or none that is good now.
public final class KeyRefused extends RuntimeException {
    public KeyRefused() {
        super("no good API key");
    }
}
