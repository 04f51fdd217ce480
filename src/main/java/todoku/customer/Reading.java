package todoku.customer;

/// What a text that was typed or stood in a file is for a field.
sealed interface Reading {
    /// @param value as it is stored: text, a number, a truth, or a list of texts
    record Value(Object value) implements Reading {}

    record Blank() implements Reading {}

    record Bad(Problem why) implements Reading {}

    Reading BLANK = new Blank();

    static Reading bad(String key, Object... arguments) {
        return new Bad(Problem.of(key, arguments));
    }
}
