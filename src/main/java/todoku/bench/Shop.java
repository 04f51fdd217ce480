package todoku.bench;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.content.MailDraft;
import todoku.content.MailDraft.Block;
import todoku.database.Database;

/// Customers and a mail as a Japanese shop has them: the same for every run.
final class Shop {
    static final int DESTINATIONS = 20;
    private static final int AT_ONCE = 100_000;
    private static final long SEED = 20_260_401;
    private static final List<String> FAMILIES = List.of("佐藤", "鈴木", "髙橋", "田中", "伊藤", "渡辺", "山本", "中村", "小林", "加藤");
    private static final List<String> GIVEN = List.of("花子", "太郎", "さくら", "健一", "美咲", "翔", "結衣", "大輔");
    private static final List<String> PREFECTURES = List.of("東京都", "大阪府", "北海道", "愛知県", "福岡県", "神奈川県");
    private static final List<String> STORES = List.of("銀座", "梅田", "札幌", "名古屋", "博多");
    private static final List<String> RANKS = List.of("ゴールド", "シルバー", "レギュラー", "レギュラー");

    private Shop() {}

    /// So many customers, written straight into the tables, all in one new group.
    static long fill(Database database, int customers, String groupName) {
        return fill(database, customers, groupName, DESTINATIONS, Shop::domain);
    }

    /// Of each destination, counted from 1.
    static String domain(int destination) {
        return String.format(Locale.ROOT, "d%02d.example", destination);
    }

    /// As above, spread over so many domains: customer n is at domain 1 + n % domains. Numbers go on behind those of
    /// whoever is there already.
    static long fill(Database database, int customers, String groupName, int domains, IntFunction<String> domain) {
        return database.inTransaction(() -> {
            var db = database.client();
            db.sql("""
                    INSERT INTO customer_field (key, label, type, position)
                    VALUES ('会員ランク', '会員ランク', 'TEXT', 1), ('ポイント', 'ポイント', 'NUMBER', 2), ('店舗', '店舗', 'TEXT', 3),
                           ('累計購入金額', '累計購入金額', 'NUMBER', 4), ('最終購入日', '最終購入日', 'DATE', 5)
                    ON CONFLICT DO NOTHING
                    """).update();
            int known = last(db, "domain");
            int there = last(db, "customer");
            var names = new StringBuilder();
            for (int i = 1; i <= domains; i++) names.append(known + i).append('\t').append(domain.apply(i)).append('\n');
            copy(database, "domain (id, name)", names);
            var random = new SplittableRandom(SEED);
            for (int first = 1; first <= customers; first += AT_ONCE) {
                people(database, first, Math.min(customers, first + AT_ONCE - 1), there, known, domains, domain, random);
            }
            for (String table : List.of("domain", "address", "customer")) {
                db.sql("SELECT setval(pg_get_serial_sequence('" + table + "', 'id'), (SELECT max(id) FROM " + table + "))")
                        .query(Long.class)
                        .single();
            }
            return group(database, groupName, "id > " + there + " AND id <= " + (there + customers));
        });
    }

    private static int last(JdbcClient db, String table) {
        return db.sql("SELECT coalesce(max(id), 0) FROM " + table).query(Integer.class).single();
    }

    private static void people(
            Database database, int first, int last, int there, int known, int domains, IntFunction<String> domain, SplittableRandom random) {
        var addresses = new StringBuilder((last - first) * 60);
        var people = new StringBuilder((last - first) * 220);
        for (int n = first; n <= last; n++) {
            int i = there + n;
            int at = known + 1 + n % domains;
            String address = "user" + i + "@" + domain.apply(1 + n % domains);
            addresses.append(i).append('\t').append(address).append('\t').append(address).append('\t').append(at).append('\n');
            people.append(i).append("\tM").append(10_000_000 + i).append('\t').append(i).append('\t')
                    .append(any(FAMILIES, random)).append('\t').append(any(GIVEN, random)).append("\tセイ\tメイ\t女\t19")
                    .append(random.nextInt(40, 99)).append('-').append(random.nextInt(1, 13)).append('-').append(random.nextInt(1, 29))
                    .append("\t100-0001\t").append(any(PREFECTURES, random)).append("\tサンプル町1-2-3\t090-0000-0000\t")
                    .append("{\"会員ランク\": \"").append(any(RANKS, random))
                    .append("\", \"ポイント\": ").append(random.nextInt(50_000))
                    .append(", \"店舗\": \"").append(any(STORES, random))
                    .append("\", \"累計購入金額\": ").append(random.nextInt(900_000))
                    .append(", \"最終購入日\": \"2026-0").append(random.nextInt(1, 4)).append("-1").append(random.nextInt(10))
                    .append("\"}\t2026-04-01\t2026-04-01\n");
        }
        copy(database, "address (id, canonical, as_written, domain_id)", addresses);
        copy(
                database,
                "customer (id, number, address_id, family_name, given_name, family_kana, given_kana, gender, birthday, postal_code,"
                        + " prefecture, city, telephone, custom, created_at, changed_at)",
                people);
    }

