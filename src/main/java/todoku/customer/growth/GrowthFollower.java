package todoku.customer.growth;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.EventFollower;
import todoku.event.LedgerEntry;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Adds up who came and who went, in the order of the ledger, so that the most there ever were in an hour is exact.
public final class GrowthFollower implements EventFollower {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final String SUBSCRIBED = "SUBSCRIBED";

    private final JdbcClient db;

    public GrowthFollower(JdbcClient db) {
        this.db = db;
    }

    @Override
    public String name() {
        return "growth";
    }

    /// An hour as it becomes by the events of one batch.
    private static final class Hour {
        int created;
        int deleted;
        long peak;
    }

    private record Side(long group, Instant hour, String source) {}

    @Override
    public void follow(List<LedgerEntry> entries) {
        Map<Instant, Hour> hours = new TreeMap<>();
        Map<Side, int[]> sides = new HashMap<>();
        long count = -1;
        for (LedgerEntry entry : entries) {
            Instant hour = entry.event().happenedAt().truncatedTo(ChronoUnit.HOURS);
            switch (entry.event().kind()) {
                case CUSTOMER_CREATED, CUSTOMER_DELETED -> {
                    if (count < 0) count = count();
                    int people = people(JSON.readTree(entry.event().detail()));
                    boolean created = entry.event().kind() == todoku.event.Event.Kind.CUSTOMER_CREATED;
                    Hour now = hours.computeIfAbsent(hour, _ -> new Hour());
                    now.peak = Math.max(now.peak, count);
                    count += created ? people : -people;
                    if (created) now.created += people;
                    else now.deleted += people;
                    now.peak = Math.max(now.peak, count);
                }
                case STATE_CHANGED -> {
                    JsonNode detail = JSON.readTree(entry.event().detail());
                    boolean was = detail.path("from").asString("").equals(SUBSCRIBED);
                    boolean is = detail.path("to").asString("").equals(SUBSCRIBED);
                    if (was == is || !detail.has("group")) continue;
                    var side = new Side(detail.path("group").asLong(), hour, detail.path("source").asString("OPERATOR"));
                    sides.computeIfAbsent(side, _ -> new int[2])[is ? 0 : 1] += people(detail);
                }
                case DELIVERED, FAILED, SKIPPED, UNKNOWN, BOUNCED, COMPLAINED, OPENED, CLICKED, ADDRESS_CHANGED, CUSTOMER_MERGED -> {}
            }
        }
        if (!hours.isEmpty()) writeHours(hours);
        if (!sides.isEmpty()) writeSides(sides);
    }

    private static int people(JsonNode detail) {
        if (detail.has("first")) return Math.toIntExact(detail.path("last").asLong() - detail.path("first").asLong() + 1);
        return detail.path("customers").size();
    }

    /// Events come in the order of their commits: an hour may be written again after the next has begun.
    private long count() {
        return db.sql("SELECT coalesce(sum(created), 0) - coalesce(sum(deleted), 0) FROM record_growth").query(Long.class).single();
    }

    private void writeHours(Map<Instant, Hour> hours) {
        List<Hour> values = List.copyOf(hours.values());
        db.sql("""
                INSERT INTO record_growth AS g (hour, created, deleted, peak)
                SELECT * FROM unnest(:hour::timestamptz[], :created::int[], :deleted::int[], :peak::bigint[])
                ON CONFLICT (hour) DO UPDATE SET created = g.created + EXCLUDED.created, deleted = g.deleted + EXCLUDED.deleted,
                   peak = greatest(g.peak, EXCLUDED.peak)
                """)
                .param("hour", hours.keySet().stream().map(Instant::toString).toArray(String[]::new))
                .param("created", values.stream().map(hour -> hour.created).toArray(Integer[]::new))
                .param("deleted", values.stream().map(hour -> hour.deleted).toArray(Integer[]::new))
                .param("peak", values.stream().map(hour -> hour.peak).toArray(Long[]::new))
                .update();
    }

    private void writeSides(Map<Side, int[]> sides) {
        List<Side> keys = new ArrayList<>(sides.keySet());
        db.sql("""
                INSERT INTO group_growth AS g (group_id, hour, source, joined, departed)
                SELECT * FROM unnest(:group::bigint[], :hour::timestamptz[], :source::text[], :joined::int[], :departed::int[])
                ON CONFLICT (group_id, hour, source) DO UPDATE
                   SET joined = g.joined + EXCLUDED.joined, departed = g.departed + EXCLUDED.departed
                """)
                .param("group", keys.stream().map(Side::group).toArray(Long[]::new))
                .param("hour", keys.stream().map(side -> side.hour().toString()).toArray(String[]::new))
                .param("source", keys.stream().map(Side::source).toArray(String[]::new))
                .param("joined", keys.stream().map(key -> sides.getOrDefault(key, new int[2])[0]).toArray(Integer[]::new))
                .param("departed", keys.stream().map(key -> sides.getOrDefault(key, new int[2])[1]).toArray(Integer[]::new))
                .update();
    }
}
