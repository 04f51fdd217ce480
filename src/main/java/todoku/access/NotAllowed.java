package todoku.access;

/// An operator asked for something their roles do not include. The page names the missing function.
public final class NotAllowed extends RuntimeException {
    private final Function function;

    public NotAllowed(Function function) {
        super(function.name());
        this.function = function;
    }

    public Function function() {
        return function;
    }
}