    /// A group of the customers for whom this SQL holds.
    static long group(Database database, String name, String where) {
        long group = database.client()
                .sql("INSERT INTO customer_group (department_id, name) VALUES (1, :name) RETURNING id")
                .param("name", name)
                .query(Long.class)
                .single();
        database.client()
                .sql("INSERT INTO membership SELECT :group, id, 'SUBSCRIBED', now() FROM customer WHERE " + where)
                .param("group", group)
                .update();
        return group;
    }

    /// What the planner and the queries know after autovacuum has looked; it need not look in the middle of a run.
    static void settle(Database database) {
        for (String table : List.of("domain", "address", "customer", "membership", "customer_group")) {
            database.client().sql("ANALYZE " + table).update();
        }
    }

    private static void copy(Database database, String table, CharSequence rows) {
        database.copyIn("COPY " + table + " FROM STDIN", rows.toString().getBytes(StandardCharsets.UTF_8));
    }

    private static String any(List<String> words, SplittableRandom random) {
        return words.get(random.nextInt(words.size()));
    }

    /// About 10 KB on the wire: 10 merge fields, 2 blocks with a condition, 5 links.
    static MailDraft mail() {
        return new MailDraft(
                MailDraft.Format.MULTIPART,
                "【とどくショップ】{{ 姓 | default: 'お客さま' }} 様、春の新作が届きました",
                List.of(
                        new Block(
                                "{{ 姓 | default: 'お客さま' }} {{ 名 }} 様（会員番号 {{ 会員番号 }}）\n\n"
                                        + "いつも{{ 店舗 }}店をご利用いただきありがとうございます。\nhttps://shop.example/spring\n\n" + lines(8, "")
                                        + "会員ランク：{{ 会員ランク }}　ポイント：{{ ポイント }}　累計：{{ 累計購入金額 }}円　最終購入日：{{ 最終購入日 }}\n"
                                        + "お届け先：{{ 都道府県 }}　お誕生日：{{ 生年月日 }}\n\n",
                                "<table width=\"600\"><tr><td><h1>春の新作</h1>\n<p>{{ 姓 | default: 'お客さま' }} {{ 名 }} 様（会員番号 {{ 会員番号 }}）</p>\n"
                                        + "<p>いつも{{ 店舗 }}店をご利用いただきありがとうございます。<a href=\"https://shop.example/spring\">春の新作はこちら</a></p>\n"
                                        + lines(14, "p")
                                        + "<ul><li>会員ランク：{{ 会員ランク }}</li><li>ポイント：{{ ポイント }}</li><li>累計：{{ 累計購入金額 }}円</li>"
                                        + "<li>最終購入日：{{ 最終購入日 }}</li><li>お届け先：{{ 都道府県 }}</li><li>お誕生日：{{ 生年月日 }}</li></ul>\n"
                                        + "<p><a href=\"https://shop.example/ranking\">今週のランキング</a> ｜ <a href=\"https://shop.example/stores\">店舗を探す</a></p></td></tr></table>\n",
                                null),
                        new Block(
                                "ゴールド会員の方だけに、先行でご覧いただけます。\nhttps://shop.example/gold\n\n" + lines(1, ""),
                                "<p>ゴールド会員の方だけに、<a href=\"https://shop.example/gold\">先行で</a>ご覧いただけます。</p>\n" + lines(2, "p"),
                                "会員ランク == \"ゴールド\""),
                        new Block(
                                "ポイントが10,000を超えました。お買い物にお使いください。\nhttps://shop.example/points\n\n",
                                "<p>ポイントが10,000を超えました。<a href=\"https://shop.example/points\">お買い物に</a>お使いください。</p>\n",
                                "ポイント > 10000"),
                        new Block(
                                "配信停止：{{ unsubscribe_url }}\nとどくショップ 東京都千代田区サンプル町1-1 info@shop.example\n",
                                "<p><a href=\"{{ unsubscribe_url }}\">配信停止</a>　とどくショップ 東京都千代田区サンプル町1-1 info@shop.example</p>\n",
                                null)));
    }

    private static String lines(int count, String tag) {
        String words = "やわらかな風に似合う軽やかなシャツと、雨の日も歩きやすい靴を集めました。毎日の装いにどうぞ。";
        return (tag.isEmpty() ? words + "\n" : "<" + tag + " style=\"margin:0 0 8px\">" + words + "</" + tag + ">\n").repeat(count);
    }
}
