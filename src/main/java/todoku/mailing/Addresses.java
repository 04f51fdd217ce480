package todoku.mailing;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
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

    private void addDomains(String[] domains) {
        db.sql("""
                INSERT INTO domain (name)
                SELECT DISTINCT w.name FROM unnest(:domains::text[]) w(name)
                 WHERE NOT EXISTS (SELECT FROM domain d WHERE d.name = w.name) ORDER BY w.name
                ON CONFLICT (name) DO NOTHING
                """)
            .param("domains", domains).update();
    }

    private void addAddresses(String[] canonical, String[] written, String[] domains) {
        db.sql("""
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT DISTINCT ON (w.canonical) w.canonical, w.written, d.id
                  FROM unnest(:canonical::text[], :written::text[], :domains::text[])
                       WITH ORDINALITY w(canonical, written, domain, n)
                  JOIN domain d ON d.name = w.domain
                 WHERE NOT EXISTS (SELECT FROM address a WHERE a.canonical = w.canonical)
                 ORDER BY w.canonical, w.n
                ON CONFLICT (canonical) DO NOTHING
                """)
            .param("canonical", canonical).param("written", written).param("domains", domains).update();
    }
}
