package todoku.content;

import org.jspecify.annotations.Nullable;

/// A mail as one recipient gets it; a part the format does not have is null.
public record RenderedMail(String subject, @Nullable String text, @Nullable String html) {}
