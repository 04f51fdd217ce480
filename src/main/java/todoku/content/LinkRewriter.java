package todoku.content;

/// Gives the address a recipient clicks for a link. The target is complete: its merge fields are already filled.
@FunctionalInterface
public interface LinkRewriter {
    String rewrite(int linkNo, String target);
}
