package todoku.customer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import todoku.customer.Memberships.State;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Which customers something is done with: all, those a search found, those of a group, or those that were ticked.
public sealed interface Selection {
    /// Ticked by hand, on the pages of a list.
    int MOST_TICKED = 10_000;

    /// Nobody ticked is nobody.
    Map.Entry<String, String> TICKED = Map.entry("ticked", "1");

    JsonMapper JSON = JsonMapper.builder().build();

    record Everybody() implements Selection {}

    /// @param whole only whole values match, as whoever may not see addresses searches
    record Found(String text, boolean whole) implements Selection {}

    /// @param state null: in any
    record InGroup(long group, @Nullable State state) implements Selection {}

    record Ticked(List<Long> customers) implements Selection {
        public Ticked {
            customers = List.copyOf(customers);
        }
    }

    /// A set of customers, as a statement that gives their `id`s.
    record Ids(String sql, Map<String, Object> parameters) {}

    /// As the address of a page says it: `ticked=1&customer=1&customer=2`, `group=7&state=BANNED`, `q=佐藤`; nothing is everybody.
    /// Nothing usable, such as a group that is no number, is no selection.
    static Optional<Selection> asked(Map<String, String[]> typed, boolean masked) {
        String[] ticked = typed.getOrDefault("customer", new String[0]);
        if (ticked.length > 0 || typed.containsKey("ticked")) return ticked(ticked);
        String group = first(typed, "group"), text = first(typed, "q").strip();
        if (!group.isEmpty()) return number(group).flatMap(id -> inGroup(id, first(typed, "state")));
        if (text.length() > CustomerPages.LONGEST_SEARCH) return Optional.empty();
        return Optional.of(new Words(text, masked).none() ? new Everybody() : new Found(text, masked));
    }

    private static Optional<Selection> ticked(String[] typed) {
        if (typed.length > MOST_TICKED) return Optional.empty();
        List<Long> ids = new ArrayList<>();
        for (String each : typed) number(each).ifPresent(ids::add);
        return ids.size() == typed.length ? Optional.of(new Ticked(ids.stream().distinct().sorted().toList())) : Optional.empty();
    }

    private static Optional<Selection> inGroup(long group, String state) {
        if (state.isEmpty()) return Optional.of(new InGroup(group, null));
        return Arrays.stream(State.values()).filter(each -> each.name().equals(state)).findFirst().map(known -> new InGroup(group, known));
    }

    private static String first(Map<String, String[]> typed, String name) {
        String[] values = typed.get(name);
        return values == null || values.length == 0 ? "" : values[0];
    }

    private static Optional<Long> number(String typed) {
        return typed.matches("\\d{1,18}") ? Optional.of(Long.parseLong(typed)) : Optional.empty();
    }

    /// What a form sends along so that [#asked] gives this again, in its order; a name may come more than once.
    default List<Map.Entry<String, String>> fields() {
        return switch (this) {
            case Everybody all -> List.of();
            case Found(String text, boolean whole) -> List.of(Map.entry("q", text));
            case InGroup(long group, State state) -> state == null
                    ? List.of(Map.entry("group", String.valueOf(group)))
                    : List.of(Map.entry("group", String.valueOf(group)), Map.entry("state", state.name()));
            case Ticked(List<Long> customers) ->
                Stream.concat(Stream.of(TICKED), customers.stream().map(id -> Map.entry("customer", String.valueOf(id)))).toList();
        };
    }

    default String json() {
        Map<String, Object> stored = new LinkedHashMap<>();
        switch (this) {
            case Everybody all -> stored.put("kind", "EVERYBODY");
            case Found(String text, boolean whole) -> {
                stored.put("kind", "FOUND");
                stored.put("text", text);
                stored.put("whole", whole);
            }
            case InGroup(long group, State state) -> {
                stored.put("kind", "GROUP");
                stored.put("group", group);
                if (state != null) stored.put("state", state);
            }
            case Ticked(List<Long> customers) -> {
                stored.put("kind", "TICKED");
                stored.put("customers", customers);
            }
        }
        return JSON.writeValueAsString(stored);
    }

    static Selection of(String json) {
        JsonNode stored = JSON.readTree(json);
        return switch (stored.path("kind").asString()) {
            case "EVERYBODY" -> new Everybody();
            case "FOUND" -> new Found(stored.path("text").asString(), stored.path("whole").asBoolean());
            case "GROUP" -> new InGroup(
                    stored.path("group").asLong(), stored.has("state") ? State.valueOf(stored.path("state").asString()) : null);
            case "TICKED" -> new Ticked(stored.path("customers").valueStream().map(JsonNode::asLong).toList());
            default -> throw new IllegalArgumentException("no such selection: " + json);
        };
    }

    /// @param fields those a search looks into
    default Ids ids(List<Field> fields) {
        return switch (this) {
            case Everybody all -> new Ids("SELECT id FROM customer", Map.of());
            case Found(String text, boolean whole) -> new Words(text, whole).ids(fields);
            case InGroup(long group, State state) -> state == null
                    ? new Ids("SELECT customer_id AS id FROM membership WHERE group_id = :group", Map.of("group", group))
                    : new Ids("SELECT customer_id AS id FROM membership WHERE group_id = :group AND state = :state",
                            Map.of("group", group, "state", state.name()));
            case Ticked(List<Long> customers) ->
                new Ids("SELECT id FROM customer WHERE id = ANY (:ticked)", Map.of("ticked", customers.toArray(Long[]::new)));
        };
    }
}
