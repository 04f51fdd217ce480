package todoku.segment;

import java.util.List;

/// A field of a customer, or of a record, as conditions know it.
///
/// @param id `prefecture` for a standard field, `custom.会員ランク` for one of the house's own, `record.店舗` for a record's
/// @param personal hidden from operators who may not see 個人情報
/// @param choices  what can be chosen; empty where anything can be typed
public record Field(
        String id, String label, String labelEnglish, Operator.Type type, boolean personal, List<String> choices) {
    public Field {
        choices = List.copyOf(choices);
    }

    Field(String id, String label, String labelEnglish, Operator.Type type, boolean personal) {
        this(id, label, labelEnglish, type, personal, List.of());
    }

    static final String CUSTOM = "custom.";
    static final String RECORD = "record.";

    /// A column of the customer, not a key in a JSON object.
    boolean isColumn() {
        return id.indexOf('.') < 0;
    }

    /// The key in `customer.custom` or `related_record.data`.
    String key() {
        return id.substring(id.indexOf('.') + 1);
    }
}
