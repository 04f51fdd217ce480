package todoku.content;

/// A link of a mail. The same target has the same number wherever it stands, in text and in HTML, so that clicks are counted
/// for each address. The target is as its author wrote it and may hold merge fields.
public record Link(int no, String target) {}
