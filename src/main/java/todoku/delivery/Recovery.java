package todoku.delivery;

import java.lang.System.Logger.Level;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.Epochs;
import todoku.event.MailingId;
import todoku.mailing.Mailings;

/// What a start does before the first dialogue: replies that only the journal knows are committed, and everything an
/// earlier process of this node held is settled and given back. Idempotent: a death in between is repaired by the next. Later it
/// does the same with what this process has lost sight of.
final class Recovery {
    private static final System.Logger LOG = System.getLogger(Recovery.class.getName());

    private final Database database;
    private final JdbcClient db;
    private final Node node;
    private final boolean alone;
    private final Journal journal;
    private final Registry registry;
    private final Committer committer;
    private final Settlement settlement;
    private final Mailings mailings;
    private final Epochs epochs;
    private final Runnable recovered;

    Recovery(
            Database database,
            Node node,
            boolean alone,
            Journal journal,
            Registry registry,
            Committer committer,
            Settlement settlement,
            Mailings mailings,
            Runnable recovered) {
        this.recovered = recovered;
        this.database = database;
        this.db = database.client();
        this.node = node;
        this.alone = alone;
        this.journal = journal;
        this.registry = registry;
        this.committer = committer;
        this.settlement = settlement;
        this.mailings = mailings;
        this.epochs = new Epochs(db);
    }

    private record Left(long id, MailingId mailing, int firstNo, int openUpto, int lastNo, long fence, boolean believed) {}

    private record LeftWaiting(Key key, boolean opened, boolean believed) {}

    void run(Instant now) {
        long known = committer.begin();
        boolean knowsLess = known < journal.committed() || node.boot <= journal.lastBoot() || isCopied();
        boolean restored = database.inTransaction(() -> beginEpoch(knowsLess, now));
        List<Journal.Entry> found = journal.foundFrom(restored ? startAgain(known) : known);
        if (restored) found = found.stream().filter(this::isAboutSomebody).toList();
        journal.used(node.boot);
        committer.commitAll(found);
        database.inTransaction(() -> settle(true, now));
        // Positions go on where the journal goes on. First the database: a death in between must not leave it behind the
        // journal, as if it had been restored.
        committer.skipTo(journal.next());
        recovered.run();
        journal.forgetUntil(committer.begin());
    }

    /// Another server, another timeline, or a database that knows less than this node: it was restored, and nothing that
    /// was under way goes on without a person.
    private boolean beginEpoch(boolean knowsLess, Instant now) {
        boolean moved = epochs.settle(now);
        if (knowsLess && !moved) epochs.begin(now);
        if (!knowsLess && !moved) return false;
        LOG.log(Level.ERROR, "the database was restored; {0} mailings are held until a person decides", mailings.restored());
        return true;
    }

    /// A database that only one node can reach came here without the data directory it belongs to: from a backup, and nobody
    /// can say what was sent since.
    private boolean isCopied() {
        return alone
                && journal.lastBoot() == 0
                && db.sql("SELECT EXISTS (SELECT FROM node WHERE id <> :node)")
                        .param("node", node.id)
                        .query(Boolean.class)
                        .single();
    }

    /// What the journal had committed once and the database forgot stays in the journal: its replies are facts.
    private long startAgain(long known) {
        List<Journal.Entry> found = journal.foundFrom(0);
        if (found.isEmpty() || found.getFirst().position() < known) return known;
        committer.skipTo(found.getFirst().position());
        return found.getFirst().position();
    }

    /// A mailing that was planned after the backup is not there any more.
    private boolean isAboutSomebody(Journal.Entry entry) {
        return db.sql("SELECT count(*) FROM mailing_recipient WHERE mailing_id = :mailing AND no = :no")
                        .param("mailing", entry.outcome().mailing().value())
                        .param("no", entry.outcome().no())
                        .query(Integer.class)
                        .single() == 1;
    }

    /// What the rows say is held here and this process knows nothing of: the answer to a claim or to a mark was lost, or a lease
    /// was. Once it has run out nobody here is in a dialogue with them, and the journal knows every dot, as after a start. One
    /// that is longer than any lease was made while the clock of the database was ahead, and is over as well.
    void leftBehind(Instant now) {
        database.inTransaction(() -> settle(false, now));
    }

