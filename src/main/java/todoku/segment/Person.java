package todoku.segment;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// One customer, as far as a rule asks about them.
///
/// @param columns the standard fields by id, days as `2026-04-01`; those without a value are absent
/// @param custom  the house's own fields, an object
/// @param groups  states by group
record Person(
        long id,
        Map<String, String> columns,
        JsonNode custom,
        Map<Long, String> groups,
        String domain,
        @Nullable Instant openedAt,
        @Nullable Instant clickedAt,
        List<Received> received,
        List<Deed> deeds) {

    /// A mail planned for them.
    ///
    /// @param counts it belongs to this environment and was no test
    /// @param state  null while it has no result
    record Received(
            long mailing, boolean counts, @Nullable Instant startedAt, @Nullable String state, boolean opened, Set<Integer> links) {}

    /// A record of theirs.
    record Deed(long kind, Instant at, @Nullable BigDecimal amount, JsonNode data) {}

    /// The text of a field; a value that is no text as JSON writes it. Null without a value.
    @Nullable String text(Field field) {
        return field.isColumn() ? columns.get(field.id()) : text(custom.get(field.key()));
    }

    static @Nullable String text(@Nullable JsonNode node) {
        if (node == null || node.isNull()) return null;
        return node.isString() ? node.stringValue() : node.toString();
    }

    /// What stands in a field of several choices.
    static List<String> choices(@Nullable JsonNode node) {
        if (node == null) return List.of();
        if (node.isString()) return List.of(node.stringValue());
        List<String> choices = new ArrayList<>();
        if (node.isArray()) for (JsonNode each : node) if (each.isString()) choices.add(each.stringValue());
        return choices;
    }
}
