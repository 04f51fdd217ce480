package todoku.mailing;

import java.sql.ResultSet;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.CopyRows;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.mail.address.MailAddress;

/// Every mail address has one row, found by its canonical form. Safe for many threads; all state is in the database.
public final class Addresses {
    private final JdbcClient db;

    public Addresses(JdbcClient db) {
        this.db = db;
    }

    /// The ids of these addresses in the order asked, new ones being added; a repeated address gives the same id.
    /// Runs in the caller's transaction. New rows are added in the order of their names, so that two callers cannot
    /// wait for each other.
    public List<Long> idsOf(List<MailAddress> addresses) {
        if (addresses.isEmpty()) return List.of();
        String[] canonical = addresses.stream().map(MailAddress::canonical).toArray(String[]::new);
        String[] written = addresses.stream().map(MailAddress::toString).toArray(String[]::new);
        String[] domains = addresses.stream().map(MailAddress::domain).toArray(String[]::new);
        addDomains(domains);
        addAddresses(canonical, written, domains);
        return db.sql("""
                SELECT a.id FROM unnest(:canonical::text[]) WITH ORDINALITY w(canonical, n)
                  JOIN address a ON a.canonical = w.canonical ORDER BY w.n
                """)
            .param("canonical", canonical).query(Long.class).list();
    }

    /// As [#idsOf], for thousands of which most are new: those are copied in. When somebody else adds one of them at the same
    /// moment a `DuplicateKeyException` is thrown: the caller begins its transaction again.
    public List<Long> idsOfMany(Database database, List<MailAddress> addresses) {
        if (addresses.isEmpty()) return List.of();
        String[] canonical = addresses.stream().map(MailAddress::canonical).toArray(String[]::new);
        String[] domains = addresses.stream().map(MailAddress::domain).toArray(String[]::new);
        addDomains(domains);
        Map<String, Long> ids = HashMap.newHashMap(canonical.length);
        var rows = new CopyRows(canonical.length * 80);
        db.sql("""
                SELECT w.n, a.id, CASE WHEN a.id IS NULL THEN nextval('address_id_seq') END, d.id
                  FROM unnest(:canonical::text[], :domains::text[]) WITH ORDINALITY w(canonical, domain, n)
                  JOIN domain d ON d.name = w.domain LEFT JOIN address a ON a.canonical = w.canonical
                 ORDER BY w.canonical COLLATE "C", w.n
                """)
            .param("canonical", canonical).param("domains", domains).query((ResultSet row) -> {
                int n = row.getInt(1) - 1;
                long there = row.getLong(2);
                long added = row.getLong(3);
                if (ids.putIfAbsent(canonical[n], there + added) == null && there == 0)
                    rows.add(added).add(canonical[n]).add(addresses.get(n).toString()).add(row.getLong(4)).end();
            });
        if (!rows.isEmpty()) database.copyIn("COPY address (id, canonical, as_written, domain_id) FROM STDIN", rows.bytes());
        return Arrays.stream(canonical).map(ids::get).toList();
    }

    /// Makes an address unreadable for good; what was done with it keeps its number. Runs in the caller's transaction. The
    /// caller knows that nobody needs it any more.
    public void blank(AddressId address) {
        db.sql("UPDATE address SET canonical = 'erased ' || id, as_written = '' WHERE id = :address")
                .param("address", address.value()).update();
    }

    private void addDomains(String[] domains) {
        db.sql("""
                INSERT INTO domain (name)
                SELECT w.name FROM unnest(:domains::text[]) w(name)
                 WHERE NOT EXISTS (SELECT FROM domain d WHERE d.name = w.name) ORDER BY w.name
                ON CONFLICT (name) DO NOTHING
                """)
            .param("domains", Arrays.stream(domains).distinct().toArray(String[]::new)).update();
    }

    private void addAddresses(String[] canonical, String[] written, String[] domains) {
        db.sql("""
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT DISTINCT ON (w.canonical COLLATE "C") w.canonical, w.written, d.id
                  FROM unnest(:canonical::text[], :written::text[], :domains::text[])
                       WITH ORDINALITY w(canonical, written, domain, n)
                  JOIN domain d ON d.name = w.domain
                 WHERE NOT EXISTS (SELECT FROM address a WHERE a.canonical = w.canonical)
                 ORDER BY w.canonical COLLATE "C", w.n
                ON CONFLICT (canonical) DO NOTHING
                """)
            .param("canonical", canonical).param("written", written).param("domains", domains).update();
    }
}
