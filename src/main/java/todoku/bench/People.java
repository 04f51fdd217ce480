package todoku.bench;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// The customers of a large shop: who they are, in which groups, since when.
final class People {
    /// In one transaction; what a crash or a Ctrl-C takes back.
    private static final int AT_ONCE = 100_000;

    /// As a chunk of an import has them.
    private static final int CHUNK = 2_000;

    /// The shop began so long ago, and has grown evenly.
    static final String BEGINNING = "date_trunc('day', now()) - interval '7 years'";

    /// Per cent of all customers who are in it.
    private record Group(String name, int share) {}

    private static final List<Group> GROUPS = List.of(
            new Group("メルマガ会員", 95), new Group("セール案内", 60), new Group("新商品案内", 50), new Group("アプリ会員", 35), new Group("アンケート協力", 20),
            new Group("銀座店", 12), new Group("梅田店", 10), new Group("ゴールド会員の集い", 8), new Group("札幌店", 6), new Group("お茶の教室", 1));

    private final Database database;
    private final JdbcClient db;
    private final int customers;

    People(Database database, int customers) {
        this.database = database;
        this.db = database.client();
        this.customers = customers;
    }

    long customers() {
        db.sql("""
                INSERT INTO customer_field (key, label, type, position)
                VALUES ('会員ランク', '会員ランク', 'TEXT', 1), ('ポイント', 'ポイント', 'NUMBER', 2), ('最終購入日', '最終購入日', 'DATE', 3),
                       ('累計購入金額', '累計購入金額', 'NUMBER', 4), ('店舗', '店舗', 'TEXT', 5)
                ON CONFLICT DO NOTHING
                """).update();
        db.sql("INSERT INTO domain (name) SELECT DISTINCT unnest(:names::text[]) ORDER BY 1").param("names", Names.domains()).update();
        for (int first = 1; first <= customers; first += AT_ONCE) {
            int from = first, to = Math.min(customers, first + AT_ONCE - 1);
            database.inTransaction(() -> {
                addresses(from, to);
                people(from, to);
            });
        }
        for (String table : List.of("address", "customer"))
            db.sql("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), (SELECT max(id) FROM " + table + "))").query(Long.class).single();
        return customers;
    }

    private void addresses(int from, int to) {
        db.sql("""
                INSERT INTO address (id, canonical, as_written, domain_id) OVERRIDING SYSTEM VALUE
                SELECT p.n, p.address, p.address, d.id
                  FROM (SELECT n, domain, (:families::text[])[1 + bench_low(n, 1, cardinality(:families::text[]))] || '.'
                                  || (:given::text[])[1 + bench_low(n, 2, cardinality(:given::text[]))] || n || '@' || domain AS address
                          FROM (SELECT n, (:domains::text[])[1 + bench_lot(n, 3, cardinality(:domains::text[]))] AS domain
                                  FROM generate_series(:from::bigint, :to::bigint) n) n) p
                  JOIN domain d ON d.name = p.domain
                 ORDER BY p.n
                """)
                .param("families", Names.families(2))
                .param("given", Names.given(2))
                .param("domains", Names.domains())
                .param("from", from)
                .param("to", to)
                .update();
    }

