package todoku.content;

import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// One text with merge fields, ready to be rendered by any number of threads. Values are text and are never read as Liquid.
public final class LiquidTemplate {
    private final Node root;
    private final int sourceChars;

    private LiquidTemplate(Node root, int sourceChars) {
        this.root = root;
        this.sourceChars = sourceChars;
    }

    public static Compilation compile(String source, Set<String> knownFields) {
        var problems = new Problems(source);
        var known = new HashSet<String>(knownFields);
        known.add(Links.UNSUBSCRIBE_FIELD);
        Node root = Parser.template(source, List.of(), known, false, problems);
        List<LiquidError> errors = problems.errors();
        return errors.isEmpty()
                ? new Compilation.Compiled(new LiquidTemplate(root, source.length()), problems.warnings())
                : new Compilation.Broken(errors);
    }

    /// A field without a value is empty. Throws [RenderLimitExceeded] when the template asks for too much.
    public String render(Map<String, ?> values, Escaping escaping) {
        var rendering = new Rendering(values, escaping, Links.UNTRACKED, sourceChars + sourceChars / 4 + 64);
        root.render(rendering);
        return rendering.finished();
    }
}
