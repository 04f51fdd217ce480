package todoku.customer;

import java.sql.ResultSet;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.ChunkDecision.Known;
import todoku.customer.ChunkDecision.Meeting;
import todoku.customer.Departures.Departure;
import todoku.customer.Line.Good;
import todoku.customer.Memberships.State;
import todoku.database.CopyRows;
import todoku.database.Database;

/// The statements of one chunk; all of them run in the caller's transaction.
final class ChunkWriter {
    private static final String MEMBERSHIPS = """
             INSERT INTO membership (group_id, customer_id, state, since)
            SELECT :group, c.id, w.state, :now
              FROM unnest(:ids::bigint[], :states::text[]) w(key, state) JOIN written c ON c.%s = w.key %s
            ON CONFLICT (group_id, customer_id) DO UPDATE SET state = excluded.state, since = excluded.since
             WHERE membership.state = 'SUBSCRIBED' AND excluded.state = 'UNSUBSCRIBED'
                OR :consent::boolean AND membership.state = 'UNSUBSCRIBED' AND excluded.state = 'SUBSCRIBED'
            RETURNING customer_id, state, xmax = 0
            """;

    private static final String MEMBERS_ONLY =
            "WHERE EXISTS (SELECT FROM membership m WHERE m.group_id = :group AND m.customer_id = c.id)";

    private final Database database;
    private final JdbcClient db;
    private final Departures departures;

    ChunkWriter(Database database) {
        this.database = database;
        this.db = database.client();
        this.departures = new Departures(db);
    }

    /// The customers that have the addresses of these lines, and the owners of their numbers. Each is looked up laterally: while
    /// the tables fill, the planner believes that few are the first of their address, and would read all of those.
    ///
    /// @param added canonical addresses that were new in this transaction: nobody can have them
    Meeting known(long groupId, List<Line> lines, Set<String> added) {
        List<Good> good = lines.stream().filter(Good.class::isInstance).map(Good.class::cast).toList();
        Map<String, Known> customers = new HashMap<>();
        String[] older = good.stream().map(Good::canonical).filter(key -> !added.contains(key)).toArray(String[]::new);
        if (older.length > 0) db.sql("""
                SELECT a.canonical, c.id, c.number, coalesce(m.state <> 'SUBSCRIBED', false),
                       coalesce(m.state = 'BANNED', false)
                       OR EXISTS (SELECT FROM suppression s WHERE s.address_id = a.id AND s.reason IN ('BANNED', 'COMPLAINT'))
                  FROM address a
                 CROSS JOIN LATERAL (SELECT id, number FROM customer k WHERE k.address_id = a.id AND k.share_no = 0 LIMIT 1) c
                  LEFT JOIN LATERAL (SELECT state FROM membership k WHERE k.group_id = :group AND k.customer_id = c.id LIMIT 1) m ON true
                 WHERE a.canonical = ANY (:canonical::text[])
                """)
            .param("canonical", older)
            .param("group", groupId)
            .query((ResultSet row) -> {
                customers.put(row.getString(1), new Known(row.getLong(2), row.getString(3), row.getBoolean(4), row.getBoolean(5)));
            });
        Map<String, String> owners = new HashMap<>();
        db.sql("""
                SELECT c.number, a.canonical, c.share_no FROM customer c JOIN address a ON a.id = c.address_id
                 WHERE c.number = ANY (:numbers::text[])
                """)
            .param("numbers", good.stream().map(Good::customerNumber).filter(Objects::nonNull).toArray(String[]::new))
            .query((ResultSet row) -> {
                owners.put(row.getString(1), holder(row.getString(2), row.getInt(3)));
            });
        return new Meeting(customers, owners);
    }

    /// What tells one customer from all others: the canonical address of the first who has it, something longer for the next ones.
    static String holder(String canonical, int share) {
        return share == 0 ? canonical : canonical + " " + share;
    }

