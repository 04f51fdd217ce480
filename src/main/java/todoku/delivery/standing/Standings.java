package todoku.delivery.standing;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.delivery.Standstill;
import todoku.delivery.Why;
import todoku.delivery.standing.Standing.Cause;
import todoku.event.AddressId;
import todoku.event.MailingId;

/// Answers where a mail stands and what it waits for, from what is stored. Safe for many threads.
public final class Standings {
    /// After this long without a sign of life an engine is taken for gone.
    static final Duration SILENT = Duration.ofMinutes(1);
    private static final long UNRESOLVED = 0;
    /// More mailings are never under way at once to somebody whose page is looked at.
    private static final int MOST_UNDER_WAY = 100;

    private final JdbcClient db;
    private final Supplier<@Nullable Standstill> standstill;
    private final InstantSource clock;
    private final Slowed slowed;

    /// @param standstill why nothing is sent at present, or null
    public Standings(JdbcClient db, Supplier<@Nullable Standstill> standstill, InstantSource clock) {
        this.db = db;
        this.standstill = standstill;
        this.clock = clock;
        this.slowed = new Slowed(db, clock);
    }

    // ── one recipient ──

    /// Empty when the mailing has no such recipient.
    public Optional<Standing> of(MailingId mailing, int no) {
        return db.sql(RecipientRow.QUESTION)
                .param("mailing", mailing.value())
                .param("no", no)
                .query(RecipientRow::of)
                .optional()
                .map(this::of);
    }

    /// The number of an address, written as it may be; empty when it is none of the recipients.
    public OptionalInt number(MailingId mailing, String address) {
        return numbers(mailing, address, 1).stream().mapToInt(Integer::intValue).findFirst();
    }

    /// Several recipients may share an address.
    private List<Integer> numbers(MailingId mailing, String address, int most) {
        return db.sql("""
                SELECT r.no FROM mailing_recipient r JOIN address a ON a.id = r.address_id
                 WHERE r.mailing_id = :mailing AND (a.as_written = :address OR a.canonical = lower(:address)) ORDER BY r.no LIMIT :most
                """)
                .param("mailing", mailing.value())
                .param("address", address)
                .param("most", most)
                .query(Integer.class)
                .list();
    }

    /// A mail to somebody.
    public record Mail(MailingId mailing, int no) {}

    /// The latest mails to an address, written as it may be, the newest first: those under way as well as those that have
    /// ended. Looks through the recipients of whatever is under way; for a person who asks, not for a page.
    public List<Mail> to(String address, int most) {
        Set<Mail> found = new LinkedHashSet<>();
        for (MailingId mailing : underWay(most)) for (int no : numbers(mailing, address, most)) found.add(new Mail(mailing, no));
        found.addAll(db.sql("""
                SELECT e.mailing_id, e.recipient_no, max(e.id) AS latest FROM event e JOIN address a ON a.id = e.address_id
                 WHERE a.canonical = lower(:address) AND e.mailing_id IS NOT NULL AND e.recipient_no IS NOT NULL
                 GROUP BY 1, 2 ORDER BY latest DESC LIMIT :most
                """)
                .param("address", address)
                .param("most", most)
                .query((row, _) -> new Mail(new MailingId(row.getLong("mailing_id")), row.getInt("recipient_no")))
                .list());
        return found.stream()
                .sorted(Comparator.comparingLong((Mail mail) -> mail.mailing().value()).reversed())
                .limit(most)
                .toList();
    }

