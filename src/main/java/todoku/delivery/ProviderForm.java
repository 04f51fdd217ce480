package todoku.delivery;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the form of one provider shows.
/// @param provider with an empty key when it is to be added
/// @param shipped how it comes; null for one of our own
/// @param standard the rule it has unless it was changed
/// @param values by the word of the field, as they stand or as they were typed
/// @param change who changed it last; null when nobody did
public record ProviderForm(
        Provider provider, @Nullable Provider shipped, Rule standard, Map<String, String> values, int version,
        ProviderChanges.@Nullable Change change) {
    public boolean isNew() {
        return provider.key().isEmpty();
    }

    public String value(String field) {
        return values.getOrDefault(field, "");
    }

    /// Whether the value in force is not the shipped one.
    public boolean isChanged(RuleField field) {
        return shipped != null && provider.rule().get(field) != standard.get(field);
    }

    public boolean isChanged() {
        return change != null && !change.values().isEmpty();
    }
}
