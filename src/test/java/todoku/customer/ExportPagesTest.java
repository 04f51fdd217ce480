package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.TestServer;
import todoku.access.Operator;
import todoku.access.Role;
import todoku.database.TestDatabase;
import todoku.event.AddressId;
import todoku.mailing.Addresses;
import todoku.suppression.Suppressions;

class ExportPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @RegisterExtension
    static final TestDatabase elsewhere = new TestDatabase();

    private static final Charset CP932 = Charset.forName("windows-31j");
    private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");
    private static long group;

    @TempDir
    Path folder;

    @BeforeAll
    static void customers_of_every_kind() throws IOException {
        group = server.part(Groups.class).findOrCreate(1, "メルマガ会員").id();
        String csv = """
                会員番号,メールアドレス,姓,名,セイ,メイ,性別,生年月日,郵便番号,都道府県,市区町村,電話番号,メルマガ希望,ポイント,最終購入日,更新時刻,備考
                M1,hanako@example.jp,山田,花子,ヤマダ,ハナコ,女,1990/4/1,123-4567,東京都,千代田区1-1,+81-90-1234-5678,希望する,-1200,2025/12/31,2025/12/31 10:20,"=HYPERLINK(""x"")"
                ,taro@example.jp,高橋,"太郎, 二世",,,,,,,,,希望しない,0.125,,,"'=もとから"
                M3,jiro@example.com,佐藤,,,,,,,,,,希望する,,,,"@上
                下"
                M4,saburo@example.com,鈴木,,,,,,,,,,希望する,123456789012345678,,,ただの文
                """;
        register(server.part(CustomerImport.class), Files.writeString(Files.createTempFile("customers", ".csv"), csv), group);
        Customer third = server.part(Customers.class).search("M3", 1).getFirst();
        server.part(Suppressions.class).add(new AddressId(third.addressId()), Suppressions.Reason.PERMANENT_FAILURE);
    }

    private static void register(CustomerImport imports, Path file, long group) throws IOException {
        ImportProgress done = imports.run(imports.start(file, new ImportChoices("customers.csv", group, true)).id(), file);
        assertThat(done.failure()).isZero();
        assertThat(done.linesDone()).isEqualTo(4);
    }

    @Test
    void what_is_exported_makes_the_same_customers_in_an_empty_house() throws Exception {
        for (String format : List.of("CP932", "UTF8", "XLSX")) {
            TestServer.Visitor admin = server.admin();
            String form = admin.get("/exports/new?group=" + group).body();
            assertThat(form).contains("グループ「メルマガ会員」の顧客", "4 人", "配信状態", "クリーニングフラグ");
            byte[] file = exported(admin, Map.of("group", "" + group, "format", format), usual(form));

            elsewhere.client().sql("TRUNCATE customer, membership, customer_group, customer_field, address, domain CASCADE").update();
            long there = new Groups(elsewhere.client()).findOrCreate(1, "メルマガ会員").id();
            CustomerImport imports = new CustomerImport(elsewhere.database(), new Addresses(elsewhere.client()), () -> NOW);
            Path sent = Files.write(folder.resolve(format), file);
            assertThat(SheetFile.asCsv(sent) instanceof SheetFile.Outcome.Converted).isEqualTo(format.equals("XLSX"));
            register(imports, sent, there);
            assertThat(all(elsewhere.client())).isEqualTo(all(server.database().client())).hasSize(4);
            // What is known here only is left alone there.
            assertThat(elsewhere.client().sql("SELECT key FROM customer_field ORDER BY key").query(String.class).list())
                    .containsExactlyInAnyOrder("ポイント", "最終購入日", "更新時刻", "備考");
        }
    }

    @Test
    void what_a_spreadsheet_would_run_is_text_and_numbers_are_not() throws Exception {
        TestServer.Visitor admin = server.admin();
        String text = new String(exported(admin, Map.of("q", "山田"), List.of("address", "telephone", "field ポイント", "field 最終購入日", "field 備考")), CP932);
        assertThat(text).isEqualTo("メールアドレス,電話番号,ポイント,最終購入日,備考\r\n"
                + "hanako@example.jp,'+81-90-1234-5678,-1200,2025/12/31,\"'=HYPERLINK(\"\"x\"\")\"\r\n");
    }

    @Test
    void the_cleaning_flag_is_told_with_its_date_and_the_states_of_each_group() throws Exception {
        TestServer.Visitor admin = server.admin();
        String text = new String(exported(admin, Map.of("format", "UTF8"), List.of("number", "group " + group, "known CLEANED", "known CLEANED_AT")), StandardCharsets.UTF_8);
        assertThat(text).startsWith("\uFEFF会員番号,配信状態（メルマガ会員）,クリーニングフラグ,クリーニング日時\r\n")
                .contains("M1,配信中,,\r\n", ",配信停止,,\r\n").containsPattern("M3,配信中,クリーニング済,\\d{4}/\\d\\d/\\d\\d \\d\\d:\\d\\d:\\d\\d\r\n");
    }

    @Test
    void customers_that_were_ticked_and_those_of_a_state_are_exported_alone() throws Exception {
        TestServer.Visitor admin = server.admin();
        long third = server.part(Customers.class).search("M3", 1).getFirst().id();
        assertThat(new String(exported(admin, Map.of("customer", "" + third), List.of("number")), CP932)).isEqualTo("会員番号\r\nM3\r\n");
        assertThat(new String(exported(admin, Map.of("group", "" + group, "state", "UNSUBSCRIBED"), List.of("address")), CP932))
                .isEqualTo("メールアドレス\r\ntaro@example.jp\r\n");
    }

    @Test
    void who_may_not_see_personal_data_gets_a_masked_file() throws Exception {
        var viewer = new Operator(1, "taro", "太郎", Locale.JAPANESE, false, Map.of(1L, Set.of(Role.VIEWER)), "127.0.0.1");
        Exports exports = server.part(Exports.class);
        var selection = new Selection.Found("hanako@example.jp", true);
        List<ExportColumn> columns = exports.columns(viewer, selection).stream()
                .filter(column -> Set.of("address", "family_name", "telephone", "birthday", "prefecture").contains(column.id())).toList();
        long id = exports.start(viewer, selection, columns, ExportFormat.CP932);
        TestServer.Visitor admin = server.admin();
        assertThat(ended(admin, "/exports/" + id)).contains("書き出しました");
        assertThat(admin.get("/exports/" + id).body()).contains("個人情報を伏せています");
        assertThat(new String(admin.bytes("/exports/" + id + "/file"), CP932))
                .contains("h***@example.jp,山＊＊＊,＊＊＊,東京都,＊＊＊78").doesNotContain("hanako", "花子", "1990", "1234");
        assertThat(admin.get("/audit").body()).contains("顧客を CSV に書き出し", "書き出したファイルをダウンロード");
    }

    @Test
    void no_column_an_unknown_one_and_an_unknown_group_are_told() {
        TestServer.Visitor admin = server.admin();
        admin.get("/exports/new");
        assertThat(admin.post("/exports", Map.of()).statusCode()).isEqualTo(422);
        assertThat(admin.post("/exports", Map.of("column", "password_hash")).body()).contains("列：1〜300 列を選んでください");
        assertThat(admin.get("/exports/new?group=999999").statusCode()).isEqualTo(404);
        assertThat(admin.get("/exports/new?group=x").statusCode()).isEqualTo(404);
        assertThat(admin.get("/exports/new?customer=x").statusCode()).isEqualTo(404);
        assertThat(admin.get("/exports/999999").statusCode()).isEqualTo(404);
    }

    @Test
    void a_file_is_forgotten_after_ten_days_with_what_is_known_of_it() throws Exception {
        TestServer.Visitor admin = server.admin();
        String path = started(admin, Map.of("q", "山田"), List.of("address"));
        long id = Long.parseLong(path.substring(path.lastIndexOf('/') + 1));
        Path file = server.data().resolve("uploads").resolve("export-" + id + ".csv");
        assertThat(file).exists();
        server.database().client().sql("UPDATE customer_export SET ended_at = ended_at - interval '10 days 1 second' WHERE id = :id").param("id", id).update();
        server.part(Exports.class).forgetOld();
        assertThat(file).doesNotExist();
        assertThat(admin.get(path).statusCode()).isEqualTo(404);
    }

    private static List<String> usual(String form) {
        List<String> columns = new ArrayList<>();
        Matcher box = Pattern.compile("name=\"column\" value=\"([^\"]+)\" checked").matcher(form);
        while (box.find()) columns.add(box.group(1));
        return columns;
    }

    private static byte[] exported(TestServer.Visitor who, Map<String, String> fields, List<String> columns) throws Exception {
        return who.bytes(started(who, fields, columns) + "/file");
    }

    /// The page of an export that has ended.
    private static String started(TestServer.Visitor who, Map<String, String> fields, List<String> columns) {
        who.get("/exports/new");
        StringBuilder more = new StringBuilder();
        columns.forEach(column -> more.append("&column=").append(URLEncoder.encode(column, StandardCharsets.UTF_8)));
        String path = who.post("/exports", fields, more.toString()).uri().getPath();
        assertThat(ended(who, path)).contains("書き出しました");
        return path;
    }

    private static String ended(TestServer.Visitor who, String path) {
        long giveUp = System.nanoTime() + 30_000_000_000L;
        String page;
        do {
            page = who.get(path + "/now").body();
        } while (page.contains("every 1s") && System.nanoTime() < giveUp);
        return page;
    }

    private static List<String> all(JdbcClient db) {
        return db.sql("""
                SELECT concat_ws('|', c.number, a.as_written, c.family_name, c.given_name, c.family_kana, c.given_kana, c.gender, c.birthday,
                       c.postal_code, c.prefecture, c.city, c.telephone, c.custom, m.state)
                  FROM customer c JOIN address a ON a.id = c.address_id JOIN membership m ON m.customer_id = c.id ORDER BY a.canonical
                """).query(String.class).list();
    }
}