    /// The mails to an address that have no result yet, the newest first. By index alone, so that a page may ask: the numbers
    /// of a mailing follow destinations and within them addresses, as [todoku.mailing.Recipients#write] gave them, and the
    /// number of an address is found by halving. A domain whose servers have become others since the planning is not found.
    ///
    /// @param customer where several have the address, whose mails are meant
    /// @param sharing  how many have it
    public List<Mail> underWay(AddressId address, long customer, int sharing) {
        return db.sql("""
                WITH RECURSIVE way AS MATERIALIZED (
                    SELECT id, planned FROM mailing WHERE (state IN ('SENDING', 'PAUSED') OR held) AND kind <> 'TEST' AND planned > 0
                     ORDER BY id DESC LIMIT :most),
                destinations AS (
                    SELECT :unresolved AS id
                    UNION SELECT coalesce(n.destination_id, :unresolved) FROM address a JOIN domain n ON n.id = a.domain_id WHERE a.id = :address),
                search (mailing_id, destination_id, low, high) AS (
                    SELECT w.id, d.id, 1, w.planned FROM way w CROSS JOIN destinations d
                    UNION ALL
                    SELECT s.mailing_id, s.destination_id, CASE WHEN h.before THEN h.no + 1 ELSE s.low END, CASE WHEN h.before THEN s.high ELSE h.no END
                      FROM search s CROSS JOIN LATERAL (
                           SELECT middle.no, (b.destination_id, r.address_id) < (s.destination_id, :address) AS before
                             FROM (SELECT (s.low + s.high) / 2 AS no) middle CROSS JOIN LATERAL recipient_of(s.mailing_id, middle.no) r
                            CROSS JOIN LATERAL (
                                  SELECT b.destination_id FROM delivery_batch b WHERE b.mailing_id = s.mailing_id AND b.first_no <= middle.no
                                   ORDER BY b.first_no DESC LIMIT 1) b
                            WHERE r.address_id IS NOT NULL) h
                     WHERE s.low < s.high)
                SELECT DISTINCT s.mailing_id, n.no FROM search s CROSS JOIN LATERAL generate_series(s.low, s.low + :sharing - 1) n (no)
                 CROSS JOIN LATERAL recipient_of(s.mailing_id, n.no) r
                 WHERE s.low = s.high AND r.address_id = :address AND (:sharing = 1 OR r.customer_id = :customer)
                   AND (result_of(s.mailing_id, n.no)).state IS NULL
                 ORDER BY s.mailing_id DESC
                """)
                .param("most", MOST_UNDER_WAY)
                .param("unresolved", UNRESOLVED)
                .param("address", address.value())
                .param("customer", customer)
                .param("sharing", sharing)
                .query((row, _) -> new Mail(new MailingId(row.getLong("mailing_id")), row.getInt("no")))
                .list();
    }

    /// Of an address that is not one of the recipients.
    /// @param suppressedSince null when it may be mailed
    public static Standing notPlanned(@Nullable Instant suppressedSince) {
        return Standing.of(Cause.NOT_PLANNED, suppressedSince == null ? "" : "SUPPRESSED", suppressedSince);
    }

    private Standing of(RecipientRow row) {
        if (row.result() != null) return ended(row, row.result());
        Standing held = row.mailing().holding();
        if (held != null) return held.towards(row.name()).answered(row.attempts(), row.reply());
        Standing still = nothingIsSent();
        if (still != null) return still.towards(row.name()).until(null, row.expires());
        if (row.open()) return Standing.of(Cause.UNDER_WAY).towards(row.name()).answered(row.attempts(), row.reply());
        if (!row.waits() && row.stage() > row.mailing().openStage()) return firstPercent(row.expires());
        if (row.destination() == UNRESOLVED && isDue(row.due()))
            return Standing.of(Cause.UNRESOLVED).towards(row.name()).until(null, row.expires());
        if (!isDue(row.notBefore()) && !row.waits())
            return Standing.of(Cause.NOT_BEFORE).towards(row.name()).until(row.notBefore(), row.expires());
        Why why = slowed.of(List.of(row.destination()), row.pool(), row.mailing().priority()).get(row.destination());
        if (row.waits() && !isDue(row.due()) && !rests(why, row.mailing().priority(), row.due())) {
            return Standing.of(row.doubtful() ? Cause.AGAIN_DOUBTFUL : Cause.AGAIN)
                    .towards(row.name())
                    .until(row.due(), row.expires())
                    .answered(row.attempts(), row.reply());
        }
        if (why != null)
            return Standing.of(Cause.DESTINATION)
                    .towards(row.name())
                    .until(why.until(), row.expires())
                    .answered(row.attempts(), row.reply())
                    .because(why);
        return Standing.of(Cause.IN_LINE)
                .towards(row.name())
                .with(inLine(row.destination(), row.mailing().priority()))
                .until(null, row.expires())
                .answered(row.attempts(), row.reply());
    }

    private static Standing ended(RecipientRow row, String result) {
        return Standing.of(Cause.valueOf(result), row.reason() == null ? "" : row.reason(), row.at())
                .towards(row.name())
                .answered(row.attempts(), row.reply());
    }

    private Standing firstPercent(@Nullable Instant expires) {
        return Standing.of(Cause.FIRST_PERCENT).until(null, expires);
    }

    private boolean isDue(@Nullable Instant at) {
        return at == null || !at.isAfter(clock.instant());
    }

    /// Whether nothing of this priority is begun there until then.
    private static boolean rests(@Nullable Why why, int priority, @Nullable Instant then) {
        if (why == null || !why.holds(priority)) return false;
        Instant until = why.until();
        return until == null || then == null || until.isAfter(then);
    }

    // ── one mailing ──

    /// Where the mails of a mailing that have no result stand. Empty when there is no such mailing.
    public Optional<Standing> of(MailingId mailing) {
        return db.sql("SELECT " + MailingRow.COLUMNS + " FROM mailing m WHERE m.id = :mailing")
                .param("mailing", mailing.value())
                .query((row, _) -> MailingRow.of(row))
                .optional()
                .map(row -> of(mailing, row));
    }

