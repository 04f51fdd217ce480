package todoku.suppression;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.event.AddressId;

/// Whom we must not mail. Safe for many threads; all state is in the database.
public final class Suppressions {
    /// Later than any suppression: where the newest page begins.
    private static final Instant FAR_FUTURE = Instant.parse("9999-01-01T00:00:00Z");

    private final Database database;
    private final JdbcClient db;
    private final InstantSource clock;
    private final FrequencyCap cap;

    public Suppressions(Database database, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.clock = clock;
        this.cap = new FrequencyCap(db, clock);
    }

    /// Who has had enough mails.
    public FrequencyCap cap() {
        return cap;
    }

    /// Why an address must not be mailed. An address may have several reasons.
    public enum Reason {
        PERMANENT_FAILURE,
        COMPLAINT,
        REQUESTED,
        BANNED;

        /// What somebody decided, not what an address is: an urgent spot mail may go out against it, with a reason.
        public static final Set<Reason> OPT_OUTS = Set.of(REQUESTED, BANNED);

        /// A complaint is the person's own word; no one else may take it back.
        boolean canBeLifted() {
            return this != COMPLAINT;
        }
    }

    /// Of these addresses, the ones that must not be mailed, by themselves or with their whole domain. One question for a whole batch.
    public Set<AddressId> among(Collection<AddressId> addresses) {
        return among(addresses, Set.of());
    }

    /// As above, without those who have only these reasons. How many are asked about is hidden from the planner: for a few it would
    /// make a plan anew each time, which takes longer than the answer.
    public Set<AddressId> among(Collection<AddressId> addresses, Set<Reason> overridden) {
        if (addresses.isEmpty()) return Set.of();
        return db.sql("""
                SELECT address_id FROM suppression
                 WHERE address_id = ANY ((SELECT :addresses::bigint[])::bigint[]) AND reason <> ALL ((SELECT :overridden::text[])::text[])
                 UNION
                SELECT a.id FROM address a JOIN suppressed_domain d ON d.domain_id = a.domain_id
                 WHERE a.id = ANY ((SELECT :addresses::bigint[])::bigint[])
                """)
                .param("addresses", addresses.stream().map(AddressId::value).toArray(Long[]::new))
                .param("overridden", overridden.stream().map(Reason::name).toArray(String[]::new))
                .query(Long.class)
                .list()
                .stream()
                .map(AddressId::new)
                .collect(Collectors.toSet());
    }

    /// Adding the same reason twice changes nothing.
    public void add(AddressId address, Reason reason) {
        add(Set.of(address), reason);
    }

    public void add(Collection<AddressId> addresses, Reason reason) {
        add(addresses, reason, By.NOBODY);
    }

    /// As above, for many at once; in the order of their numbers, so that two callers cannot wait for each other. Runs in the
    /// caller's transaction, or in one of its own.
    ///
    /// @return how many had not been there
    public int add(Collection<AddressId> addresses, Reason reason, By by) {
        if (addresses.isEmpty()) return 0;
        return db.sql("""
                WITH added AS (
                    INSERT INTO suppression (address_id, reason, since, note, operator_id)
                    SELECT DISTINCT a.id, :reason, :now::timestamptz, :note::text, :operator::bigint
                      FROM unnest(:addresses::bigint[]) a(id) ORDER BY a.id
                    ON CONFLICT DO NOTHING RETURNING address_id)
                INSERT INTO suppression_change (at, address_id, reason, added, operator_id, note)
                SELECT :now::timestamptz, address_id, :reason, true, :operator::bigint, :note::text FROM added
                """)
                .param("note", by.note())
                .param("operator", by.operator())
                .param("addresses", addresses.stream().map(AddressId::value).toArray(Long[]::new))
                .param("reason", reason.name())
                .param("now", clock.instant().atOffset(UTC))
                .update();
    }

    /// Why this address must not be mailed: nothing when it may be.
    public List<Suppression> of(AddressId address) {
        return db.sql("SELECT address_id, reason, since FROM suppression WHERE address_id = :address ORDER BY since, reason")
                .param("address", address.value())
                .query(Suppressions::suppression)
                .list();
    }

    /// Of these addresses, those whose mail fails for good, with the newest failure.
    public Map<AddressId, Cleaning> cleanings(Collection<AddressId> addresses) {
        Map<AddressId, Cleaning> found = new HashMap<>();
        if (addresses.isEmpty()) return found;
        db.sql("""
                SELECT s.address_id, s.since, s.note, o.display_name, f.reason, t.text
                  FROM suppression s
                  LEFT JOIN operator o ON o.id = s.operator_id
                  LEFT JOIN LATERAL (SELECT reason, mailing_id, recipient_no FROM address_failure
                                      WHERE address_id = s.address_id AND s.operator_id IS NULL ORDER BY event_id DESC LIMIT 1) f ON true
                  LEFT JOIN reply_text t ON t.id = (result_of(f.mailing_id, f.recipient_no)).reply_id
                 WHERE s.address_id = ANY (:addresses) AND s.reason = 'PERMANENT_FAILURE'
                """)
                .param("addresses", addresses.stream().map(AddressId::value).toArray(Long[]::new))
                .query(row -> {
                    var address = new AddressId(row.getLong("address_id"));
                    @Nullable String failure = row.getString("reason");
                    found.put(address, new Cleaning(
                            address,
                            row.getTimestamp("since").toInstant(),
                            failure == null ? null : todoku.event.Reason.valueOf(failure),
                            row.getString("text"),
                            row.getString("note"),
                            row.getString("display_name")));
                });
        return found;
    }