    /// The customers that have the numbers or the addresses of these lines.
    ///
    /// @param shares whether several customers may have one address
    NumberDecision.Meeting knownByNumber(long groupId, List<Line> lines, boolean shares) {
        List<Good> good = lines.stream().filter(Good.class::isInstance).map(Good.class::cast).toList();
        String[] addresses = good.stream().map(line -> line.canonical()).toArray(String[]::new);
        List<NumberDecision.Known> customers = new ArrayList<>();
        db.sql("""
                SELECT c.id, c.number, a.canonical, coalesce(m.state <> 'SUBSCRIBED', false), coalesce(m.state = 'BANNED', false), c.share_no
                  FROM (SELECT c.id FROM unnest(:numbers::text[]) w(number) JOIN customer c ON c.number = w.number
                         UNION
                        SELECT c.id FROM unnest(:addresses::text[]) w(canonical)
                          JOIN address a ON a.canonical = w.canonical JOIN customer c ON c.address_id = a.id) k
                  JOIN customer c ON c.id = k.id JOIN address a ON a.id = c.address_id
                  LEFT JOIN membership m ON m.group_id = :group AND m.customer_id = c.id
                """)
            .param("numbers", good.stream().map(Good::customerNumber).toArray(String[]::new))
            .param("addresses", addresses).param("group", groupId)
            .query((ResultSet row) -> {
                customers.add(new NumberDecision.Known(
                        row.getLong(1), row.getString(2), row.getString(3), row.getInt(6), row.getBoolean(4), row.getBoolean(5)));
            });
        Stream<String> all = Stream.concat(Arrays.stream(addresses), customers.stream().map(NumberDecision.Known::address));
        Set<String> suppressed = Set.copyOf(db.sql("""
                SELECT DISTINCT a.canonical FROM unnest(:addresses::text[]) w(canonical) JOIN address a ON a.canonical = w.canonical
                  JOIN suppression s ON s.address_id = a.id AND s.reason IN ('BANNED', 'COMPLAINT')
                """)
            .param("addresses", all.toArray(String[]::new)).query(String.class).list());
        return new NumberDecision.Meeting(customers, suppressed, shares);
    }

    /// Who has the unique values of these lines.
    Uniques uniques(List<Field> fields, List<Line> lines) {
        List<Uniques.Had> had = new ArrayList<>();
        for (Field field : fields) {
            String[] values = lines.stream().filter(Good.class::isInstance).map(line -> ((Good) line).unique().get(field.key()))
                    .filter(Objects::nonNull).distinct().toArray(String[]::new);
            String value = field.sql("c"), wanted = field.type() == FieldType.NUMBER ? "w.value::numeric" : "w.value";
            db.sql("SELECT w.value, a.canonical, c.share_no FROM unnest(:values::text[]) w(value) JOIN customer c ON " + value + " = " + wanted
                    + " AND " + value + " IS NOT NULL JOIN address a ON a.id = c.address_id")
                .param("values", values)
                .query((ResultSet row) -> {
                    had.add(new Uniques.Had(field.key(), row.getString(1), holder(row.getString(2), row.getInt(3))));
                });
        }
        return new Uniques(fields, had);
    }

    /// Writes the customers and their memberships. `addressIds` go with `decision.writes()`.
    /// Somebody who registers one of them by hand at the same moment is a `DuplicateKeyException`.
    ///
    /// @return what happened to whom
    List<Change> write(
            long groupId, ChunkDecision decision, List<Long> addressIds, ChunkDecision.Rules rules, FieldRules fields, OffsetDateTime now) {
        freeNumbers(decision.renumbered());
        List<Good> fresh = new ArrayList<>(), met = new ArrayList<>();
        List<Long> freshIds = new ArrayList<>(), metIds = new ArrayList<>();
        Key key = decision.shares() ? Key.CUSTOMER : Key.ADDRESS;
        for (int i = 0; i < addressIds.size(); i++) {
            Good line = decision.writes().get(i);
            boolean there = decision.shares() ? decision.people().get(i) != 0 : decision.met().contains(line.canonical());
            (there ? met : fresh).add(line);
            if (there) metIds.add(key == Key.CUSTOMER ? decision.people().get(i) : addressIds.get(i));
            else freshIds.add(addressIds.get(i));
        }
        List<Change> changes = new ArrayList<>();
        for (Field field : fields.unique()) freeValues(field, met, metIds, key);
        if (!met.isEmpty()) changes.addAll(overwriteCustomers(groupId, met, metIds.toArray(Long[]::new), key, rules, now));
        if (!fresh.isEmpty()) changes.addAll(addCustomers(groupId, fresh, freshIds, decision.shares(), fields, now));
        return changes;
    }

