package todoku.customer.record;

/// What a field of a record holds, and how `related_record.data` shows it. The names are stored.
public enum ValueType {
    TEXT,
    /// A JSON number.
    NUMBER,
    /// `2026-01-05`
    DATE,
    /// An instant: `2026-01-05T00:30:00Z`
    DATETIME,
    /// A JSON boolean.
    YES_NO,
    /// One of the field's choices.
    CHOICE
}