    private Standing of(MailingId mailing, MailingRow row) {
        Standing held = row.holding();
        if (held != null) return held;
        Standing still = nothingIsSent();
        if (still != null) return still.until(null, row.expiresAt());
        List<Share> shares = shares(mailing, row.openStage());
        long fresh = shares.stream().mapToLong(Share::fresh).sum();
        long later = shares.stream().mapToLong(Share::later).sum();
        long again = shares.stream().mapToLong(Share::again).sum();
        boolean due = shares.stream().anyMatch(share -> share.due() != null && isDue(share.due()));
        if (fresh == 0 && again == 0 && later > 0) return firstPercent(row.expiresAt()).with(later);
        if (fresh == 0 && again > 0 && !due) return allAgain(mailing, shares, again).until(firstDue(shares), row.expiresAt());
        List<Share> ready = shares.stream().filter(share -> share.fresh() > 0 || share.due() != null && isDue(share.due())).toList();
        Map<Long, Why> whys = slowed.of(
                ready.stream().map(Share::destination).toList(), ready.isEmpty() ? 0 : ready.getFirst().pool(), row.priority());
        if (!ready.isEmpty() && ready.stream().allMatch(share -> rests(whys.get(share.destination()), row.priority(), null))) {
            Share most = ready.getFirst();
            Why why = whys.get(most.destination());
            return Standing.of(Cause.DESTINATIONS, Integer.toString(ready.size()), null)
                    .towards(most.name())
                    .with(fresh + again)
                    .until(why == null ? null : why.until(), row.expiresAt())
                    .because(why);
        }
        if (!ready.isEmpty() && ready.stream().allMatch(share -> share.destination() == UNRESOLVED))
            return Standing.of(Cause.UNRESOLVED).with(fresh + again).until(null, row.expiresAt());
        return Standing.of(Cause.UNDER_WAY, "MAILING", null).with(fresh + again + later).until(null, row.expiresAt());
    }

    private Standing allAgain(MailingId mailing, List<Share> shares, long again) {
        Optional<String> reply = db.sql("""
                SELECT t.text FROM waiting_message w JOIN reply_text t ON t.id = w.reply_id WHERE w.mailing_id = :mailing
                 GROUP BY t.id, t.text ORDER BY count(*) DESC, t.id LIMIT 1
                """).param("mailing", mailing.value()).query(String.class).optional();
        return Standing.of(Cause.AGAIN, "MAILING", null)
                .towards(shares.getFirst().name())
                .with(again)
                .answered(0, reply.orElse(null));
    }

    private static @Nullable Instant firstDue(List<Share> shares) {
        @Nullable Instant first = null;
        for (Share share : shares) {
            Instant due = share.due();
            if (due != null && (first == null || due.isBefore(first))) first = due;
        }
        return first;
    }

    /// What one destination has of a mailing.
    /// @param later of a stage that has not come yet
    private record Share(long destination, long pool, String name, long fresh, long later, long again, @Nullable Instant due) {}

    private List<Share> shares(MailingId mailing, int openStage) {
        return db.sql("""
                SELECT d.id, v.pool, d.name, v.fresh, v.later, v.again, v.due FROM (
                    SELECT destination_id, max(pool_id) AS pool, sum(fresh) AS fresh, sum(later) AS later, sum(again) AS again, min(due) AS due FROM (
                        SELECT b.destination_id, b.pool_id, CASE WHEN b.stage <= :stage THEN b.last_no - greatest(b.open_upto, b.first_no - 1) ELSE 0 END AS fresh,
                               CASE WHEN b.stage > :stage THEN b.last_no - greatest(b.open_upto, b.first_no - 1) ELSE 0 END AS later,
                               0 AS again, NULL::timestamptz AS due
                          FROM delivery_batch b WHERE b.mailing_id = :mailing AND b.state = 'WAITING'
                        UNION ALL
                        SELECT w.destination_id, max(w.pool_id), 0, 0, count(*), min(w.due_at) FROM waiting_message w
                         WHERE w.mailing_id = :mailing GROUP BY w.destination_id) each
                     GROUP BY destination_id) v
                  JOIN destination d ON d.id = v.destination_id
                 ORDER BY v.fresh + v.again DESC, d.id
                """)
                .param("mailing", mailing.value())
                .param("stage", openStage)
                .query((row, _) -> new Share(
                        row.getLong("id"),
                        row.getLong("pool"),
                        row.getString("name"),
                        row.getLong("fresh"),
                        row.getLong("later"),
                        row.getLong("again"),
                        MailingRow.instant(row, "due")))
                .list();
    }

    // ── one destination ──

