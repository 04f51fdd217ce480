package todoku.sender;

import java.security.PublicKey;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Secrets;
import todoku.mail.dkim.DkimKeyPair;
import todoku.sender.SigningKey.DnsRecord;

/// Profiles, with the domains they sign in. Safe for many threads.
public final class Senders {
    private final JdbcClient db;
    private final SigningDomains domains;
    private final Certificates certificates;

    public Senders(JdbcClient db, Secrets secrets, InstantSource clock) {
        this.db = db;
        this.domains = new SigningDomains(db, secrets, clock);
        this.certificates = new Certificates(db, secrets, clock);
    }

    /// The domains these profiles sign in.
    public SigningDomains domains() {
        return domains;
    }

    /// What they sign with besides (S/MIME).
    public Certificates certificates() {
        return certificates;
    }

    /// A pool of sending addresses; the engine keeps them.
    /// @param name empty for the one that is always there
    public record Pool(long id, String name) {}

    /// Which pools there are; an installation has a handful.
    public List<Pool> pools() {
        return db.sql("SELECT id, name FROM sending_pool ORDER BY id LIMIT " + MOST)
                .query((row, _) -> new Pool(row.getLong("id"), row.getString("name")))
                .list();
    }

    /// Adds a profile whose domain signs with a fresh RSA-2048 key under the selector `todoku1`; a domain keeps the key it has.
    public SenderProfile add(String name, String address, String returnPath) {
        long domain = domains.of(domain(address));
        long id = db.sql(
                        """
                        INSERT INTO sender_profile (name, address, return_path, signing_domain_id)
                        VALUES (:name, :address, :returnPath, :domain) RETURNING id
                        """)
                .param("name", name)
                .param("address", address)
                .param("returnPath", returnPath)
                .param("domain", domain)
                .query(Long.class)
                .single();
        return get(id);
    }

    /// A profile as the list shows it.
    ///
    /// @param record what its domain must publish so that receivers can check the signature
    public record Row(SenderProfile profile, @Nullable Long domain, @Nullable DnsRecord record, int version) {}

    /// Everybody in whose name may be sent, in order of name; an installation has dozens, at most [#MOST].
    public List<Row> all() {
        return db.sql(SELECT + " ORDER BY p.name, p.id LIMIT " + MOST).query(this::row).list();
    }

    public Optional<Row> find(long id) {
        return db.sql(SELECT + " WHERE p.id = :id").param("id", id).query(this::row).optional();
    }

    /// A new domain gets its own key; false when somebody changed the profile since that version was read.
    public boolean edit(SenderProfile wanted, int version) {
        long domain = domains.of(domain(wanted.address()));
        return db.sql(
                                """
                                UPDATE sender_profile SET name = :name, address = :address, reply_to = :reply,
                                       return_path = :path, signing_domain_id = :domain, pool_id = :pool, version = version + 1
                                 WHERE id = :id AND version = :version
                                """)
                        .param("id", wanted.id())
                        .param("name", wanted.name())
                        .param("address", wanted.address())
                        .param("reply", wanted.replyTo())
                        .param("path", wanted.returnPath())
                        .param("domain", domain)
                        .param("pool", wanted.pool())
                        .param("version", version)
                        .update()
                == 1;

    }

    private static final int MOST = 1000;
    private static final String SELECT =
            """
            SELECT d.name, k.selector, k.algorithm, k.private_key, k.public_key,
                   p.id, p.name, p.address, p.reply_to, p.return_path, p.version, d.id, p.pool_id
              FROM sender_profile p LEFT JOIN signing_domain d ON d.id = p.signing_domain_id
              LEFT JOIN signing_key k ON k.domain_id = d.id AND k.state = 'SIGNING' AND k.algorithm = 'RSA'
            """;

    private Row row(ResultSet row, int n) throws SQLException {
        SenderProfile profile = new SenderProfile(
                row.getLong(6), row.getString(7), row.getString(8), row.getString(9), row.getString(10),
                row.getObject(13, Long.class));
        DnsRecord record = row.getBytes(4) == null ? null : SigningDomains.record(domains.pair(row, n));
        return new Row(profile, row.getObject(12, Long.class), record, row.getInt(11));
    }

    private static String domain(String address) {
        return address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    }

    /// @throws org.springframework.dao.EmptyResultDataAccessException when there is no such profile
    public SenderProfile get(long id) {
        return db.sql("SELECT id, name, address, reply_to, return_path, pool_id FROM sender_profile WHERE id = :id")
                .param("id", id)
                .query((row, n) -> new SenderProfile(
                        row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5),
                        row.getObject(6, Long.class)))
                .single();
    }

    /// The domain this profile signs in; nothing when its mails go out unsigned.
    public Optional<Long> signingDomain(long profile) {
        return db.sql("SELECT signing_domain_id FROM sender_profile WHERE id = :id AND signing_domain_id IS NOT NULL")
                .param("id", profile)
                .query(Long.class)
                .optional();
    }

    /// What a verifier finds in DNS under `selector._domainkey.domain`.
    public Optional<PublicKey> publicKey(String selector, String domain) {
        return domains.published(selector, domain).map(DkimKeyPair::publicKey);
    }
}
