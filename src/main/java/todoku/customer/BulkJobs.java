package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.beans.factory.InitializingBean;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.BulkProgress.State;
import todoku.database.Database;
import todoku.suppression.Suppressions;

/// Acts on many customers in the background, one order after the other and a chunk at a time. What a chunk did and how far the
/// order is are one transaction: after a restart it goes on where it was.
@Component
class BulkJobs implements InitializingBean, DisposableBean {
    /// Well below a second, so that nobody waits long for a lock.
    private static final int CHUNK = 500;

    private static final Logger LOG = LoggerFactory.getLogger(BulkJobs.class);

    private final Database database;
    private final JdbcClient db;
    private final Picks picks;
    private final BulkChunk chunk;
    private final Audit audit;
    private final InstantSource clock;
    private final Turns turns = new Turns("bulk", this::work);

    BulkJobs(Database database, Suppressions suppressions, Fields fields, Audit audit, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.picks = new Picks(db);
        this.chunk = new BulkChunk(db, suppressions, fields);
        this.audit = audit;
        this.clock = clock;
    }

    /// How many customers an act would be done to.
    int count(Selection selection) {
        return picks.count(selection, picks.end());
    }

    /// Begins; its number.
    long start(Operator by, BulkOrder order) {
        long upto = picks.end();
        int total = picks.count(order.selection(), upto);
        long id = database.inTransaction(() -> {
            long opened = db.sql("""
                    INSERT INTO customer_bulk (operator_id, departments, selection, act, group_id, field_key, value, note, state, upto, total, started_at)
                    VALUES (:operator, :departments, :selection::jsonb, :act, :group, :field, :value, :note, 'RUNNING', :upto, :total, :now)
                    RETURNING id
                    """)
                .param("operator", by.id()).param("departments", by.departments(Function.CUSTOMER_EDIT).toArray(Long[]::new))
                .param("selection", order.selection().json()).param("act", order.act().name()).param("group", order.group())
                .param("field", order.field()).param("value", order.value()).param("note", order.note()).param("upto", upto)
                .param("total", total).param("now", clock.instant().atOffset(UTC)).query(Long.class).single();
            audit.write(by, "customer.bulk", "bulk:" + opened, null, told(order, total));
            return opened;
        });
        turns.take(id);
        return id;
    }

    private static Map<String, Object> told(BulkOrder order, int total) {
        Map<String, Object> told = new LinkedHashMap<>();
        told.put("act", order.act());
        told.put("selection", order.selection());
        told.put("customers", total);
        if (order.group() != null) told.put("group", order.group());
        if (order.field() != null) {
            told.put("field", order.field());
            told.put("value", order.value());
        }
        if (!order.note().isEmpty()) told.put("note", order.note());
        return told;
    }

    /// False when it had ended. What was done stands.
    boolean stop(Operator by, long id) {
        return database.inTransaction(() -> {
            boolean stopped = end(id, State.STOPPED);
            if (stopped) audit.write(by, "customer.bulk-stop", "bulk:" + id, null, null);
            return stopped;
        });
    }

    private boolean end(long id, State state) {
        return db.sql("UPDATE customer_bulk SET state = :state, ended_at = :now WHERE id = :id AND state = 'RUNNING'")
                .param("state", state.name()).param("id", id).param("now", clock.instant().atOffset(UTC)).update() == 1;
    }

    Optional<BulkProgress> find(long id) {
        return db.sql("SELECT b.*, o.display_name FROM customer_bulk b JOIN operator o ON o.id = b.operator_id WHERE b.id = :id")
                .param("id", id).query(BulkJobs::progress).optional();
    }

    @Override
    public void afterPropertiesSet() {
        turns.take(db.sql("SELECT id FROM customer_bulk WHERE state = 'RUNNING' ORDER BY id").query(Long.class).list());
    }

    @Override
    public void destroy() {
        turns.close();
    }

    private void work(long id) {
        try {
            Optional<BulkProgress> job = find(id).filter(BulkProgress::running);
            if (job.isEmpty()) return;
            if (walked(job.get())) end(id, State.DONE);
        } catch (RuntimeException e) {
            if (turns.closing()) return;
            LOG.error("the act {} on many customers ended early", id, e);
            end(id, State.FAILED);
        }
    }

    /// False when it was stopped.
    private boolean walked(BulkProgress job) {
        long after = job.after();
        List<Long> window = picks.window(job.order().selection(), after, job.upto());
        while (!window.isEmpty()) {
            for (int from = 0; from < window.size(); from += CHUNK) {
                List<Long> customers = window.subList(from, Math.min(from + CHUNK, window.size()));
                long before = after;
                if (turns.closing() || !database.inTransaction(() -> taken(job, customers, before))) return false;
                after = customers.getLast();
            }
            window = picks.window(job.order().selection(), after, job.upto());
        }
        return true;
    }

    private boolean taken(BulkProgress job, List<Long> customers, long before) {
        chunk.begin(job.order().act());
        boolean runs = db.sql("UPDATE customer_bulk SET after_id = :after, done = done + :done WHERE id = :id AND state = 'RUNNING' AND after_id = :before")
                .param("after", customers.getLast()).param("done", customers.size()).param("id", job.id()).param("before", before).update() == 1;
        if (!runs) return false;
        int changed = chunk.take(job, customers, clock.instant());
        db.sql("UPDATE customer_bulk SET changed = changed + :changed WHERE id = :id").param("changed", changed).param("id", job.id()).update();
        return true;
    }

    private static BulkProgress progress(ResultSet row, int n) throws SQLException {
        @Nullable Timestamp ended = row.getTimestamp("ended_at");
        var order = new BulkOrder(Selection.of(row.getString("selection")), BulkAct.valueOf(row.getString("act")),
                row.getObject("group_id", Long.class), row.getString("field_key"), row.getString("value"), row.getString("note"));
        return new BulkProgress(row.getLong("id"), row.getLong("operator_id"), row.getString("display_name"),
                List.of((Long[]) row.getArray("departments").getArray()), order, State.valueOf(row.getString("state")), row.getLong("after_id"),
                row.getLong("upto"), row.getInt("total"), row.getInt("done"), row.getInt("changed"),
                row.getTimestamp("started_at").toInstant(), ended == null ? null : ended.toInstant());
    }
}
