package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;

class ImportPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @Test
    void a_shops_file_is_looked_at_registered_and_answered_line_by_line() throws Exception {
        TestServer.Visitor admin = server.admin();
        admin.get("/imports/new");
        String look = admin.upload("/imports/look", Map.of("group", "0", "newGroup", "メルマガ会員"), "customers.csv",
                Files.readAllBytes(Path.of("src/test/resources/shop/customers.csv"))).body();
        assertThat(look).contains("Shift_JIS（CP932）", "10,000", "メールアドレス（鍵）", "配信の希望", "新しい項目");
        assertThat(server.part(Groups.class).find("メルマガ会員")).isEmpty();

        var started = admin.post("/imports", Map.of("token", field(look, "token"), "file", "customers.csv", "group", "0", "groupName", "メルマガ会員", "mode", "ADD"));
        String path = started.uri().getPath();
        long giveUp = System.nanoTime() + 60_000_000_000L;
        String page;
        do {
            page = admin.get(path + "/now").body();
        } while (page.contains("every 1s") && System.nanoTime() < giveUp);
        assertThat(page).contains("登録が終わりました", "7,450", "2,405", "95", "50");

        List<String> refused = List.of(new String(admin.bytes(path + "/FAILURE.csv"), Charset.forName("windows-31j")).split("\r\n"));
        assertThat(refused).hasSize(96);
        assertThat(admin.get("/imports").body()).contains("customers.csv", "完了");
        assertThat(admin.get("/audit").body()).contains("一括登録の結果をダウンロード");
    }

    @Test
    void a_file_that_cannot_be_read_is_told_where_and_why_and_registers_nobody() {
        TestServer.Visitor admin = server.admin();
        admin.get("/imports/new");
        Map<String, String> fields = Map.of("group", "0", "newGroup", "だれもいない");
        assertThat(admin.upload("/imports/look", fields, "a.csv", "メールアドレス,姓\n\"hanako@example.jp,佐藤\n".getBytes(StandardCharsets.UTF_8)).body())
                .contains("引用符", "a.csv");
        assertThat(admin.upload("/imports/look", fields, "b.csv", "姓,名\n佐藤,花子\n".getBytes(StandardCharsets.UTF_8)).body())
                .contains("メールアドレスの列がありません");
        assertThat(admin.upload("/imports/look", fields, "c.csv", new byte[0]).body()).contains("選ばれていません");
        assertThat(admin.upload("/imports/look", Map.of("group", "0", "newGroup", " "), "d.csv", "メールアドレス\na@example.jp\n".getBytes(StandardCharsets.UTF_8)).body())
                .contains("登録先のグループ：");
        assertThat(server.part(Groups.class).find("だれもいない")).isEmpty();
    }

    @Test
    void the_first_sheet_of_a_workbook_is_registered_like_a_csv_file() throws Exception {
        TestServer.Visitor admin = server.admin();
        admin.get("/imports/new");
        var bytes = new java.io.ByteArrayOutputStream();
        try (var workbook = new org.dhatim.fastexcel.Workbook(bytes, "test", "1.0")) {
            var sheet = workbook.newWorksheet("会員");
            sheet.value(0, 0, "会員番号");
            sheet.value(0, 1, "メールアドレス");
            sheet.value(1, 0, 4711);
            sheet.value(1, 1, "sheet@example.jp");
            workbook.newWorksheet("メモ").value(0, 0, "秘密");
        }
        Map<String, String> fields = Map.of("group", "0", "newGroup", "表からの方");
        String look = admin.upload("/imports/look", fields, "会員.xlsx", bytes.toByteArray()).body();
        assertThat(look).contains("最初のシート「会員」だけを読みました", "（メモ）", "sheet@example.jp", "4711").doesNotContain("秘密");
        var started = admin.post("/imports", Map.of("token", field(look, "token"), "file", "会員.xlsx", "group", "0", "groupName", "表からの方", "mode", "ADD"));
        long giveUp = System.nanoTime() + 60_000_000_000L;
        while (admin.get(started.uri().getPath() + "/now").body().contains("every 1s") && System.nanoTime() < giveUp) Thread.onSpinWait();
        assertThat(server.part(Customers.class).search("4711", 1)).hasSize(1);

        byte[] old = {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0, 0, 0};
        assertThat(admin.upload("/imports/look", fields, "会員.xls", old).body()).contains("会員.xls", "古い形式のExcelファイル");
    }

    @Test
    void a_typed_name_makes_a_new_group_whatever_the_list_above_it_shows() {
        TestServer.Visitor admin = server.admin();
        admin.get("/imports/new");
        long there = server.part(Groups.class).findOrCreate(1, "前からの方").id();
        byte[] file = "メールアドレス\na@example.jp\n".getBytes(StandardCharsets.UTF_8);
        assertThat(admin.upload("/imports/look", Map.of("group", "" + there, "newGroup", "秋からの方"), "a.csv", file).body())
                .contains("秋からの方").doesNotContain("前からの方");
        assertThat(admin.upload("/imports/look", Map.of("group", "" + there, "newGroup", ""), "a.csv", file).body()).contains("前からの方");
    }

    @Test
    void the_source_of_the_consent_is_asked_shown_before_and_after_and_written_down() {
        TestServer.Visitor admin = server.admin();
        assertThat(admin.get("/imports/new").body()).contains("同意の取得元");
        byte[] file = "メールアドレス,メルマガ希望\na@example.jp,希望する\n".getBytes(StandardCharsets.UTF_8);
        Map<String, String> fields = Map.of("group", "0", "newGroup", "同意した方", "mode", "ADD_AND_OVERWRITE", "consentSource", "店頭申込書");
        String look = admin.upload("/imports/look", fields, "e.csv", file).body();
        assertThat(look).contains("（同意の取得元：店頭申込書）");

        var started = admin.post("/imports", Map.of("token", field(look, "token"), "file", "e.csv", "group", "0", "groupName", "同意した方",
                "mode", "ADD_AND_OVERWRITE", "consentSource", field(look, "consentSource")));
        assertThat(admin.get(started.uri().getPath()).body()).contains("同意の取得元：店頭申込書");
        assertThat(server.part(Database.class).client().sql("SELECT after->>'consentSource' FROM audit WHERE act = 'customer.import' ORDER BY id DESC LIMIT 1")
                .query(String.class).single()).isEqualTo("店頭申込書");

        Map<String, String> long201 = Map.of("group", "0", "newGroup", "同意した方", "mode", "ADD_AND_OVERWRITE", "consentSource", "あ".repeat(201));
        assertThat(admin.upload("/imports/look", long201, "e.csv", file).body()).contains("200 文字まで");
    }

    @Test
    void the_key_is_chosen_shown_before_and_after_and_written_down() {
        TestServer.Visitor admin = server.admin();
        assertThat(admin.get("/imports/new").body()).contains("キー（同じ方かどうかを見分ける列）");
        byte[] file = "会員番号,メールアドレス\n71,n@example.jp\n".getBytes(StandardCharsets.UTF_8);
        Map<String, String> fields = Map.of("group", "0", "newGroup", "番号の方", "mode", "ADD_AND_OVERWRITE", "key", "NUMBER");
        String look = admin.upload("/imports/look", fields, "n.csv", file).body();
        assertThat(look).contains("キー：会員番号。", "会員番号（鍵）");
        assertThat(field(look, "key")).isEqualTo("NUMBER");
        assertThat(admin.upload("/imports/look", fields, "n.csv", "メールアドレス\nn@example.jp\n".getBytes(StandardCharsets.UTF_8)).body())
                .contains("会員番号の列がありません");

        var started = admin.post("/imports", Map.of("token", field(look, "token"), "file", "n.csv", "group", "0", "groupName", "番号の方",
                "mode", "ADD_AND_OVERWRITE", "key", "NUMBER"));
        assertThat(admin.get(started.uri().getPath()).body()).contains("キー：会員番号。", "追加と上書き", "文字コード：UTF-8<")
                .doesNotContain("意味を手で選んだ列");
        assertThat(server.part(Database.class).client().sql("SELECT after->>'key' FROM audit WHERE act = 'customer.import' ORDER BY id DESC LIMIT 1")
                .query(String.class).single()).isEqualTo("NUMBER");
    }

    @Test
    void a_file_is_read_again_as_was_chosen_and_registered_as_it_was_seen() throws Exception {
        TestServer.Visitor admin = server.admin();
        admin.get("/imports/new");
        byte[] file = "メールアドレス,姓,呼び名\nkana@example.jp,ﾔﾏﾀﾞ,タロー\n".getBytes(Charset.forName("windows-31j"));
        String look = admin.upload("/imports/look", Map.of("group", "0", "newGroup", "読み直し"), "r.csv", file).body();
        assertThat(look).contains("自動：姓", "自動：文字", "使わない");
        Map<String, String> form = new HashMap<>(Map.of("token", field(look, "token"), "file", "r.csv", "group", "0", "groupName", "読み直し",
                "encoding", "ISO_2022_JP"));
        var unreadable = admin.post("/imports/look", form);
        assertThat(unreadable.statusCode()).isEqualTo(422);
        assertThat(unreadable.body()).contains("このファイルは ISO-2022-JP としては読めません", "もう一度見る").doesNotContain("行を登録する");

        form.putAll(Map.of("encoding", "WINDOWS_31J", "column.1", "FAMILY_NAME", "column.2", "FAMILY_NAME"));
        assertThat(admin.post("/imports/look", form).body()).contains("「姓」の列が2つあります（「姓」と「呼び名」）").doesNotContain("行を登録する");

        form.putAll(Map.of("column.1", "IGNORED", "column.2", "GIVEN_NAME"));
        assertThat(admin.post("/imports", form).body()).contains("選び直されています");
        form.put("seen", field(admin.post("/imports/look", form).body(), "seen").replace("&#34;", "\""));
        String path = admin.post("/imports", form).uri().getPath();
        assertThat(admin.get(path).body()).contains("文字コード：Shift_JIS（CP932）（選んだもの）", "意味を手で選んだ列", "<dt>姓</dt><dd>使わない</dd>", "<dt>呼び名</dt><dd>名</dd>");
        long giveUp = System.nanoTime() + 60_000_000_000L;
        while (admin.get(path + "/now").body().contains("every 1s") && System.nanoTime() < giveUp) Thread.onSpinWait();
        assertThat(server.part(Database.class).client().sql("SELECT concat_ws(' ', coalesce(family_name, '-'), given_name, custom) FROM customer WHERE given_name = 'タロー'")
                .query(String.class).single()).isEqualTo("- タロー {}");
        assertThat(new String(admin.bytes(path + "/SUCCESS.csv"), Charset.forName("windows-31j"))).contains("kana@example.jp,ﾔﾏﾀﾞ,タロー,");
    }

    @Test
    void a_made_up_name_of_an_upload_finds_no_file() {
        TestServer.Visitor admin = server.admin();
        admin.get("/imports/new");
        assertThat(admin.post("/imports", Map.of("token", "../key", "file", "x", "group", "0", "groupName", "x", "mode", "ADD")).body())
                .contains("もう残っていません");
    }

    private static String field(String page, String name) {
        Matcher matcher = Pattern.compile("name=\"" + name + "\" value=\"([^\"]*)\"").matcher(page);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
