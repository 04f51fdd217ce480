package todoku.segment;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Customers of all kinds, with and without values, for tests.
final class Crowd {
    static final List<String> PREFECTURES = List.of("東京都", "大阪府", "京都府", "", "北海道");
    static final List<String> RANKS = List.of("ゴールド", "シルバー", "プラチナ%_\\", "it's", "");
    static final List<String> TAGS = List.of("食器", "器", "花", "本");
    static final List<String> DOMAINS = List.of("example.jp", "docomo.ne.jp", "ezweb.ne.jp", "shop.example");

    private final JdbcClient db;
    private final Random random;
    private final Instant now;

    Crowd(JdbcClient db, Random random, Instant now) {
        this.db = db;
        this.random = random;
        this.now = now;
    }

    List<Long> make(int size) {
        db.sql("""
                INSERT INTO customer_field (key, label, type, position)
                VALUES ('rank', '会員ランク', 'TEXT', 1), ('points', 'ポイント', 'NUMBER', 2), ('bought', '最終購入日', 'DATETIME', 3),
                       ('day', '記念日', 'DATE', 4), ('member', '会員', 'YES_NO', 5), ('tags', '好み', 'CHOICES', 6)
                """).update();
        db.sql("INSERT INTO domain (name) SELECT unnest(:names::text[])").param("names", DOMAINS.toArray(String[]::new)).update();
        db.sql("INSERT INTO customer_group (department_id, name) SELECT 1, 'G' || n FROM generate_series(1, 3) n").update();
        db.sql("INSERT INTO record_kind (key, label) VALUES ('order', '購入'), ('visit', '来店')").update();
        db.sql("""
                INSERT INTO record_field (kind_id, key, label, type)
                SELECT id, 'item', '商品', 'TEXT' FROM record_kind UNION ALL SELECT id, 'pieces', '点数', 'NUMBER' FROM record_kind
                """).update();
        for (int i = 0; i < size; i++) customer(i);
        List<Long> ids = db.sql("SELECT id FROM customer ORDER BY id").query(Long.class).list();
        for (int i = 0; i < 5; i++) mailing(i, ids);
        for (long id : ids) {
            memberships(id);
            records(id);
            activity(id);
        }
        return ids;
    }

