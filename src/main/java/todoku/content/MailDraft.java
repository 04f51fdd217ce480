package todoku.content;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A mail as its author leaves it: a subject and a stack of blocks, all of them Liquid.
public record MailDraft(Format format, String subject, List<Block> blocks) {
    public MailDraft {
        blocks = List.copyOf(blocks);
    }

    /// Whether a reader can leave by it.
    public boolean hasUnsubscribeLink() {
        return blocks.stream()
                .anyMatch(block -> (format.hasText() && block.text().contains(Links.UNSUBSCRIBE_FIELD))
                        || (format.hasHtml() && block.html().contains(Links.UNSUBSCRIBE_FIELD)));
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
