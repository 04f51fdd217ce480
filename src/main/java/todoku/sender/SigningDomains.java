package todoku.sender;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Secrets;
import todoku.mail.dkim.DkimAlgorithm;
import todoku.mail.dkim.DkimKey;
import todoku.mail.dkim.DkimKeyPair;
import todoku.mail.dkim.DkimSigner;
import todoku.sender.SigningKey.DnsRecord;
import todoku.sender.SigningKey.State;

/// The keys of our domains and their rotation: made, published, used, left published for a while, retired.
/// Every change names the version of the domain it was decided on, and answers false when somebody was faster.
/// Safe for many threads; secrets are never shown and never logged.
public final class SigningDomains {
    /// How long the record of a key stays after its last signature: other servers keep a mail in their queues for up to
    /// 5 days (RFC 5321 §4.5.4.1), and check it when it arrives; 2 days for resolvers and clocks. A mail still waiting
    /// here is composed again, and signed by the newer key.
    public static final Duration OVERLAP = Duration.ofDays(7);

    /// Keys of a domain that are not retired: two algorithms, each with an old one, a new one and a spare.
    static final int MOST_KEYS = 6;

    private static final int MOST_DOMAINS = 1_000;

    /// How old the keys may be that a mail is signed with: all processes follow a rotation within this time.
    private static final Duration FRESH = Duration.ofSeconds(10);

    private final JdbcClient db;
    private final Secrets secrets;
    private final InstantSource clock;
    private final ConcurrentHashMap<Long, Kept> kept = new ConcurrentHashMap<>();

    SigningDomains(JdbcClient db, Secrets secrets, InstantSource clock) {
        this.db = db;
        this.secrets = secrets;
        this.clock = clock;
    }

    private record Kept(List<DkimSigner> signers, Instant readAt) {}

    /// Who signs the mails of a domain now: one RSA key, and an Ed25519 key beside it where one is in use.
    public List<DkimSigner> signers(long domain) {
        Instant oldest = clock.instant().minus(FRESH);
        Kept known = kept.get(domain);
        if (known == null || known.readAt().isBefore(oldest))
            known = Objects.requireNonNull(kept.compute(
                    domain, (id, other) -> other == null || other.readAt().isBefore(oldest) ? load(id) : other));
        return known.signers();
    }

    private Kept load(long domain) {
        Instant now = clock.instant();
        return new Kept(
                db.sql(
                                """
                                SELECT d.name, k.selector, k.algorithm, k.private_key
                                  FROM signing_key k JOIN signing_domain d ON d.id = k.domain_id
                                 WHERE k.domain_id = :domain AND k.state = 'SIGNING' ORDER BY k.algorithm DESC
                                """)
                        .param("domain", domain)
                        .query((row, n) -> new DkimSigner(
                                open(row.getString(1), row.getString(2), algorithm(row, 3), row.getBytes(4))))
                        .list(),
                now);
    }

    public List<SigningDomain> all() {
        return read("TRUE", Map.of());
    }

    public Optional<SigningDomain> find(long id) {
        return read("d.id = :id", Map.of("id", id)).stream().findFirst();
    }

    /// The domain of that name; a new one signs at once, with a fresh RSA key under the selector `todoku1`.
    long of(String name) {
        Optional<Long> known = db.sql("SELECT id FROM signing_domain WHERE name = :name")
                .param("name", name)
                .query(Long.class)
                .optional();
        if (known.isPresent()) return known.get();
        long id = db.sql("INSERT INTO signing_domain (name) VALUES (:name) RETURNING id")
                .param("name", name)
                .query(Long.class)
                .single();
        insert(id, name, 1, DkimAlgorithm.RSA, State.SIGNING);
        return id;
    }

