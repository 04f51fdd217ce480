package todoku.content;

/// Where a rendered text will stand; merged values are made harmless for that place.
public enum Escaping {
    /// Values cannot open a tag, an attribute or an entity.
    HTML,
    /// Values are written as they are.
    TEXT,
    /// One line: no control character survives, so a value can never begin another header (RFC 5322 §2.2).
    HEADER
}
