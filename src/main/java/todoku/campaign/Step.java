package todoku.campaign;

/// One step of the wizard at its top.
///
/// @param name `target`, `content`, `time`, `test` or `confirm`: path, text key and button value
/// @param note what it came to, or what is missing
public record Step(int no, String name, String note, State state) {
    public enum State {
        NOW,
        DONE,
        OPEN
    }
}