    /// Makes a new key, to be published before it is used. False also when there are [#MOST_KEYS] already.
    public boolean prepare(long domain, DkimAlgorithm algorithm, int version) {
        record Counted(String name, int ever, int living) {}
        if (!claim(domain, version)) return false;
        Counted counted = db.sql(
                        """
                        SELECT d.name, count(k.id), count(k.id) FILTER (WHERE k.state <> 'RETIRED')
                          FROM signing_domain d LEFT JOIN signing_key k ON k.domain_id = d.id WHERE d.id = :id GROUP BY d.name
                        """)
                .param("id", domain)
                .query((row, n) -> new Counted(row.getString(1), row.getInt(2), row.getInt(3)))
                .single();
        if (counted.living() >= MOST_KEYS) return false;
        insert(domain, counted.name(), counted.ever() + 1, algorithm, State.PREPARED);
        return true;
    }

    /// From now on this key signs; the one that did so stays published for [#OVERLAP]. A leaving key can come back.
    public boolean use(long domain, long key, int version) {
        if (!claim(domain, version)) return false;
        db.sql(
                        """
                        UPDATE signing_key SET state = 'LEAVING', published_until = :until
                         WHERE domain_id = :domain AND state = 'SIGNING' AND id <> :key
                           AND algorithm = (SELECT algorithm FROM signing_key
                                             WHERE id = :key AND domain_id = :domain AND state IN ('PREPARED','LEAVING'))
                        """)
                .param("domain", domain)
                .param("key", key)
                .param("until", Timestamp.from(clock.instant().plus(OVERLAP)))
                .update();
        return db.sql(
                                """
                                UPDATE signing_key SET state = 'SIGNING', signs_from = :now, published_until = NULL
                                 WHERE id = :key AND domain_id = :domain AND state IN ('PREPARED','LEAVING')
                                """)
                        .param("domain", domain)
                        .param("key", key)
                        .param("now", Timestamp.from(clock.instant()))
                        .update()
                == 1;
    }

    /// No second signature any more. The RSA key cannot be stopped: receivers would see unsigned mail.
    public boolean stop(long domain, long key, int version) {
        return claim(domain, version)
                && db.sql(
                                        """
                                        UPDATE signing_key SET state = 'LEAVING', published_until = :until
                                         WHERE id = :key AND domain_id = :domain AND state = 'SIGNING' AND algorithm = 'ED25519'
                                        """)
                                .param("domain", domain)
                                .param("key", key)
                                .param("until", Timestamp.from(clock.instant().plus(OVERLAP)))
                                .update()
                        == 1;
    }

    /// A key that was never used is thrown away.
    public boolean discard(long domain, long key, int version) {
        return claim(domain, version)
                && db.sql(
                                        """
                                        UPDATE signing_key SET state = 'RETIRED', private_key = NULL
                                         WHERE id = :key AND domain_id = :domain AND state = 'PREPARED'
                                        """)
                                .param("domain", domain)
                                .param("key", key)
                                .update()
                        == 1;
    }

    /// Whether the newest key of this database was sealed by the key file at hand; true when there is none.
    public boolean keyFits() {
        return db.sql("""
                SELECT d.name, k.private_key FROM signing_key k JOIN signing_domain d ON d.id = k.domain_id
                 WHERE k.private_key IS NOT NULL ORDER BY k.id DESC LIMIT 1
                """)
                .query((row, _) -> {
                    try {
                        secrets.open("dkim:" + row.getString("name"), row.getBytes("private_key"));
                        return true;
                    } catch (IllegalStateException e) {
                        return false; // sealed by another one
                    }
                })
                .optional()
                .orElse(true);
    }

    /// Takes the secrets of keys whose time is over; from then on the page says that their records can be removed.
    public int retire() {
        return db.sql(
                        """
                        WITH retired AS (
                            UPDATE signing_key SET state = 'RETIRED', private_key = NULL, published_until = NULL
                             WHERE state = 'LEAVING' AND published_until <= :now RETURNING domain_id)
                        UPDATE signing_domain SET version = version + 1 WHERE id IN (SELECT domain_id FROM retired)
                        """)
                .param("now", Timestamp.from(clock.instant()))
                .update();
    }

