package todoku.sender;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Secrets;
import todoku.mail.dkim.DkimKey;

/// Profiles and signing domains. Safe for many threads; opened keys are kept in memory, never shown and never logged.
public final class Senders {
    /// RFC 8301 asks for at least 1,024 bits and advises 2,048.
    private static final int RSA_BITS = 2048;

    private final JdbcClient db;
    private final Secrets secrets;
    private final ConcurrentHashMap<Long, Optional<DkimKey>> keys = new ConcurrentHashMap<>();

    public Senders(JdbcClient db, Secrets secrets) {
        this.db = db;
        this.secrets = secrets;
    }

    /// Adds a profile whose domain signs with a fresh RSA-2048 key under the selector `todoku1`; a domain keeps the key it has.
    public SenderProfile add(String name, String address, String returnPath) {
        long domain = signingDomain(domain(address));
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

    /// What its domain must publish so that receivers can check the signature.
    ///
    /// @param name  of the TXT record
    /// @param value of it, in one piece
    public record DnsRecord(String name, String value) {}

    /// A profile as the list shows it.
    public record Row(SenderProfile profile, @Nullable DnsRecord record, int version) {}

    /// Everybody in whose name may be sent, in order of name; an installation has dozens, at most [#MOST].
    public List<Row> all() {
        return db.sql(SELECT + " ORDER BY p.name, p.id LIMIT " + MOST).query(this::row).list();
    }

    public Optional<Row> find(long id) {
        return db.sql(SELECT + " WHERE p.id = :id").param("id", id).query(this::row).optional();
    }

    /// A new domain gets its own key; false when somebody changed the profile since that version was read.
    public boolean edit(SenderProfile wanted, int version) {
        long domain = signingDomain(domain(wanted.address()));
        boolean done = db.sql(
                                """
                                UPDATE sender_profile SET name = :name, address = :address, reply_to = :reply,
                                       return_path = :path, signing_domain_id = :domain, version = version + 1
                                 WHERE id = :id AND version = :version
                                """)
                        .param("id", wanted.id())
                        .param("name", wanted.name())
                        .param("address", wanted.address())
                        .param("reply", wanted.replyTo())
                        .param("path", wanted.returnPath())
                        .param("domain", domain)
                        .param("version", version)
                        .update()
                == 1;
        keys.remove(wanted.id());
        return done;
    }

    private static final int MOST = 1000;
    private static final String SELECT =
            """
            SELECT p.id, p.name, p.address, p.reply_to, p.return_path, p.version, d.name, d.selector, d.private_key
              FROM sender_profile p LEFT JOIN signing_domain d ON d.id = p.signing_domain_id
            """;

    private Row row(ResultSet row, int n) throws SQLException {
        SenderProfile profile =
                new SenderProfile(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5));
        byte[] sealed = row.getBytes(9);
        DnsRecord record = sealed == null
                ? null
                : new DnsRecord(
                        row.getString(8) + "._domainkey." + row.getString(7),
                        "v=DKIM1; k=rsa; p="
                                + Base64.getEncoder().encodeToString(publicHalf(open(row.getString(7), sealed)).getEncoded()));
        return new Row(profile, record, row.getInt(6));
    }

    private static String domain(String address) {
        return address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    }

    /// @throws org.springframework.dao.EmptyResultDataAccessException when there is no such profile
    public SenderProfile get(long id) {
        return db.sql("SELECT id, name, address, reply_to, return_path FROM sender_profile WHERE id = :id")
                .param("id", id)
                .query((row, n) -> new SenderProfile(
                        row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getString(5)))
                .single();
    }

    /// The key this profile signs with, if its domain has one.
    public Optional<DkimKey> key(long profile) {
        return keys.computeIfAbsent(profile, this::load);
    }

    /// What a verifier finds in DNS under `selector._domainkey.domain`.
    public Optional<PublicKey> publicKey(String selector, String domain) {
        return db.sql("SELECT private_key FROM signing_domain WHERE name = :name AND selector = :selector")
                .param("name", domain)
                .param("selector", selector)
                .query(byte[].class)
                .optional()
                .map(sealed -> publicHalf(open(domain, sealed)));
    }

    private long signingDomain(String domain) {
        return db.sql("SELECT id FROM signing_domain WHERE name = :name ORDER BY id LIMIT 1")
                .param("name", domain)
                .query(Long.class)
                .optional()
                .orElseGet(() -> db.sql(
                                """
                                INSERT INTO signing_domain (name, selector, private_key)
                                VALUES (:name, 'todoku1', :key) RETURNING id
                                """)
                        .param("name", domain)
                        .param("key", secrets.seal("dkim:" + domain, freshKey()))
                        .query(Long.class)
                        .single());
    }

    private Optional<DkimKey> load(long profile) {
        return db.sql(
                        """
                        SELECT d.name, d.selector, d.private_key
                          FROM sender_profile p JOIN signing_domain d ON d.id = p.signing_domain_id WHERE p.id = :id
                        """)
                .param("id", profile)
                .query((row, n) -> new DkimKey(row.getString(1), row.getString(2), open(row.getString(1), row.getBytes(3))))
                .optional();
    }

    private RSAPrivateCrtKey open(String domain, byte[] sealed) {
        try {
            return (RSAPrivateCrtKey) KeyFactory.getInstance("RSA")
                    .generatePrivate(new PKCS8EncodedKeySpec(secrets.open("dkim:" + domain, sealed)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static PublicKey publicHalf(RSAPrivateCrtKey key) {
        try {
            return KeyFactory.getInstance("RSA")
                    .generatePublic(new RSAPublicKeySpec(key.getModulus(), key.getPublicExponent()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] freshKey() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(RSA_BITS);
            KeyPair pair = generator.generateKeyPair();
            return pair.getPrivate().getEncoded();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }
}