    /// Half of them buy again and again, a quarter never has.
    private void people(int from, int to) {
        db.sql("INSERT INTO customer (id, number, address_id, family_name, given_name, family_kana, given_kana, gender, birthday, postal_code,"
                        + " prefecture, city, telephone, custom, created_at, changed_at) OVERRIDING SYSTEM VALUE "
                        + """
                SELECT n, (10000000 + n)::text, n,
                       (:families::text[])[1 + bench_low(n, 1, cardinality(:families::text[]))], (:given::text[])[1 + bench_low(n, 2, cardinality(:given::text[]))],
                       (:familyKana::text[])[1 + bench_low(n, 1, cardinality(:families::text[]))], (:givenKana::text[])[1 + bench_low(n, 2, cardinality(:given::text[]))],
                       (ARRAY['女','女','女','女','女','男','男','男','男',NULL])[1 + bench_lot(n, 4, 10)],
                       CASE WHEN bench_lot(n, 5, 10) > 0 THEN date '1942-01-01' + bench_lot(n, 6, 24000) END,
                       lpad(bench_lot(n, 7, 999)::text, 3, '0') || '-' || lpad(bench_lot(n, 8, 9999)::text, 4, '0'),
                       (:prefectures::text[])[1 + bench_lot(n, 9, cardinality(:prefectures::text[]))],
                       'サンプル町' || 1 + bench_lot(n, 10, 9) || '-' || 1 + bench_lot(n, 11, 30) || '-' || 1 + bench_lot(n, 12, 20),
                       '090-' || lpad(bench_lot(n, 13, 9999)::text, 4, '0') || '-' || lpad(bench_lot(n, 14, 9999)::text, 4, '0'),
                       jsonb_strip_nulls(jsonb_build_object(
                           '会員ランク', (ARRAY['レギュラー','レギュラー','レギュラー','レギュラー','レギュラー','レギュラー','シルバー','シルバー','ゴールド','プラチナ'])[1 + bench_lot(n, 15, 10)],
                           'ポイント', bench_low(n, 16, 60000),
                           '最終購入日', CASE WHEN bench_lot(n, 17, 4) > 0 THEN current_date - bench_low(n, 18, 1200) END,
                           '累計購入金額', CASE WHEN bench_lot(n, 17, 4) > 0 THEN 100 * bench_low(n, 19, 9000) ELSE 0 END,
                           '店舗', (ARRAY['銀座','梅田','札幌','名古屋','博多','仙台','オンライン','オンライン'])[1 + bench_lot(n, 20, 8)])),
                       since, since
                  FROM (SELECT n, {beginning} + interval '7 years' * (n::float8 / :all) AS since FROM generate_series(:from::bigint, :to::bigint) n) n
                """.replace("{beginning}", BEGINNING))
                .param("families", Names.families(0))
                .param("given", Names.given(0))
                .param("familyKana", Names.families(1))
                .param("givenKana", Names.given(1))
                .param("prefectures", Names.prefectures())
                .param("all", customers)
                .param("from", from)
                .param("to", to)
                .update();
    }

    long memberships() {
        long rows = 0;
        for (int i = 0; i < GROUPS.size(); i++) {
            Group group = GROUPS.get(i);
            long id = db.sql("INSERT INTO customer_group (department_id, name) VALUES (1, :name) RETURNING id")
                    .param("name", group.name())
                    .query(Long.class)
                    .single();
            rows += db.sql("""
                    INSERT INTO membership (group_id, customer_id, state, since)
                    SELECT :group, id, (ARRAY['SUBSCRIBED','UNSUBSCRIBED','BANNED'])[1 + (lot >= 84)::int + (lot >= 99)::int], created_at
                      FROM (SELECT id, created_at, bench_lot(id, :salt + 1, 100) AS lot FROM customer WHERE bench_lot(id, :salt, 100) < :share) c
                     ORDER BY id
                    """)
                    .param("group", id)
                    .param("salt", 100 + 2 * i)
                    .param("share", group.share())
                    .update();
        }
        return rows;
    }

    long suppressions() {
        return db.sql("""
                INSERT INTO suppression (address_id, reason, since)
                SELECT id, (ARRAY['PERMANENT_FAILURE','PERMANENT_FAILURE','PERMANENT_FAILURE','PERMANENT_FAILURE','COMPLAINT','REQUESTED'])[1 + bench_lot(id, 31, 6)],
                       now() - interval '1 day' * bench_lot(id, 32, 500)
                  FROM address WHERE bench_lot(id, 30, 100) < 2
                """).update();
    }

    /// As imports write it: an event for each chunk that was created, and for each chunk that came into a group.
    long history() {
        return db.sql("""
                WITH written AS (
                    INSERT INTO event (happened_at, kind, environment, detail)
                    SELECT at, kind, 'LIVE', detail FROM (
                        SELECT max(created_at) AS at, 'CUSTOMER_CREATED' AS kind,
                               jsonb_build_object('first', min(id), 'last', max(id), 'source', 'IMPORT', 'import', 1) AS detail
                          FROM customer GROUP BY (id - 1) / {chunk}
                        UNION ALL
                        SELECT max(since), 'STATE_CHANGED',
                               jsonb_build_object('customers', jsonb_agg(customer_id ORDER BY customer_id), 'source', 'IMPORT', 'import', 1, 'group', group_id, 'to', state)
                          FROM membership GROUP BY group_id, state, (customer_id - 1) / {chunk}) e
                     ORDER BY at, kind
                    RETURNING id, detail)
                INSERT INTO customer_history (first_customer, last_customer, event_id)
                SELECT coalesce(detail->>'first', detail->'customers'->>0)::bigint, coalesce(detail->>'last', detail->'customers'->>-1)::bigint, id FROM written
                """.replace("{chunk}", "" + CHUNK)).update();
    }
}
