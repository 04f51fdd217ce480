package todoku.content;

import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.mail.charset.MailCharset;

/// A mail as its author leaves it: a subject and a stack of blocks, all of them Liquid.
///
/// @param charset what it is written in for everybody whose mail has no character too many: 文字コード
public record MailDraft(Format format, MailCharset charset, String subject, List<Block> blocks) {
    public MailDraft {
        blocks = List.copyOf(blocks);
    }

    public MailDraft(Format format, String subject, List<Block> blocks) {
        this(format, MailCharset.UTF_8, subject, blocks);
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
