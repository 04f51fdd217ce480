package todoku.tracking;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.TransactionException;
import todoku.database.Database;
import todoku.event.Device;
import todoku.event.Event;
import todoku.event.EventLedger;
import todoku.event.MailingId;
import todoku.mailing.Recipients;
import todoku.mailing.Recipients.Who;
import todoku.mailing.Results.Place;

/// Who opened and who clicked, each counted once. Safe for many threads.
///
/// What is told here waits in memory for at most [#GATHERING] and is committed in groups: a crash loses that much. The
/// readers of a test mail are never counted.
public final class Responses implements AutoCloseable {
    /// How late a figure may be, and how much a crash may lose.
    static final Duration GATHERING = Duration.ofMillis(200);

    /// One statement of this size takes a few milliseconds.
    static final int GROUP = 1_000;

    /// What a stopped database may pile up, in about 10 MB.
    private static final int WAITING = 100_000;

    /// How long a teller waits for room before the response is given up: the reader has been answered already.
    private static final Duration ROOM_WAIT = Duration.ofSeconds(2);

    /// Between two tries of a group that the database refused.
    private static final Duration RETRY = Duration.ofSeconds(1);

    /// How long closing waits for the last groups.
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(15);

    private static final System.Logger LOG = System.getLogger(Responses.class.getName());

    private record Mail(long mailing, int no) {}

    /// A reader's doing.
    private sealed interface Told extends Entry {
        Mail mail();

        /// Null when nothing told it.
        @Nullable Device device();
    }

    /// What waits to be committed.
    private sealed interface Entry {
        record Open(Mail mail, Instant at, @Nullable Device device) implements Told {}

        record Click(Mail mail, int linkNo, Instant at, @Nullable Device device) implements Told {}

        /// Everything before this one is on disk when it is done.
        record Mark(CompletableFuture<Void> done) implements Entry {}
    }

    /// The figures of one mailing: recipients who opened, recipients who clicked anything, and recipients by link.
    public record Figures(long opens, long clickers, Map<Integer, Long> clicksByLink) {
        public Figures {
            clicksByLink = Map.copyOf(clicksByLink);
        }
    }

    private final Database database;
    private final EventLedger ledger;
    private final Recipients recipients;
    private final ArrayBlockingQueue<Entry> waiting = new ArrayBlockingQueue<>(WAITING);
    private final AtomicLong lost = new AtomicLong();
    private final CountDownLatch closing = new CountDownLatch(1);
    private final Thread committer;

    public Responses(Database database) {
        this.database = database;
        this.ledger = new EventLedger(database.client());
        this.recipients = new Recipients(database.client());
        this.committer = Thread.ofPlatform().name("responses").daemon().start(this::run);
    }

    /// @param device null when nothing tells it
    public void opened(long mailing, int no, Instant at, @Nullable Device device) {
        tell(new Entry.Open(new Mail(mailing, no), at, device));
    }

    /// @param device null when nothing tells it
    public void clicked(long mailing, int no, int linkNo, Instant at, @Nullable Device device) {
        tell(new Entry.Click(new Mail(mailing, no), linkNo, at, device));
    }

    /// How many responses could not be kept since the start: the database stood still for too long.
    public long lost() {
        return lost.get();
    }

    private void tell(Entry entry) {
        try {
            if (isClosing() || !waiting.offer(entry, ROOM_WAIT.toMillis(), MILLISECONDS)) lost.incrementAndGet();
        } catch (InterruptedException e) {
            lost.incrementAndGet();
            Thread.currentThread().interrupt();
        }
    }

