package todoku.customer.consent;

import static java.time.ZoneOffset.UTC;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Agreement;
import todoku.customer.ConsentKeeper;
import todoku.customer.consent.Consent.Source;
import todoku.database.Database;
import todoku.mail.address.MailAddress;

/// The consents on record. Safe for many threads; all state is in the database.
public final class Consents implements ConsentKeeper {
    private static final String COLUMNS = """
            SELECT c.id, c.customer_id, c.source, c.method, c.document, c.agreed_at, host(c.ip) AS ip, c.purpose, c.group_id, g.name AS group_name,
                   c.recorded_at, o.display_name AS recorded_by, i.file_name, c.withdrawn_at, w.display_name AS withdrawn_by, c.erased_at
              FROM consent c
              LEFT JOIN customer_group g ON g.id = c.group_id
              LEFT JOIN operator o ON o.id = c.recorded_by
              LEFT JOIN operator w ON w.id = c.withdrawn_by
              LEFT JOIN customer_import i ON i.id = c.import_id
            """;

    /// The customer agreed to the same in the same way at the same time, and stands by it.
    private static final String SAME = """
            c.address_key = :key AND c.agreed_at = :at AND c.customer_id = :customer AND c.withdrawn_at IS NULL
              AND (c.source, c.method, c.document, c.ip, c.purpose, c.group_id) IS NOT DISTINCT FROM
                  (:source, CAST(:method AS text), CAST(:document AS text), CAST(:ip AS inet), CAST(:purpose AS text), CAST(:group AS bigint))
            """;

    private final JdbcClient db;
    private final byte[] key;
    private final ZoneId zone;

    /// @param key of the hashes: whoever has the database alone cannot try addresses
    public Consents(Database database, byte[] key, ZoneId zone) {
        this.db = database.client();
        this.zone = zone;
        this.key = key.clone();
    }

