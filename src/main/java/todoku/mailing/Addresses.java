package todoku.mailing;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
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
    ///
    /// @param added what [#addNew] has added in this transaction
    public List<Long> idsOfMany(Database database, List<MailAddress> addresses, Map<String, Long> added) {
        Map<String, Long> ids = new HashMap<>(added);
        List<MailAddress> others = addresses.stream().filter(address -> !added.containsKey(address.canonical())).toList();
        ids.putAll(idsThere(others));
        ids.putAll(addMissing(database, others, ids));
        return addresses.stream().map(address -> requireNonNull(ids.get(address.canonical()))).toList();
    }

    /// Makes the domains of addresses that are going to be added known to everybody. In a transaction of its own, so that nobody
    /// waits for long transactions that bring the same new domain; nothing else does for one that stays without addresses.
    public void addDomains(Collection<String> domains) {
        addDomains(domains.toArray(String[]::new));
    }

    /// Adds those of thousands that are new, as [#idsOfMany] does; their ids by canonical address.
    public Map<String, Long> addNew(Database database, List<MailAddress> addresses) {
        return addMissing(database, addresses, idsThere(addresses));
    }

    private Map<String, Long> idsThere(List<MailAddress> addresses) {
        if (addresses.isEmpty()) return Map.of();
        Map<String, Long> ids = HashMap.newHashMap(addresses.size());
        db.sql("SELECT canonical, id FROM address WHERE canonical = ANY(:canonical::text[])")
                .param("canonical", addresses.stream().map(MailAddress::canonical).toArray(String[]::new))
                .query((ResultSet row) -> {
                    ids.put(row.getString(1), row.getLong(2));
                });
        return ids;
    }

    private Map<String, Long> addMissing(Database database, List<MailAddress> addresses, Map<String, Long> there) {
        var fresh = new TreeMap<String, MailAddress>();
        for (MailAddress address : addresses)
            if (!there.containsKey(address.canonical())) fresh.putIfAbsent(address.canonical(), address);
        return fresh.isEmpty() ? Map.of() : copied(database, fresh);
    }

    /// In the order of their names, as [#idsOf] adds them.
    private Map<String, Long> copied(Database database, SortedMap<String, MailAddress> fresh) {
        Map<String, Long> domains = domainIds(fresh.values().stream().map(MailAddress::domain).distinct().toArray(String[]::new));
        List<Long> numbers = db.sql("SELECT nextval('address_id_seq') FROM generate_series(1, :n)")
                .param("n", fresh.size()).query(Long.class).list();
        Iterator<Long> next = numbers.iterator();
        Map<String, Long> ids = HashMap.newHashMap(fresh.size());
        var rows = new CopyRows(fresh.size() * 80);
        fresh.forEach((canonical, address) -> {
            long id = next.next();
            ids.put(canonical, id);
            rows.add(id).add(canonical).add(address.toString()).add(requireNonNull(domains.get(address.domain()))).end();
        });
        database.copyIn("COPY address (id, canonical, as_written, domain_id) FROM STDIN", rows.bytes());
        return ids;
    }

    private Map<String, Long> domainIds(String[] names) {
        Map<String, Long> ids = knownDomains(names);
        if (ids.size() == names.length) return ids;
        addDomains(names);
        return knownDomains(names);
    }

    private Map<String, Long> knownDomains(String[] names) {
        Map<String, Long> ids = new HashMap<>();
        db.sql("SELECT name, id FROM domain WHERE name = ANY(:names::text[])").param("names", names).query((ResultSet row) -> {
            ids.put(row.getString(1), row.getLong(2));
        });
        return ids;
    }

    /// Makes addresses unreadable for good; what was done with them keeps their numbers. Runs in the caller's transaction. The
    /// caller knows that nobody needs them any more.
    public void blank(Collection<AddressId> addresses) {
        db.sql("UPDATE address SET canonical = 'erased ' || id, as_written = '' WHERE id = ANY (:addresses)")
                .param("addresses", addresses.stream().map(AddressId::value).toArray(Long[]::new)).update();
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