    /// Returns when everything told before is on disk.
    public void flush() {
        var mark = new Entry.Mark(new CompletableFuture<>());
        try {
            if (!isClosing()) waiting.put(mark);
            if (isClosing()) {
                committer.join();
                mark.done().complete(null);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return;
        }
        mark.done().join();
    }

    public Figures figures(long mailing) {
        var byLink = new TreeMap<Integer, Long>();
        return database.inTransaction(() -> {
            database.client()
                    .sql("SELECT link_no, count(*) FROM first_click WHERE mailing_id = :mailing GROUP BY link_no")
                    .param("mailing", mailing)
                    .query(row -> {
                        byLink.put(row.getInt(1), row.getLong(2));
                    });
            return database.client()
                    .sql("""
                            SELECT (SELECT count(*) FROM first_open WHERE mailing_id = :mailing),
                                   (SELECT count(DISTINCT no) FROM first_click WHERE mailing_id = :mailing)
                            """)
                    .param("mailing", mailing)
                    .query((row, i) -> new Figures(row.getLong(1), row.getLong(2), byLink))
                    .single();
        });
    }

    private void run() {
        while (!isClosing() || !waiting.isEmpty()) {
            List<Entry> group = gather();
            if (!group.isEmpty()) settle(group);
        }
    }

    /// Waits for a first one, then for more: until the group is full, its time is over, or somebody waits for it.
    private List<Entry> gather() {
        var group = new ArrayList<Entry>();
        try {
            Entry next = waiting.poll(GATHERING.toMillis(), MILLISECONDS);
            long end = System.nanoTime() + GATHERING.toNanos();
            while (next != null) {
                group.add(next);
                if (next instanceof Entry.Mark || group.size() == GROUP) break;
                next = waiting.poll(isClosing() ? 0 : Math.max(0, end - System.nanoTime()), NANOSECONDS);
            }
        } catch (InterruptedException e) {
            closing.countDown(); // Nobody interrupts this thread but a program that ends.
        }
        return group;
    }

    /// Tries until the database takes the group; while closing only once more, for the program must end.
    private void settle(List<Entry> group) {
        var opens = of(Entry.Open.class, group);
        var clicks = of(Entry.Click.class, group);
        while (true) {
            boolean last = isClosing();
            try {
                if (opens.size() + clicks.size() > 0) commit(opens, clicks);
                break;
            } catch (DataAccessException | TransactionException e) {
                LOG.log(System.Logger.Level.WARNING, "opens and clicks could not be committed", e);
                if (last) {
                    lost.addAndGet(opens.size() + clicks.size());
                    break;
                }
                pause();
            }
        }
        of(Entry.Mark.class, group).forEach(mark -> mark.done().complete(null));
    }

    private static <T extends Entry> List<T> of(Class<T> kind, List<Entry> group) {
        return group.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    private void commit(List<Entry.Open> opens, List<Entry.Click> clicks) {
        database.inTransaction(() -> {
            Map<Place, Who> who = recipients.who(
                    Stream.concat(opens.stream(), clicks.stream()).map(each -> place(each.mail())).distinct().toList());
            List<Event> first = new ArrayList<>();
            if (!opens.isEmpty()) first.addAll(insertOpens(opens, who));
            if (!clicks.isEmpty()) first.addAll(insertClicks(clicks, who));
            ledger.append(first);
            remember(opens, clicks, who);
        });
    }

    /// In the order of the key, so that two programs never wait for each other in a circle. Whose recipients are no longer kept,
    /// its figures stay as they are.
    private List<Event> insertOpens(List<Entry.Open> opens, Map<Place, Who> who) {
        Map<Mail, Device> devices = devices(opens);
        return database.client()
                .sql("""
                        WITH first AS (
                        INSERT INTO first_open (mailing_id, no, at)
                        SELECT r.mailing_id, r.no, r.at
                          FROM unnest(CAST(:mailings AS bigint[]), CAST(:nos AS int[]),
                                      CAST(CAST(:times AS text[]) AS timestamptz[])) r (mailing_id, no, at)
                          JOIN mailing m ON m.id = r.mailing_id AND m.kind <> 'TEST' AND m.details_gone_at IS NULL
                         ORDER BY r.mailing_id, r.no, r.at
                        ON CONFLICT DO NOTHING RETURNING mailing_id, no, at)
                        SELECT f.at, m.environment, f.mailing_id, f.no, 0 AS link_no
                          FROM first f JOIN mailing m ON m.id = f.mailing_id
                        """)
                .param("mailings", opens.stream().mapToLong(each -> each.mail().mailing()).toArray())
                .param("nos", opens.stream().mapToInt(each -> each.mail().no()).toArray())
                .param("times", opens.stream().map(o -> o.at().toString()).toArray(String[]::new))
                .query((row, _) -> event(row, Event.Kind.OPENED, devices, who))
                .list();
    }

    private List<Event> insertClicks(List<Entry.Click> clicks, Map<Place, Who> who) {
        Map<Mail, Device> devices = devices(clicks);
        return database.client()
                .sql("""
                        WITH first AS (
                        INSERT INTO first_click (mailing_id, no, link_no, at)
                        SELECT r.mailing_id, r.no, r.link_no, r.at
                          FROM unnest(CAST(:mailings AS bigint[]), CAST(:nos AS int[]), CAST(:links AS int[]),
                                      CAST(CAST(:times AS text[]) AS timestamptz[])) r (mailing_id, no, link_no, at)
                          JOIN mailing m ON m.id = r.mailing_id AND m.kind <> 'TEST' AND m.details_gone_at IS NULL
                         ORDER BY r.mailing_id, r.no, r.link_no, r.at
                        ON CONFLICT DO NOTHING RETURNING mailing_id, no, link_no, at)
                        SELECT f.at, m.environment, f.mailing_id, f.no, f.link_no
                          FROM first f JOIN mailing m ON m.id = f.mailing_id
                        """)
                .param("mailings", clicks.stream().mapToLong(each -> each.mail().mailing()).toArray())
                .param("nos", clicks.stream().mapToInt(each -> each.mail().no()).toArray())
                .param("links", clicks.stream().mapToInt(Entry.Click::linkNo).toArray())
                .param("times", clicks.stream().map(c -> c.at().toString()).toArray(String[]::new))
                .query((row, _) -> event(row, Event.Kind.CLICKED, devices, who))
                .list();
    }

    private static Map<Mail, Device> devices(List<? extends Told> told) {
        Map<Mail, Device> devices = new HashMap<>();
        for (Told each : told) {
            Device device = each.device();
            if (device != null) devices.put(each.mail(), device);
        }
        return devices;
    }

    private static Place place(Mail mail) {
        return new Place(new MailingId(mail.mailing()), mail.no());
    }

    private static Event event(ResultSet row, Event.Kind kind, Map<Mail, Device> devices, Map<Place, Who> who) throws SQLException {
        var mail = new Mail(row.getLong("mailing_id"), row.getInt("no"));
        Who person = who.get(place(mail));
        return new Event(
                row.getTimestamp("at").toInstant(), kind, Event.Environment.valueOf(row.getString("environment")), new MailingId(mail.mailing()), mail.no(),
                person == null ? null : person.address(),
                detail(row.getInt("link_no"), devices.get(mail)));
    }

    /// @param link 0 for an open
    private static String detail(int link, @Nullable Device device) {
        List<String> said = new ArrayList<>();
        if (link > 0) said.add("\"link\": " + link);
        if (device != null) said.add("\"device\": \"" + device + "\"");
        return "{" + String.join(", ", said) + "}";
    }

    /// When each customer last did so, in the order of the key.
    private void remember(List<Entry.Open> opens, List<Entry.Click> clicks, Map<Place, Who> who) {
        List<Did> did = Stream.concat(
                        opens.stream().map(open -> did(open.mail(), open.at(), false, who)),
                        clicks.stream().map(click -> did(click.mail(), click.at(), true, who)))
                .filter(Objects::nonNull)
                .toList();
        if (did.isEmpty()) return;
        database.client()
                .sql("""
                        INSERT INTO customer_activity AS v (environment, customer_id, opened_at, clicked_at)
                        SELECT m.environment, r.customer_id, max(r.at) FILTER (WHERE NOT r.clicked), max(r.at) FILTER (WHERE r.clicked)
                          FROM unnest(CAST(:mailings AS bigint[]), CAST(:customers AS bigint[]),
                                      CAST(CAST(:times AS text[]) AS timestamptz[]), CAST(:clicked AS boolean[])) r (mailing_id, customer_id, at, clicked)
                          JOIN mailing m ON m.id = r.mailing_id AND m.kind <> 'TEST'
                         GROUP BY m.environment, r.customer_id ORDER BY m.environment, r.customer_id
                        ON CONFLICT (environment, customer_id) DO UPDATE
                           SET opened_at = greatest(v.opened_at, excluded.opened_at), clicked_at = greatest(v.clicked_at, excluded.clicked_at)
                         WHERE excluded.opened_at > coalesce(v.opened_at, '-infinity')
                            OR excluded.clicked_at > coalesce(v.clicked_at, '-infinity')
                        """)
                .param("mailings", did.stream().mapToLong(Did::mailing).toArray())
                .param("customers", did.stream().mapToLong(Did::customer).toArray())
                .param("times", did.stream().map(each -> each.at().toString()).toArray(String[]::new))
                .param("clicked", did.stream().map(Did::clicked).toArray(Boolean[]::new))
                .update();
    }

    private record Did(long mailing, long customer, Instant at, boolean clicked) {}

    /// Null for one who is no customer.
    private static @Nullable Did did(Mail mail, Instant at, boolean clicked, Map<Place, Who> who) {
        Who person = who.get(place(mail));
        Long customer = person == null ? null : person.customer();
        return customer == null ? null : new Did(mail.mailing(), customer, at, clicked);
    }

    private boolean isClosing() {
        return closing.getCount() == 0;
    }

    private void pause() {
        try {
            if (closing.await(RETRY.toMillis(), TimeUnit.MILLISECONDS)) return;
        } catch (InterruptedException e) {
            closing.countDown();
        }
    }

    /// Commits what waits. Close the server that tells first.
    @Override
    public void close() {
        closing.countDown();
        try {
            if (!committer.join(CLOSE_WAIT))
                LOG.log(System.Logger.Level.WARNING, "closing did not wait for all opens and clicks");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        for (Entry left = waiting.poll(); left != null; left = waiting.poll())
            if (left instanceof Entry.Mark(CompletableFuture<Void> done)) done.complete(null);
            else lost.incrementAndGet();
    }
}