    /// The hash under which the consents of an address are found when the address itself is gone.
    byte[] hash(String canonical) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(canonical.getBytes(StandardCharsets.UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private Instant instant(Agreement said) {
        return said.at().atZone(zone).toInstant();
    }

    private String canonical(long address) {
        return db.sql("SELECT canonical FROM address WHERE id = :id").param("id", address).query(String.class).single();
    }

    /// The newest first.
    public List<Consent> of(long customer) {
        return db.sql(COLUMNS + " WHERE c.customer_id = :customer ORDER BY c.agreed_at DESC, c.id DESC")
                .param("customer", customer)
                .query(Consents::consent)
                .list();
    }

    /// In the order in which they were recorded.
    ///
    /// @param after the id behind which to go on
    List<Consent> after(long customer, long after, int limit) {
        return db.sql(COLUMNS + " WHERE c.customer_id = :customer AND c.id > :after ORDER BY c.id LIMIT :limit")
                .param("customer", customer)
                .param("after", after)
                .param("limit", limit)
                .query(Consents::consent)
                .list();
    }

    /// Of whoever has the address or had it, the newest first.
    List<Consent> ofAddress(MailAddress address) {
        return db.sql(COLUMNS + " WHERE c.address_key = :key ORDER BY c.agreed_at DESC, c.id DESC")
                .param("key", hash(address.canonical()))
                .query(Consents::consent)
                .list();
    }

    /// As an operator or a program writes it down. Runs in the caller's transaction.
    ///
    /// @return its number; null when the same was on record
    @Nullable Long add(long customer, long addressId, Source source, Agreement said, @Nullable Long group, long by, Instant now) {
        return said("""
                INSERT INTO consent
                       (customer_id, address_id, address_key, source, method, document, agreed_at, ip, purpose, group_id, recorded_at, recorded_by)
                SELECT :customer, :address, :key, :source, :method, :document, :at, CAST(:ip AS inet), :purpose, CAST(:group AS bigint), :now, :by
                 WHERE NOT EXISTS (SELECT FROM consent c WHERE %s)
                RETURNING id
                """.formatted(SAME), customer, addressId, source, said, group)
                .param("address", addressId)
                .param("now", now.atOffset(UTC))
                .param("by", by)
                .query(Long.class)
                .optional()
                .orElse(null);
    }

    /// What is on record already.
    Optional<Consent> same(long customer, long addressId, Source source, Agreement said, @Nullable Long group) {
        return said(COLUMNS + " WHERE " + SAME + " ORDER BY c.id LIMIT 1", customer, addressId, source, said, group)
                .query(Consents::consent)
                .optional();
    }

    private JdbcClient.StatementSpec said(
            String sql, long customer, long addressId, Source source, Agreement said, @Nullable Long group) {
        return db.sql(sql)
                .param("customer", customer)
                .param("key", hash(canonical(addressId)))
                .param("source", source.name())
                .param("method", said.method())
                .param("document", said.document())
                .param("at", instant(said).atOffset(UTC))
                .param("ip", said.ip())
                .param("purpose", said.purpose())
                .param("group", group);
    }

    /// Runs in the caller's transaction.
    ///
    /// @return false when the customer has no such consent, or it is withdrawn already
    boolean withdraw(long customer, long consent, long by, Instant now) {
        return db.sql("""
                UPDATE consent SET withdrawn_at = :now, withdrawn_by = :by
                 WHERE id = :id AND customer_id = :customer AND withdrawn_at IS NULL
                """)
                .param("now", now.atOffset(UTC))
                .param("by", by)
                .param("id", consent)
                .param("customer", customer)
                .update() == 1;
    }

    @Override
    public void keep(long importId, List<Stated> lines, Instant now) {
        db.sql("""
                INSERT INTO consent (customer_id, address_id, address_key, source, method, document, agreed_at, ip, purpose, recorded_at, import_id)
                SELECT DISTINCT c.id, a.id, decode(w.key, 'hex'), 'IMPORT', w.method, w.document, w.at, w.ip, w.purpose, CAST(:now AS timestamptz), :import
                  FROM unnest(:canonical::text[], :keys::text[], :at::timestamptz[], :methods::text[], :documents::text[], :ips::inet[], :purposes::text[], :numbers::text[])
                       w(canonical, key, at, method, document, ip, purpose, number)
                  JOIN address a ON a.canonical = w.canonical
                  LEFT JOIN customer c ON c.address_id = a.id AND CASE WHEN w.number IS NULL THEN c.share_no = 0 ELSE c.number = w.number END
                 WHERE NOT EXISTS (SELECT FROM consent k WHERE k.address_key = decode(w.key, 'hex') AND k.agreed_at = w.at
                          AND k.customer_id IS NOT DISTINCT FROM c.id AND k.source = 'IMPORT'
                          AND (k.method, k.document, k.ip, k.purpose) IS NOT DISTINCT FROM (w.method, w.document, w.ip, w.purpose))
                """)
                .param("now", now.atOffset(UTC))
                .param("import", importId)
                .param("numbers", lines.stream().map(Stated::number).toArray(String[]::new))
                .param("canonical", lines.stream().map(line -> line.address().canonical()).toArray(String[]::new))
                .param("keys", lines.stream().map(line -> HexFormat.of().formatHex(hash(line.address().canonical()))).toArray(String[]::new))
                .param("at", lines.stream().map(line -> instant(line.agreement()).toString()).toArray(String[]::new))
                .param("methods", lines.stream().map(line -> line.agreement().method()).toArray(String[]::new))
                .param("documents", lines.stream().map(line -> line.agreement().document()).toArray(String[]::new))
                .param("ips", lines.stream().map(line -> line.agreement().ip()).toArray(String[]::new))
                .param("purposes", lines.stream().map(line -> line.agreement().purpose()).toArray(String[]::new))
                .update();
    }

    private static Consent consent(ResultSet row, int n) throws SQLException {
        return new Consent(
                row.getLong("id"), row.getObject("customer_id", Long.class), Source.valueOf(row.getString("source")), row.getString("method"),
                row.getString("document"), row.getTimestamp("agreed_at").toInstant(), row.getString("ip"), row.getString("purpose"),
                row.getObject("group_id", Long.class), row.getString("group_name"), row.getTimestamp("recorded_at").toInstant(), row.getString("recorded_by"), row.getString("file_name"),
                instant(row, "withdrawn_at"), row.getString("withdrawn_by"), instant(row, "erased_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        @Nullable Timestamp at = row.getTimestamp(column);
        return at == null ? null : at.toInstant();
    }
}
