package todoku.customer;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import todoku.customer.Line.Good;

/// Who has which unique value, as the lines so far left it. Whoever decides on the lines says who is who: the holders are what
/// tells one customer from another there, such as the canonical address.
final class Uniques {
    private final List<Field> fields;
    private final List<Had> had;

    /// By the key of the field and the value.
    private final Map<String, Map<String, Object>> holders = new HashMap<>();
    private final Map<Object, Map<String, String>> held = new HashMap<>();

    /// A value that somebody has already.
    ///
    /// @param holder of whoever has it ([ChunkWriter#holder])
    record Had(String key, String value, String holder) {}

    /// @param fields of the file
    /// @param had    those of its values that somebody has
    Uniques(List<Field> fields, List<Had> had) {
        this.fields = fields;
        this.had = had;
        had.forEach(each -> take(each.holder(), each.key(), each.value()));
    }

    /// The same, its holders known by something else than their addresses.
    Uniques heldBy(Function<String, Object> holder) {
        Uniques uniques = new Uniques(fields, List.of());
        had.forEach(each -> uniques.take(holder.apply(each.holder()), each.key(), each.value()));
        return uniques;
    }

    /// Why this line is not taken; null when nobody else has its values.
    @Nullable String refusal(Object holder, Good line) {
        for (Field field : fields) {
            @Nullable String value = line.unique().get(field.key());
            if (value == null) continue;
            @Nullable Object other = holders.getOrDefault(field.key(), Map.of()).get(value);
            if (other != null && !other.equals(holder))
                return "「" + field.label() + "」: ほかの顧客が使っています。別の値にするか、空欄にしてください（" + value + "）";
        }
        return null;
    }

    /// The line is taken: what its customer had before is free.
    void take(Object holder, Good line) {
        for (Field field : fields) take(holder, field.key(), line.unique().get(field.key()));
    }

    private void take(Object holder, String key, @Nullable String value) {
        Map<String, String> his = held.computeIfAbsent(holder, any -> new HashMap<>());
        @Nullable String before = value == null ? his.remove(key) : his.put(key, value);
        Map<String, Object> all = holders.computeIfAbsent(key, any -> new HashMap<>());
        if (before != null && !Objects.equals(before, value)) all.remove(before, holder);
        if (value != null) all.put(value, holder);
    }
}