    /// What tells who is meant by a write.
    private enum Key {
        /// The first who has the address.
        ADDRESS("address_id"),
        CUSTOMER("id");

        private final String column;

        Key(String column) {
            this.column = column;
        }
    }

    /// Nobody of these is there: their rows are copied in, without a look for conflicts. Whoever was there once and had left
    /// a group or was banned from it stays so.
    private List<Change> addCustomers(long groupId, List<Good> lines, List<Long> addressIds, boolean shares, FieldRules rules, OffsetDateTime now) {
        List<Long> ids = numbers(lines.size());
        List<Integer> places = shares ? places(addressIds) : List.of();
        Set<StandardField> fields = fields(lines);
        String moment = now.toInstant().toString();
        Map<Long, List<Departure>> departures =
                this.departures.takeBack(addressIds).stream().collect(Collectors.groupingBy(Departure::address));
        List<Long> subscribed = new ArrayList<>(), unsubscribed = new ArrayList<>();
        List<Change> changes = new ArrayList<>(List.of(Change.created(ids)));
        var customers = new CopyRows(lines.size() * 400);
        var memberships = new CopyRows(lines.size() * 60);
        for (int i = 0; i < lines.size(); i++) {
            Good line = lines.get(i);
            customers.add(ids.get(i)).add(addressIds.get(i)).add(rules.withDefaults(line.custom())).add(moment).add(moment);
            for (StandardField field : fields) customers.add(line.standard().get(field));
            if (shares) customers.add(places.get(i));
            customers.end();
            List<Departure> departed = departures.getOrDefault(addressIds.get(i), List.of());
            for (Departure each : departed) {
                memberships.add(each.group()).add(ids.get(i)).add(each.state().name()).add(each.since().toString()).end();
                changes.add(Change.state(List.of(ids.get(i)), each.group(), null, each.state()));
            }
            if (departed.stream().anyMatch(each -> each.group() == groupId)) continue;
            memberships.add(groupId).add(ids.get(i)).add(state(line)).add(moment).end();
            (line.wanted() ? subscribed : unsubscribed).add(ids.get(i));
        }
        database.copyIn("COPY customer (id, address_id, custom, created_at, changed_at" + columns(fields) + (shares ? ", share_no" : "")
                + ") FROM STDIN", customers.bytes());
        database.copyIn("COPY membership (group_id, customer_id, state, since) FROM STDIN", memberships.bytes());
        changes.add(Change.state(subscribed, groupId, null, State.SUBSCRIBED));
        changes.add(Change.state(unsubscribed, groupId, null, State.UNSUBSCRIBED));
        return changes;
    }

    /// Behind those who have the addresses already.
    private List<Integer> places(List<Long> addressIds) {
        Map<Long, Integer> next = new HashMap<>();
        db.sql("SELECT address_id, max(share_no) + 1 FROM customer WHERE address_id = ANY (:ids::bigint[]) GROUP BY address_id")
                .param("ids", addressIds.toArray(Long[]::new))
                .query((ResultSet row) -> {
                    next.put(row.getLong(1), row.getInt(2));
                });
        return addressIds.stream().map(address -> next.merge(address, 1, Integer::sum) - 1).toList();
    }

    /// Without a gap, unless another program takes some at the same moment.
    private synchronized List<Long> numbers(int many) {
        return db.sql("SELECT nextval('customer_id_seq') FROM generate_series(1, :n)").param("n", many).query(Long.class).list();
    }

    /// Numbers are unique at every moment, also between two customers that exchange theirs.
    private void freeNumbers(List<Long> customers) {
        if (customers.isEmpty()) return;
        db.sql("UPDATE customer SET number = NULL WHERE id = ANY(:ids::bigint[])")
                .param("ids", customers.toArray(Long[]::new)).update();
    }

    /// So are the values of a unique field.
    private void freeValues(Field field, List<Good> lines, List<Long> ids, Key key) {
        if (lines.isEmpty()) return;
        db.sql("""
                UPDATE customer c SET custom = c.custom - :key::text
                  FROM unnest(:ids::bigint[], :custom::text[]) w(key, custom)
                 WHERE {who} AND c.custom -> :key::text <> coalesce(w.custom::jsonb -> :key::text, 'null')
                """.replace("{who}", key == Key.CUSTOMER ? "c.id = w.key" : "c.address_id = w.key AND c.share_no = 0"))
            .param("key", field.key()).param("ids", ids.toArray(Long[]::new))
            .param("custom", lines.stream().map(Good::custom).toArray(String[]::new)).update();
    }

