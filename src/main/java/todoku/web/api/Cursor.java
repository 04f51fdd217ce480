package todoku.web.api;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Where a list goes on. What it says is nobody's business but ours.
public final class Cursor {
    private static final String MARK = "after:";

    private Cursor() {}

    /// The position behind which to go on; 0 for the first page.
    public static long read(@Nullable String cursor) {
        if (cursor == null || cursor.isEmpty()) return 0;
        try {
            String text = new String(Base64.getUrlDecoder().decode(cursor), StandardCharsets.US_ASCII);
            if (text.matches(MARK + "\\d{1,18}")) return Long.parseLong(text.substring(MARK.length()));
        } catch (IllegalArgumentException e) {
            // as any other that we have not given
        }
        throw Refusal.badParameters(List.of(new Wrong("cursor", "web.api.bad.cursor")));
    }

    public static String write(long position) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString((MARK + position).getBytes(StandardCharsets.US_ASCII));
    }

    /// One page of a list that was asked for one row more than `limit`: `items`, and `next` when there are more.
    public static <T> Map<String, Object> page(List<T> rows, int limit, Function<T, Long> position, Function<T, ?> shown) {
        List<T> items = rows.size() > limit ? rows.subList(0, limit) : rows;
        Map<String, Object> page = new LinkedHashMap<>();
        page.put("items", items.stream().map(shown).toList());
        page.put("next", rows.size() > limit ? write(position.apply(items.getLast())) : null);
        return page;
    }
}
