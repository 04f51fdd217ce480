package todoku.content;

/// A template asked for more loops, text or work than one mail may cost. The same template and values always end so.
public final class RenderLimitExceeded extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RenderLimitExceeded(String what) {
        super(what);
    }
}