    private void customer(int i) {
        db.sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id)
                           SELECT :local || '@' || name, :local || '@' || name, id FROM domain WHERE name = :domain RETURNING id)
                INSERT INTO customer (number, address_id, family_name, gender, prefecture, birthday, custom, created_at, changed_at)
                SELECT :number, id, :family, :gender, :prefecture, :birthday::date, :custom::jsonb, :created::timestamptz, now() FROM a
                """)
                .param("local", "p" + i)
                .param("domain", one(DOMAINS))
                .param("number", maybe("M" + i))
                .param("family", maybe(one(List.of("佐藤", "佐々木", "鈴木_1%", "高橋"))))
                .param("gender", maybe(one(List.of("男", "女"))))
                .param("prefecture", maybe(one(PREFECTURES)))
                .param("birthday", maybe(one(List.of("2000-02-29", "1990-02-28", "1985-03-01", "1970-12-31", "2001-01-01", "1999-02-2" + random.nextInt(10)).stream().filter(day -> !day.equals("1999-02-29")).toList())))
                .param("custom", custom())
                .param("created", now.minusSeconds(random.nextInt(40 * 86_400)).toString())
                .update();
    }

    private String custom() {
        List<String> values = new ArrayList<>();
        if (random.nextBoolean()) values.add("\"rank\":\"" + one(RANKS).replace("\\", "\\\\") + '"');
        if (random.nextBoolean()) values.add("\"points\":" + one(List.of("0", "10", "10.0", "-3", "1200.5", "\"many\"", "null")));
        if (random.nextBoolean()) values.add("\"bought\":\"" + day() + "T09:30:00\"");
        if (random.nextBoolean()) values.add("\"day\":\"" + one(List.of(day(), "", "2024-02-29")) + '"');
        if (random.nextBoolean()) values.add("\"member\":" + one(List.of("true", "false", "null")));
        if (random.nextBoolean()) values.add("\"tags\":" + one(List.of("[]", "[\"器\"]", "[\"食器\",\"花\"]", "\"花\"", "null", "[\"本\",\"器\",\"花\"]")));
        return "{" + String.join(",", values) + "}";
    }

    private String day() {
        return now.plusSeconds(86_400L * (random.nextInt(200) - 150)).toString().substring(0, 10);
    }

    /// The last one was a test, the one before in the other environment.
    private void mailing(int i, List<Long> ids) {
        long id = db.sql("""
                INSERT INTO mailing (kind, environment, department_id, priority, state, created_at, started_at, expires_at)
                VALUES (:kind, :environment, 1, 50, 'SENT', now(), :started::timestamptz, now()) RETURNING id
                """)
                .param("kind", i == 4 ? "TEST" : "GROUP")
                .param("environment", i == 3 ? "LIVE" : "SANDBOX")
                .param("started", now.minusSeconds(86_400L * 12 * i).toString())
                .query(Long.class)
                .single();
        int no = 0;
        for (long customer : ids) {
            if (random.nextInt(3) == 0) continue;
            no++;
            row("INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id) VALUES (:mailing, :no, 1, :customer)", id, no, customer);
            int fate = random.nextInt(6);
            if (fate < 4)
                row("INSERT INTO recipient_result (mailing_id, no, state, attempts, at) SELECT :mailing, :no, (ARRAY['DELIVERED','DELIVERED','DELIVERED','FAILED'])["
                        + (fate + 1) + "], 1, now() WHERE :customer > 0", id, no, customer);
            if (fate < 2) row("INSERT INTO first_open (mailing_id, no, at) SELECT :mailing, :no, now() WHERE :customer > 0", id, no, customer);
            if (fate == 1) row("INSERT INTO first_click (mailing_id, no, link_no, at) SELECT :mailing, :no, 1 + :customer % 2, now()", id, no, customer);
        }
        row("INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id) SELECT :mailing, :no, 1, NULL WHERE :customer = 0", id, no + 1, 0);
    }

    private void row(String sql, long mailing, int no, long customer) {
        db.sql(sql).param("mailing", mailing).param("no", no).param("customer", customer).update();
    }

    private void memberships(long customer) {
        for (int group = 1; group <= 3; group++)
            if (random.nextBoolean())
                db.sql("INSERT INTO membership (group_id, customer_id, state, since) VALUES ((SELECT id FROM customer_group WHERE name = :group), :customer, :state, now())")
                        .param("group", "G" + group)
                        .param("customer", customer)
                        .param("state", one(List.of("SUBSCRIBED", "UNSUBSCRIBED", "BANNED")))
                        .update();
    }

    private void records(long customer) {
        for (int i = random.nextInt(5); i > 0; i--)
            db.sql("""
                    INSERT INTO related_record (kind_id, customer_id, at, amount, data)
                    SELECT id, :customer, :at::timestamptz, :amount::numeric, :data::jsonb FROM record_kind WHERE key = :kind
                    """)
                    .param("customer", customer)
                    .param("at", now.minusSeconds(random.nextInt(120 * 86_400)).toString())
                    .param("amount", maybe(String.valueOf(random.nextInt(20) * 500)))
                    .param("data", one(List.of("{}", "{\"item\":\"茶碗\"}", "{\"item\":\"皿\",\"pieces\":3}", "{\"pieces\":1}")))
                    .param("kind", one(List.of("order", "visit")))
                    .update();
    }

    private void activity(long customer) {
        for (String environment : List.of("SANDBOX", "LIVE"))
            if (random.nextInt(3) > 0)
                db.sql("INSERT INTO customer_activity VALUES (:environment, :customer, :opened::timestamptz, :clicked::timestamptz)")
                        .param("environment", environment)
                        .param("customer", customer)
                        .param("opened", maybe(now.minusSeconds(random.nextInt(100 * 86_400)).toString()))
                        .param("clicked", maybe(now.minusSeconds(random.nextInt(100 * 86_400)).toString()))
                        .update();
    }

    <T> T one(List<T> of) {
        return of.get(random.nextInt(of.size()));
    }

    private String maybe(String value) {
        return random.nextInt(4) == 0 ? null : value;
    }
}
