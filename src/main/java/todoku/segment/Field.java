package todoku.segment;

/// A field of a customer as conditions know it.
///
/// @param id `prefecture` for a standard field, `custom.会員ランク` for one of the house's own
/// @param personal hidden from operators who may not see 個人情報
public record Field(String id, String label, String labelEnglish, Operator.Type type, boolean personal) {
    static final String CUSTOM = "custom.";

    boolean isCustom() {
        return id.startsWith(CUSTOM);
    }

    /// The key in `customer.custom`.
    String key() {
        return id.substring(CUSTOM.length());
    }
}
