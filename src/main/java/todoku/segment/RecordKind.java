package todoku.segment;

import java.util.List;

/// A kind of 取引データ as conditions know it.
///
/// @param fields their ids are the keys of the records' values
public record RecordKind(long id, String label, List<Field> fields) {
    public RecordKind {
        fields = List.copyOf(fields);
    }
}
