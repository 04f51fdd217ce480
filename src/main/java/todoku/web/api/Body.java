package todoku.web.api;

import java.time.LocalDate;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// The JSON of a request, as the document wants it.
public record Body(JsonNode json) {
    public boolean has(String field) {
        return json.has(field);
    }

    /// Null when it is left out or null.
    public @Nullable String text(String field) {
        JsonNode value = json.path(field);
        return value.isString() ? value.stringValue() : null;
    }

    public String text(String field, String otherwise) {
        @Nullable String text = text(field);
        return text == null ? otherwise : text;
    }

    public @Nullable LocalDate day(String field) {
        @Nullable String text = text(field);
        return text == null ? null : LocalDate.parse(text);
    }
}