    /// What a verifier finds in DNS under `selector._domainkey.domain`, when everything is published.
    Optional<DkimKeyPair> published(String selector, String domain) {
        return db.sql(
                        """
                        SELECT d.name, k.selector, k.algorithm, k.private_key, k.public_key
                          FROM signing_key k JOIN signing_domain d ON d.id = k.domain_id
                         WHERE d.name = :name AND k.selector = :selector AND k.private_key IS NOT NULL
                        """)
                .param("name", domain)
                .param("selector", selector)
                .query(this::pair)
                .optional();
    }

    /// Only one of those who read the same version goes on; the others change nothing.
    private boolean claim(long domain, int version) {
        return db.sql("UPDATE signing_domain SET version = version + 1 WHERE id = :id AND version = :version")
                        .param("id", domain)
                        .param("version", version)
                        .update()
                == 1;
    }

    private void insert(long domain, String name, int number, DkimAlgorithm algorithm, State state) {
        DkimKeyPair pair = DkimKeyPair.generate(name, "todoku" + number, algorithm);
        Timestamp now = Timestamp.from(clock.instant());
        db.sql(
                        """
                        INSERT INTO signing_key (domain_id, selector, algorithm, state, private_key, public_key, made_at, signs_from)
                        VALUES (:domain, :selector, :algorithm, :state, :private, :public, :now, :from)
                        """)
                .param("domain", domain)
                .param("selector", pair.key().selector())
                .param("algorithm", algorithm.name())
                .param("state", state.name())
                .param("private", secrets.seal("dkim:" + name, pair.key().key().getEncoded()))
                .param("public", pair.publicKey().getEncoded())
                .param("now", now)
                .param("from", state == State.SIGNING ? now : null)
                .update();
    }

    private List<SigningDomain> read(String where, Map<String, Object> params) {
        record Head(long id, String name, int senders, int version) {}
        Map<Head, List<SigningKey>> domains = new LinkedHashMap<>();
        db.sql("""
                SELECT d.name, k.selector, k.algorithm, k.private_key, k.public_key, k.id, k.state, k.made_at, k.signs_from,
                       k.published_until, d.id, d.version,
                       (SELECT count(*) FROM sender_profile p WHERE p.signing_domain_id = d.id)
                  FROM (SELECT * FROM signing_domain d WHERE %s ORDER BY name LIMIT %d) d
                  LEFT JOIN signing_key k ON k.domain_id = d.id
                 ORDER BY d.name, k.id DESC
                """.formatted(where, MOST_DOMAINS))
                .params(params)
                .query(row -> {
                    List<SigningKey> keys = domains.computeIfAbsent(
                            new Head(row.getLong(11), row.getString(1), row.getInt(13), row.getInt(12)), head -> new ArrayList<>());
                    if (row.getString(2) != null) keys.add(key(row));
                });
        return domains.entrySet().stream()
                .map(one -> new SigningDomain(
                        one.getKey().id(),
                        one.getKey().name(),
                        one.getKey().senders(),
                        List.copyOf(one.getValue()),
                        one.getKey().version()))
                .toList();
    }

    private SigningKey key(ResultSet row) throws SQLException {
        return new SigningKey(
                row.getLong(6),
                row.getString(2),
                algorithm(row, 3),
                State.valueOf(row.getString(7)),
                row.getBytes(4) == null ? null : record(pair(row, 0)),
                row.getTimestamp(8).toInstant(),
                instant(row, 9),
                instant(row, 10));
    }

    DkimKeyPair pair(ResultSet row, int n) throws SQLException {
        return DkimKeyPair.of(open(row.getString(1), row.getString(2), algorithm(row, 3), row.getBytes(4)), row.getBytes(5));
    }

    static DnsRecord record(DkimKeyPair pair) {
        return new DnsRecord(pair.key().dnsName(), pair.dnsRecord());
    }

    private DkimKey open(String domain, String selector, DkimAlgorithm algorithm, byte[] sealed) {
        return DkimKey.read(domain, selector, algorithm, secrets.open("dkim:" + domain, sealed));
    }

    private static DkimAlgorithm algorithm(ResultSet row, int column) throws SQLException {
        return DkimAlgorithm.valueOf(row.getString(column));
    }

    private static @Nullable Instant instant(ResultSet row, int column) throws SQLException {
        Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