    /// The newest first, a page behind `after` (null: from the beginning).
    public List<Suppression> newest(@Nullable Suppression after, int limit) {
        Instant since = after == null ? FAR_FUTURE : after.since();
        return db.sql("""
                SELECT address_id, reason, since FROM suppression
                 WHERE since <= :since AND (since < :since OR (address_id, reason) > (:address, :reason))
                 ORDER BY since DESC, address_id, reason LIMIT :limit
                """)
                .param("since", since.atOffset(UTC))
                .param("address", after == null ? 0 : after.address().value())
                .param("reason", after == null ? "" : after.reason().name())
                .param("limit", limit)
                .query(Suppressions::suppression)
                .list();
    }

    /// Takes one reason back. Failures are then counted from zero; a complaint stays.
    public Lifting lift(AddressId address, Reason reason) {
        return lift(address, reason, By.NOBODY);
    }

    public Lifting lift(AddressId address, Reason reason, By by) {
        return database.inTransaction(() -> of(address).stream()
                .filter(suppression -> suppression.reason() == reason)
                .findFirst()
                .map(suppression -> lift(suppression, by))
                .orElseGet(Lifting.NotListed::new));
    }

    private Lifting lift(Suppression suppression, By by) {
        if (!suppression.reason().canBeLifted()) return new Lifting.Kept(suppression);
        db.sql("DELETE FROM suppression WHERE address_id = :address AND reason = :reason")
                .param("address", suppression.address().value())
                .param("reason", suppression.reason().name())
                .update();
        db.sql("""
                INSERT INTO suppression_change (at, address_id, reason, added, operator_id, note)
                VALUES (:now, :address, :reason, false, :operator, :note)
                """)
                .param("now", clock.instant().atOffset(UTC))
                .param("address", suppression.address().value())
                .param("reason", suppression.reason().name())
                .param("operator", by.operator())
                .param("note", by.note())
                .update();
        if (suppression.reason() == Reason.PERMANENT_FAILURE) forgetFailures(suppression.address());
        return new Lifting.Lifted();
    }

    /// Nobody of this domain is mailed from now on. False when it was so already.
    public boolean banDomain(String domain, By by) {
        db.sql("INSERT INTO domain (name) VALUES (:domain) ON CONFLICT (name) DO NOTHING").param("domain", domain).update();
        return db.sql("""
                WITH added AS (
                    INSERT INTO suppressed_domain (domain_id, since, note, operator_id)
                    SELECT id, :now::timestamptz, :note::text, :operator::bigint FROM domain WHERE name = :domain
                    ON CONFLICT DO NOTHING RETURNING domain_id)
                INSERT INTO suppression_change (at, domain_id, reason, added, operator_id, note)
                SELECT :now::timestamptz, domain_id, 'BANNED', true, :operator::bigint, :note::text FROM added
                """)
                .param("domain", domain)
                .param("now", clock.instant().atOffset(UTC))
                .param("note", by.note())
                .param("operator", by.operator())
                .update() == 1;
    }

    /// Its addresses are mailed again, those that are not suppressed by themselves. False when it was not banned.
    public boolean liftDomain(long domain, By by) {
        return db.sql("""
                WITH lifted AS (DELETE FROM suppressed_domain WHERE domain_id = :domain RETURNING domain_id)
                INSERT INTO suppression_change (at, domain_id, reason, added, operator_id, note)
                SELECT :now::timestamptz, domain_id, 'BANNED', false, :operator::bigint, :note::text FROM lifted
                """)
                .param("domain", domain)
                .param("now", clock.instant().atOffset(UTC))
                .param("note", by.note())
                .param("operator", by.operator())
                .update() == 1;
    }

    private void forgetFailures(AddressId address) {
        db.sql("DELETE FROM address_failure WHERE address_id = :address")
                .param("address", address.value())
                .update();
        db.sql("DELETE FROM address_success WHERE address_id = :address")
                .param("address", address.value())
                .update();
    }

    private static Suppression suppression(ResultSet row, int n) throws SQLException {
        return new Suppression(
                new AddressId(row.getLong("address_id")),
                Reason.valueOf(row.getString("reason")),
                row.getTimestamp("since").toInstant());
    }
}
