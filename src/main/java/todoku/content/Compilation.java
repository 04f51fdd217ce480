package todoku.content;

import java.util.List;

/// How compiling a template ended.
public sealed interface Compilation {
    record Compiled(LiquidTemplate template, List<Warning> warnings) implements Compilation {}

    record Broken(List<LiquidError> errors) implements Compilation {}

    /// Something that works but is probably not meant, such as a merge field nobody has.
    record Warning(int line, int column, String japanese, String english) {}
}