    /// @param all also what is under a lease: of an earlier process
    private void settle(boolean all, Instant now) {
        for (Left left : batches(all)) {
            settlement.batch(left.id(), left.mailing(), left.firstNo(), left.openUpto(), now, maybeSent(left.believed()));
            db.sql("""
                    UPDATE delivery_batch
                       SET node_id = NULL, node_boot = NULL, leased_until = '-infinity', fence = fence + 1,
                           state = CASE WHEN open_upto >= last_no THEN 'ENDED' ELSE 'WAITING' END
                     WHERE id = :id AND fence = :fence
                    """)
                    .param("id", left.id())
                    .param("fence", left.fence())
                    .update();
        }
        List<LeftWaiting> waiting = waiting(all);
        for (LeftWaiting left : waiting)
            if (left.opened()) settlement.waiting(List.of(left.key()), now, maybeSent(left.believed()));
        if (waiting.isEmpty()) return;
        db.sql("""
                UPDATE waiting_message w SET node_id = NULL, node_boot = NULL, leased_until = '-infinity', fence = fence + 1
                  FROM unnest(:mailing::bigint[], :no::int[]) AS v (mailing_id, no)
                 WHERE w.mailing_id = v.mailing_id AND w.no = v.no
                """)
                .param("mailing", waiting.stream().map(left -> left.key().mailing()).toArray(Long[]::new))
                .param("no", waiting.stream().map(left -> left.key().no()).toArray(Integer[]::new))
                .update();
    }

    /// A dot that is missing is believed only when the operating system has not restarted since, or power loss may have
    /// eaten it, and when this very file was in use then.
    private boolean believesDots(ResultSet row) throws SQLException {
        return row.getBoolean("same_os") && journal.knows(row.getLong("node_boot"));
    }

    private Predicate<Key> maybeSent(boolean believed) {
        return key -> !believed || journal.isDotOpen(key);
    }

    private List<Left> batches(boolean all) {
        return db.sql("""
                SELECT b.id, b.mailing_id, b.first_no, b.open_upto, b.last_no, b.fence,
                       b.node_boot, coalesce(o.os_boot = :os, false) AS same_os
                  FROM delivery_batch b LEFT JOIN node_boot o ON o.node_id = b.node_id AND o.boot = b.node_boot
                 WHERE b.node_id = :node AND b.state = 'WAITING' AND (:all OR NOT b.leased_until BETWEEN clock_timestamp() AND clock_timestamp() + 2 * :lease::interval)
                 ORDER BY b.id FOR UPDATE OF b
                """)
                .param("os", node.osBoot)
                .param("node", node.id)
                .param("all", all)
                .param("lease", Lease.LENGTH.toString())
                .query((row, _) -> new Left(
                        row.getLong("id"),
                        new MailingId(row.getLong("mailing_id")),
                        row.getInt("first_no"),
                        row.getInt("open_upto"),
                        row.getInt("last_no"),
                        row.getLong("fence"),
                        believesDots(row)))
                .stream()
                .filter(left -> registry.batch(left.id()) == null)
                .toList();
    }

    private List<LeftWaiting> waiting(boolean all) {
        return db.sql("""
                SELECT w.mailing_id, w.no, w.opened, w.node_boot, coalesce(o.os_boot = :os, false) AS same_os
                  FROM waiting_message w LEFT JOIN node_boot o ON o.node_id = w.node_id AND o.boot = w.node_boot
                 WHERE w.node_id = :node AND (:all OR NOT w.leased_until BETWEEN clock_timestamp() AND clock_timestamp() + 2 * :lease::interval) FOR UPDATE OF w
                """)
                .param("os", node.osBoot)
                .param("node", node.id)
                .param("all", all)
                .param("lease", Lease.LENGTH.toString())
                .query((row, _) -> new LeftWaiting(
                        new Key(row.getLong("mailing_id"), row.getInt("no")), row.getBoolean("opened"), believesDots(row)))
                .stream()
                .filter(left -> registry.waiting(left.key()) == null)
                .toList();
    }
}
