package todoku.customer;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.mailing.Addresses;
import todoku.suppression.By;
import todoku.suppression.Lifting;
import todoku.suppression.Suppressions;
import todoku.suppression.Suppressions.Reason;

/// 配信停止・配信禁止リスト: addresses and whole domains that are not mailed, whoever has them. Each change with its line in
/// the log, in one transaction.
@Component
class BanDesk {
    private static final Instant FAR_FUTURE = Instant.parse("9999-01-01T00:00:00Z");
    private static final int EXPORTED_AT_ONCE = 1_000;

    private final Database database;
    private final JdbcClient db;
    private final Addresses addresses;
    private final Suppressions suppressions;
    private final Audit audit;

    BanDesk(Database database, Suppressions suppressions, Audit audit) {
        this.database = database;
        this.db = database.client();
        this.addresses = new Addresses(db);
        this.suppressions = suppressions;
        this.audit = audit;
    }

    /// What a list is narrowed to.
    ///
    /// @param text  an address or its beginning
    /// @param whole only whole addresses match: whoever may not see one may not guess it letter by letter
    record Find(String text, boolean whole, @Nullable Reason reason) {}

    /// The newest first, behind a place ([BanRow#place]); empty is the beginning.
    List<BanRow> page(Find find, String after, int limit) {
        Place place = Place.of(after);
        String text = Cell.plain(find.text).toLowerCase(Locale.ROOT);
        return db.sql("""
                SELECT s.address_id, a.as_written, s.reason, s.since, s.note, o.display_name, c.id
                  FROM suppression s JOIN address a ON a.id = s.address_id
                  LEFT JOIN customer c ON c.address_id = s.address_id AND c.share_no = 0 LEFT JOIN operator o ON o.id = s.operator_id
                 WHERE s.since <= :since AND (s.since < :since OR (s.address_id, s.reason) > (:address, :reason))
                """
                + (text.isEmpty() ? "" : " AND a.canonical LIKE :text") + (find.reason == null ? "" : " AND s.reason = :only")
                + " ORDER BY s.since DESC, s.address_id, s.reason LIMIT :limit")
            .param("since", place.since.atOffset(UTC)).param("address", place.address).param("reason", place.reason)
            .param("text", like(text) + (find.whole ? "" : "%")).param("only", find.reason == null ? "" : find.reason.name())
            .param("limit", limit).query(BanDesk::row).list();
    }

    private record Place(Instant since, long address, String reason) {
        static Place of(String typed) {
            String[] parts = typed.split("\\.");
            boolean usable = parts.length == 4 && Arrays.stream(parts, 0, 3).allMatch(part -> part.matches("\\d{1,18}"));
            if (!usable) return new Place(FAR_FUTURE, 0, "");
            try {
                return new Place(Instant.ofEpochSecond(Long.parseLong(parts[0]), Long.parseLong(parts[1])), Long.parseLong(parts[2]), parts[3]);
            } catch (DateTimeException e) {
                return new Place(FAR_FUTURE, 0, "");
            }
        }
    }

    /// Domains by their names, behind one; they begin so.
    List<BanRow> domains(String text, String after, int limit) {
        String name = Cell.plain(text).toLowerCase(Locale.ROOT);
        return db.sql("""
                SELECT d.id, d.name, 'BANNED' AS reason, s.since, s.note, o.display_name, NULL::bigint
                  FROM suppressed_domain s JOIN domain d ON d.id = s.domain_id LEFT JOIN operator o ON o.id = s.operator_id
                 WHERE d.name > :after AND d.name LIKE :name ORDER BY d.name LIMIT :limit
                """)
            .param("after", after).param("name", like(name.startsWith("@") ? name.substring(1) : name) + "%").param("limit", limit)
            .query(BanDesk::row).list();
    }

    private static BanRow row(ResultSet row, int n) throws SQLException {
        return new BanRow(row.getLong(1), row.getString(2), Reason.valueOf(row.getString(3)), row.getTimestamp(4).toInstant(),
                row.getString(5), row.getString(6), row.getObject(7, Long.class));
    }

    /// Every line of the list, then the domains.
    void each(Consumer<BanRow> addresses, Consumer<BanRow> domains) {
        Find all = new Find("", false, null);
        List<BanRow> block = page(all, "", EXPORTED_AT_ONCE);
        while (!block.isEmpty()) {
            block.forEach(addresses);
            block = page(all, block.getLast().place(), EXPORTED_AT_ONCE);
        }
        block = domains("", "", EXPORTED_AT_ONCE);
        while (!block.isEmpty()) {
            block.forEach(domains);
            block = domains("", block.getLast().text(), EXPORTED_AT_ONCE);
        }
    }

    /// The newest changes behind one.
    ///
    /// @param address null: of all
    List<BanChange> changes(@Nullable Long address, long before, int limit) {
        return db.sql("""
                SELECT h.id, h.at, coalesce(a.as_written, d.name), h.domain_id IS NOT NULL, h.reason, h.added, o.display_name, h.note
                  FROM suppression_change h LEFT JOIN address a ON a.id = h.address_id LEFT JOIN domain d ON d.id = h.domain_id
                  LEFT JOIN operator o ON o.id = h.operator_id
                 WHERE h.id < :before
                """
                + (address == null ? "" : " AND h.address_id = :address") + " ORDER BY h.id DESC LIMIT :limit")
            .param("before", before).param("address", address).param("limit", limit)
            .query((row, n) -> new BanChange(row.getLong(1), row.getTimestamp(2).toInstant(), row.getString(3), row.getBoolean(4),
                    Reason.valueOf(row.getString(5)), row.getBoolean(6), row.getString(7), row.getString(8)))
            .list();
    }

    /// How many were not there before. Domains are banned whatever the reason.
    int add(Operator by, BanText text, Reason reason, String note) {
        return database.inTransaction(() -> {
            var who = new By(by.id(), note);
            int added = suppressions.add(addresses.idsOf(text.addresses()).stream().map(AddressId::new).toList(), reason, who);
            for (String domain : text.domains()) if (suppressions.banDomain(domain, who)) added++;
            Map<String, Object> told = new LinkedHashMap<>();
            told.put("reason", reason);
            told.put("addresses", text.addresses().size());
            told.put("domains", text.domains());
            told.put("note", note);
            audit.write(by, "customer.ban", "bans", null, told);
            return added;
        });
    }

    /// Sets one reason for one address.
    void add(Operator by, long address, Reason reason, String note) {
        database.inTransaction(() -> {
            suppressions.add(List.of(new AddressId(address)), reason, new By(by.id(), note));
            audit.write(by, "customer.ban", "address:" + address, null, Map.of("reason", reason, "note", note));
        });
    }

    Lifting lift(Operator by, long address, Reason reason, String note) {
        return database.inTransaction(() -> {
            Lifting lifting = suppressions.lift(new AddressId(address), reason, new By(by.id(), note));
            if (lifting instanceof Lifting.Lifted)
                audit.write(by, "customer.unban", "address:" + address, Map.of("reason", reason), Map.of("note", note));
            return lifting;
        });
    }

    /// False when it was not banned.
    boolean liftDomain(Operator by, long domain, String note) {
        return database.inTransaction(() -> {
            boolean lifted = suppressions.liftDomain(domain, new By(by.id(), note));
            if (lifted) audit.write(by, "customer.unban", "domain:" + domain, null, Map.of("note", note));
            return lifted;
        });
    }

    private static String like(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }
}