    /// Customers and memberships in one statement. A field the file has no column for is left as it is; a blank cell blanks
    /// its field. 配信停止 is turned into 配信中 only by consent, and 配信禁止 is not touched.
    private List<Change> overwriteCustomers(
            long groupId, List<Good> lines, Long[] ids, Key key, ChunkDecision.Rules rules, OffsetDateTime now) {
        Set<StandardField> fields = fields(lines);
        String columns = columns(fields);
        String arrays = fields.stream().map(field -> ", :" + field.column + "::text[]").collect(Collectors.joining());
        String from = " FROM unnest(:ids::bigint[], :custom::text[]" + arrays + ") w(key, custom" + columns + ")";
        var insert = db.sql("WITH written AS (" + (key == Key.CUSTOMER ? updating(fields, from) : inserting(fields, columns, from)) + ")"
                + MEMBERSHIPS.formatted(key.column, rules.add() ? "" : MEMBERS_ONLY))
            .param("now", now).param("ids", ids).param("group", groupId).param("consent", rules.consent())
            .param("states", lines.stream().map(ChunkWriter::state).toArray(String[]::new))
            .param("custom", lines.stream().map(Good::custom).toArray(String[]::new))
            .param("blanked", lines.getFirst().customKeys().toArray(String[]::new));
        for (StandardField field : fields)
            insert = insert.param(field.column, lines.stream().map(line -> line.standard().get(field)).toArray(String[]::new));
        List<Long> subscribed = new ArrayList<>(), unsubscribed = new ArrayList<>(), returned = new ArrayList<>(), left = new ArrayList<>();
        insert.query((ResultSet row) -> {
            boolean wanted = row.getString(2).equals("SUBSCRIBED"), joined = row.getBoolean(3);
            (joined ? wanted ? subscribed : unsubscribed : wanted ? returned : left).add(row.getLong(1));
        });
        return List.of(
                Change.state(subscribed, groupId, null, State.SUBSCRIBED),
                Change.state(unsubscribed, groupId, null, State.UNSUBSCRIBED),
                Change.state(returned, groupId, State.UNSUBSCRIBED, State.SUBSCRIBED),
                Change.state(left, groupId, State.SUBSCRIBED, State.UNSUBSCRIBED));
    }

    private static String inserting(Set<StandardField> fields, String columns, String from) {
        return "INSERT INTO customer (address_id, custom, created_at, changed_at" + columns + ")"
                + " SELECT w.key, w.custom::jsonb, :now, :now" + fields.stream().map(field -> ", " + value(field)).collect(Collectors.joining()) + from
                + " ON CONFLICT (address_id, share_no) DO UPDATE SET changed_at = excluded.changed_at, version = customer.version + 1,"
                + " custom = (customer.custom - :blanked::text[]) || excluded.custom"
                + fields.stream().map(field -> ", " + field.column + " = excluded." + field.column).collect(Collectors.joining())
                + " RETURNING id, address_id";
    }

    private static String updating(Set<StandardField> fields, String from) {
        return "UPDATE customer c SET changed_at = :now, version = c.version + 1, custom = (c.custom - :blanked::text[]) || w.custom::jsonb"
                + fields.stream().map(field -> ", " + field.column + " = " + value(field)).collect(Collectors.joining()) + from
                + " WHERE c.id = w.key RETURNING c.id";
    }

    private static String value(StandardField field) {
        return "w." + field.column + (field.form == StandardField.Form.DATE ? "::date" : "");
    }

    /// Those the file has a column for: the same for all of its lines.
    private static Set<StandardField> fields(List<Good> lines) {
        Set<StandardField> fields = EnumSet.noneOf(StandardField.class);
        fields.addAll(lines.getFirst().standard().keySet());
        return fields;
    }

    private static String columns(Set<StandardField> fields) {
        return fields.stream().map(field -> ", " + field.column).collect(Collectors.joining());
    }

    private static String state(Good line) {
        return line.wanted() ? "SUBSCRIBED" : "UNSUBSCRIBED";
    }
}
