package todoku.web.api;

import java.util.List;

/// One thing wrong with a request.
///
/// @param field the way to it, such as `groups[2].state`
/// @param key   of the text that says why
public record Wrong(String field, String key, List<Object> arguments) {
    public Wrong(String field, String key, Object... arguments) {
        this(field, key, List.of(arguments));
    }
}
