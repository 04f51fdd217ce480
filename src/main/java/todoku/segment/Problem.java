package todoku.segment;

/// What is wrong with one row of a rule.
///
/// @param path the row by the positions of the rows around it, from the outside: `0`, or `2.1` for the second row of the
///     group in third place; empty for the whole
public record Problem(String path, Kind kind) {
    /// The text of each is `segment.problem.<name>`.
    public enum Kind {
        TOO_MANY_ROWS,
        TOO_DEEP,
        EMPTY_GROUP,
        NO_FIELD,
        WRONG_OPERATOR,
        NO_VALUE,
        TOO_LONG,
        TOO_MANY_VALUES,
        /// Something the database cannot hold.
        NOT_A_CHARACTER,
        NOT_A_NUMBER,
        NOT_A_DATE,
        BACKWARDS,
        NOT_DAYS,
        NOT_A_MONTH,
        NO_GROUP,
        NO_MAILING,
        NO_DETAILS,
        NOT_TIMES,
        NO_RECORD_KIND,
        NO_SEGMENT,
        CIRCLE
    }

    public String key() {
        return "segment.problem." + kind.name();
    }
}