    /// Of the destination a domain belongs to. Empty when nobody has ever sent there.
    public Optional<Standing> of(String domain) {
        return db.sql("""
                SELECT coalesce(n.destination_id, 0) AS id, coalesce(d.name, n.name) AS name
                  FROM domain n LEFT JOIN destination d ON d.id = n.destination_id AND d.id <> 0 WHERE n.name = lower(:domain)
                UNION ALL
                SELECT d.id, d.name FROM destination d WHERE d.name = lower(:domain) AND d.id <> 0
                 LIMIT 1
                """)
                .param("domain", domain)
                .query((row, _) -> destination(row.getLong("id"), row.getString("name")))
                .optional();
    }

    private Standing destination(long id, String name) {
        Standing still = nothingIsSent();
        if (still != null) return still.towards(name);
        long fresh = inLine(id, Integer.MAX_VALUE);
        Again again = again(id);
        Why why = slowed.of(List.of(id)).get(id);
        boolean nothing = fresh + again.count() == 0;
        if (why != null && !(nothing && why.what() == Why.What.PROBING)) // nobody is there to try with
            return Standing.of(Cause.DESTINATION).towards(name).with(fresh + again.count()).until(why.until(), null).because(why);
        if (id == UNRESOLVED) return Standing.of(Cause.UNRESOLVED).towards(name);
        if (fresh == 0 && again.count() > 0 && !isDue(again.due()))
            return Standing.of(Cause.AGAIN, "DESTINATION", null)
                    .towards(name)
                    .with(again.count())
                    .until(again.due(), null)
                    .answered(0, again.reply());
        if (nothing) return Standing.of(Cause.IDLE).towards(name);
        return Standing.of(Cause.UNDER_WAY, "DESTINATION", null).towards(name).with(fresh + again.count());
    }

    private record Again(long count, @Nullable Instant due, @Nullable String reply) {}

    private Again again(long destination) {
        return db.sql("""
                SELECT count(*) AS n, min(w.due_at) AS due,
                       (SELECT t.text FROM reply_text t WHERE t.id = max(w.reply_id)) AS reply
                  FROM waiting_message w JOIN mailing m ON m.id = w.mailing_id
                 WHERE w.destination_id = :destination AND m.state = 'SENDING' AND NOT m.held
                """)
                .param("destination", destination)
                .query((row, _) -> new Again(row.getLong("n"), MailingRow.instant(row, "due"), row.getString("reply")))
                .single();
    }

    /// What slows these destinations down, by name; those that flow are not among them.
    public Map<String, Why> slowed(Collection<String> destinations) {
        Map<Long, String> names = new HashMap<>();
        db.sql("SELECT id, name FROM destination WHERE name = ANY(:names::text[])")
                .param("names", destinations.toArray(String[]::new))
                .query(row -> {
                    names.put(row.getLong("id"), row.getString("name"));
                });
        Map<String, Why> whys = new HashMap<>();
        slowed.of(names.keySet()).forEach((id, why) -> whys.put(names.getOrDefault(id, ""), why));
        return whys;
    }

    // ── all of them ──

    /// What has not ended, the newest first.
    public List<MailingId> underWay(int most) {
        return db.sql("SELECT id FROM mailing WHERE state IN ('PREPARING', 'SENDING', 'PAUSED') OR held ORDER BY id DESC LIMIT :most")
                .param("most", most)
                .query((row, _) -> new MailingId(row.getLong("id")))
                .list();
    }

    /// The names of destinations that are slowed down or rest, the latest first.
    public List<String> slowed(int most) {
        return slowed.names(most);
    }

    /// When nothing is being sent: why, or that nothing waits.
    public Standing nothing() {
        Standing still = nothingIsSent();
        return still == null ? Standing.of(Cause.IDLE, "HOUSE", null) : still;
    }

    /// Not begun, of what is as urgent or more.
    private long inLine(long destination, int priority) {
        return db.sql("""
                SELECT coalesce(sum(b.last_no - greatest(b.open_upto, b.first_no - 1)), 0)
                  FROM mailing m JOIN delivery_batch b ON b.mailing_id = m.id AND b.state = 'WAITING' AND b.destination_id = :destination
                 WHERE m.state = 'SENDING' AND NOT m.held AND m.priority <= :priority
                """)
                .param("destination", destination)
                .param("priority", priority)
                .query(Long.class)
                .single();
    }

    private @Nullable Standing nothingIsSent() {
        Standstill still = standstill.get();
        if (still != null) return Standing.of(Cause.STANDSTILL, still.cause().name(), still.since());
        record Seen(@Nullable Instant last, boolean lately) {}
        Seen seen = db.sql("SELECT max(seen_at) AS last, coalesce(max(seen_at) > clock_timestamp() - :silent::interval, false) AS lately FROM node")
                .param("silent", SILENT.toString())
                .query((row, _) -> new Seen(MailingRow.instant(row, "last"), row.getBoolean("lately")))
                .single();
        return seen.lately() ? null : Standing.of(Cause.NO_ENGINE, "", seen.last());
    }
}
