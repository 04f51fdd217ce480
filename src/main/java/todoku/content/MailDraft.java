package todoku.content;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A mail as its author leaves it: a subject and a stack of blocks, all of them Liquid.
public record MailDraft(Format format, String subject, List<Block> blocks) {
    public MailDraft {
        blocks = List.copyOf(blocks);
    }

    /// What the reader gets: 形式.
    public enum Format {
        TEXT,
        HTML,
        MULTIPART;

        public boolean hasText() {
            return this != HTML;
        }

        public boolean hasHtml() {
            return this != TEXT;
        }
    }

    /// One piece of the body in both forms. The condition is a Liquid expression such as `rank == "ゴールド"`; none means everyone.
    public record Block(String text, String html, @Nullable String condition) {}
}
