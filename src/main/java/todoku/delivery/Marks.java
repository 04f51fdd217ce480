package todoku.delivery;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Stores open marks, those of many lanes in one statement: while one lane asks the database, the others queue, and the
/// next one of them marks for all. A mark is there when [#store] returns.
final class Marks {
    private final JdbcClient db;
    private final Node node;
    private final ConcurrentLinkedQueue<Mark> asked = new ConcurrentLinkedQueue<>();
    private final ReentrantLock turn = new ReentrantLock();

    Marks(JdbcClient db, Node node) {
        this.db = db;
        this.node = node;
    }

    /// Guarded by the turn.
    private static final class Mark {
        final Held.Batch batch;
        final int upto;
        boolean tried;
        boolean stored;
        @Nullable RuntimeException trouble;

        Mark(Held.Batch batch, int upto) {
            this.batch = batch;
            this.upto = upto;
        }
    }

    /// False when the batch is not ours any more. Throws when nobody knows whether the mark was stored.
    boolean store(Held.Batch batch, int upto) {
        var mark = new Mark(batch, upto);
        asked.add(mark);
        turn.lock();
        try {
            if (!mark.tried) storeAll();
            RuntimeException trouble = mark.trouble;
            if (trouble != null) throw new IllegalStateException("the open mark may not be stored", trouble);
            return mark.stored;
        } finally {
            turn.unlock();
        }
    }

    private void storeAll() {
        List<Mark> marks = new ArrayList<>();
        for (Mark next = asked.poll(); next != null; next = asked.poll()) marks.add(next);
        try {
            Set<Long> ours = update(marks);
            for (Mark mark : marks) mark.stored = ours.contains(mark.batch.id);
        } catch (RuntimeException e) {
            for (Mark mark : marks) mark.trouble = e;
        } finally {
            for (Mark mark : marks) mark.tried = true;
        }
    }

    /// Rows are locked in the order of their numbers, as everywhere: then two statements cannot wait for each other. Whose they are
    /// is asked so that no index answers it: the planner would go through everything a node holds to find a few. How many they are
    /// is hidden from it, so that it makes one plan for all.
    private Set<Long> update(List<Mark> marks) {
        return Set.copyOf(db.sql("""
                WITH ours AS MATERIALIZED (
                    SELECT b.id, v.upto
                      FROM unnest((SELECT :id::bigint[]), (SELECT :upto::int[]), (SELECT :fence::bigint[])) AS v (id, upto, fence)
                      JOIN delivery_batch b ON b.id = v.id
                     WHERE b.state = 'WAITING' AND b.open_upto <= v.upto AND b.fence = v.fence
                       AND (b.node_id, b.node_boot) IS NOT DISTINCT FROM (:node::bigint, :boot::bigint)
                       AND b.leased_until > clock_timestamp()
                     ORDER BY b.id FOR UPDATE OF b)
                UPDATE delivery_batch b SET open_upto = o.upto FROM ours o WHERE b.id = o.id
                RETURNING b.id
                """)
                .param("id", marks.stream().map(m -> m.batch.id).toArray(Long[]::new))
                .param("upto", marks.stream().map(m -> m.upto).toArray(Integer[]::new))
                .param("fence", marks.stream().map(m -> m.batch.fence()).toArray(Long[]::new))
                .param("node", node.id)
                .param("boot", node.boot)
                .query(Long.class)
                .list());
    }
}
