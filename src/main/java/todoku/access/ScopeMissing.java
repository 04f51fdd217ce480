package todoku.access;

/// The caller's key is good, but not for this.
public final class ScopeMissing extends RuntimeException {
    private final Scope scope;

    public ScopeMissing(Scope scope) {
        super(scope.text());
        this.scope = scope;
    }

    public Scope scope() {
        return scope;
    }
}
