package todoku.content;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The condition of a block as a form shows it: field, sign, value. Anything richer is shown as it is written.
///
/// @param raw the condition in full when it is not of the simple kind
public record BlockRule(String field, String sign, String value, @Nullable String raw) {
    public static final List<String> SIGNS = List.of("==", "!=", "contains", ">=", "<=");
    private static final Pattern SIMPLE = Pattern.compile(
            "\\s*([^\\s=!<>\"'|()]+)\\s*(==|!=|contains|>=|<=)\\s*(?:\"([^\"]*)\"|'([^']*)'|(-?[0-9]+(?:\\.[0-9]+)?))\\s*");
    private static final Pattern NUMBER = Pattern.compile("-?[0-9]{1,18}(\\.[0-9]{1,6})?");

    public static BlockRule of(@Nullable String condition) {
        if (condition == null || condition.isBlank()) return new BlockRule("", "==", "", null);
        Matcher matcher = SIMPLE.matcher(condition);
        if (!matcher.matches()) return new BlockRule("", "==", "", condition);
        String value = matcher.group(3) != null ? matcher.group(3) : matcher.group(4) != null ? matcher.group(4) : matcher.group(5);
        return new BlockRule(matcher.group(1), matcher.group(2), value, null);
    }

    /// Back to what the mail keeps; null: everyone.
    @Nullable String condition() {
        if (raw != null && !raw.isBlank()) return raw;
        if (field.isBlank()) return null;
        boolean ordered = sign.equals(">=") || sign.equals("<=");
        if (ordered && NUMBER.matcher(value).matches()) return field + " " + sign + " " + value;
        String quote = value.indexOf('"') < 0 ? "\"" : "'";
        return field + " " + sign + " " + quote + value.replace(quote, "") + quote;
    }
}
