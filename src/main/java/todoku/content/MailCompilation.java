package todoku.content;

import java.util.List;

/// How compiling a mail ended.
public sealed interface MailCompilation {
    record Compiled(CompiledMail mail, List<Warning> warnings) implements MailCompilation {}

    record Broken(List<Error> errors) implements MailCompilation {}

    record Warning(Place place, Compilation.Warning warning) {}

    record Error(Place place, LiquidError error) {}

    /// Which text of the draft; the block is counted from 1 and is 0 for the subject.
    record Place(Part part, int block) {
        static final Place SUBJECT = new Place(Part.SUBJECT, 0);

        public String japanese() {
            return part == Part.SUBJECT ? "件名" : "ブロック" + block + "の" + part.japanese;
        }
    }

    enum Part {
        SUBJECT("件名"),
        TEXT("テキスト"),
        HTML("HTML"),
        CONDITION("表示条件");

        private final String japanese;

        Part(String japanese) {
            this.japanese = japanese;
        }
    }
}
