package todoku.customer.record;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class RecordPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    static TestServer.Visitor admin;

    @BeforeAll
    static void a_customer() {
        admin = server.admin();
        admin.get("/customers/new");
        assertThat(admin.post("/customers", Map.of("address", "hanako@toku.example", "family_name", "徳川", "number", "71")).body()).contains("保存しました");
    }

    @Test
    @Order(1)
    void a_kind_is_made_from_a_preset_and_its_file_is_looked_at_and_registered() throws Exception {
        assertThat(admin.get("/customers/records").body()).contains("まだ種類がありません", "注文", "予約", "来店");
        String form = admin.get("/customers/records/kinds/new?preset=注文".replace("注文", "%E6%B3%A8%E6%96%87")).body();
        assertThat(form).contains("value=\"注文番号\"", "value=\"商品コード\"", "value=\"注文、発送済、返品、キャンセル\"");
        assertThat(admin.post("/customers/records/kinds", fields(form)).body()).contains("「注文」を保存しました", "注文番号・注文日時・商品コード");
        assertThat(admin.get("/audit").body()).contains("取引データの種類の変更");

        long kind = kind("注文");
        String look = admin.upload("/customers/records/kinds/" + kind + "/look", Map.of("customerBy", "NUMBER"), "orders.csv", orders(30)).body();
        assertThat(look).contains("31 ", "UTF-8", "会員番号で顧客に結びつけて");
        Map<String, String> sent = fields(look);
        Map<String, String> other = new HashMap<>(sent);
        other.put("column.3", "IGNORED");
        assertThat(admin.post("/customers/records/kinds/" + kind + "/import", other).body()).contains("選び直されています");
        String path = admin.post("/customers/records/kinds/" + kind + "/import", sent).uri().getPath();
        String page;
        long giveUp = System.nanoTime() + 60_000_000_000L;
        do {
            page = admin.get(path + "/now").body();
        } while (page.contains("every 1s") && System.nanoTime() < giveUp);
        assertThat(page).contains("登録が終わりました", "FAILURE.csv", "SUCCESS.csv").doesNotContain("OTHER.csv");
        assertThat(new String(admin.bytes(path + "/FAILURE.csv"), Charset.forName("windows-31j")).split("\r\n")).hasSize(2);
        assertThat(admin.get("/audit").body()).contains("取引データの読み込み結果をダウンロード");
        assertThat(admin.get("/customers/records").body()).contains("orders.csv");
    }

    @Test
    @Order(2)
    void the_customer_s_page_shows_the_newest_twenty_and_leads_to_the_others() {
        String whole = admin.get("/customers/" + customer()).body();
        String card = whole.substring(whole.indexOf("h-kind-"));
        assertThat(card).contains("N030", "N011", "8,900", "17,800").doesNotContain("N010");
        Matcher more = Pattern.compile("href=\"(/customers/\\d+/records/[^\"]+)\"").matcher(card);
        assertThat(more.find()).isTrue();
        assertThat(admin.get(more.group(1).replace("&amp;", "&")).body()).contains("N010", "N001").doesNotContain("N011", "続きを見る");
    }

    @Test
    @Order(3)
    void personal_fields_are_masked_for_those_who_may_not_see_them() {
        TestServer.Visitor watcher = server.somebody("watcher", "VIEWER");
        server.database().client().sql("UPDATE record_field SET personal = true WHERE key = '商品名'").update();
        assertThat(admin.get("/customers/" + customer()).body()).contains("ワンピース");
        assertThat(watcher.get("/customers/" + customer()).body()).contains("N030", "＊＊＊").doesNotContain("ワンピース");
    }

    @Test
    @Order(4)
    void what_is_wrong_with_a_kind_is_told_where_it_was_typed_and_nothing_is_lost() {
        admin.get("/customers/records/kinds/new");
        String answer = admin.post("/customers/records/kinds", Map.of("label", "注 文", "at", "", "field.0.label", "色", "field.0.type", "CHOICE",
                "field.1.label", "色", "field.1.type", "TEXT", "field.2.label", "量", "field.2.type", "TEXT", "field.2.use", "AMOUNT")).body();
        assertThat(answer).contains("空白や記号を除いて", "日時の列の名前：入力", "選択肢を「、」で区切って", "数値の列だけ", "value=\"注 文\"", "value=\"色\"");
        assertThat(admin.post("/customers/records/kinds", Map.of("label", "注文", "at", "日時")).body()).contains("「注文」はすでにあります");
        assertThat(admin.post("/customers/records/kinds", Map.of("label", "あ", "at", "日時", "field.0.label", "a", "field.0.type", "TEXT", "field.1.label", "a", "field.1.type", "TEXT")).body())
                .contains("同じ名前の列が 2 つあります");

        String path = "/customers/records/kinds/" + kind("注文");
        Map<String, String> form = fields(admin.get(path).body());
        Map<String, String> other = new HashMap<>(form);
        other.put("field.2.type", "TEXT");
        other.put("field.2.use", "");
        other.put("field.3.use", "");
        assertThat(admin.post(path, other).body()).contains("記録があるため型を変えられません");
        form.put("field.0.label", "品番");
        assertThat(admin.post(path, form).body()).contains("保存しました", "品番");
        assertThat(admin.post(path, form).statusCode()).isEqualTo(409);
        assertThat(server.database().client().sql("SELECT key FROM record_field WHERE label = '品番'").query(String.class).single()).isEqualTo("商品コード");
    }

    @Test
    @Order(5)
    void a_retired_kind_is_imported_no_more_and_comes_back() {
        String path = "/customers/records/kinds/" + kind("注文");
        assertThat(admin.post(path + "/retire", Map.of("version", version(), "retired", "true")).body()).contains("使っていない");
        assertThat(admin.get(path + "/import").statusCode()).isEqualTo(404);
        assertThat(admin.get("/customers/" + customer()).body()).contains("N030");
        admin.post(path + "/retire", Map.of("version", version(), "retired", "false"));
        assertThat(admin.get(path + "/import").statusCode()).isEqualTo(200);
    }

    @Test
    @Order(6)
    void who_may_only_look_makes_no_kinds_and_imports_nothing() {
        TestServer.Visitor watcher = server.visitor();
        watcher.signIn("watcher", TestServer.PASSWORD);
        assertThat(watcher.get("/customers/records").body()).contains("注文").doesNotContain("種類を作る", "CSVを読み込む");
        assertThat(watcher.get("/customers/records/kinds/new").statusCode()).isEqualTo(403);
    }

    @Test
    @Order(7)
    void a_deleted_customer_takes_their_records_along() {
        long customer = customer();
        admin.get("/customers/" + customer);
        admin.post("/customers/" + customer + "/delete", Map.of());
        assertThat(server.database().client().sql("SELECT count(*) FROM related_record").query(Long.class).single()).isZero();
    }

    private static byte[] orders(int lines) {
        var text = new StringBuilder("注文番号,会員番号,注文日時,商品コード,商品名,数量,単価,状態\n");
        for (int i = 1; i <= lines; i++)
            text.append("N%03d,71,2026-01-%02dT10:00:00+09:00,T-001,春のワンピース,%d,8900,注文\n".formatted(i, i, 1 + i % 2));
        return text.append("X1,99,2026-01-01,T-001,だれか,1,1,注文\n").toString().getBytes(StandardCharsets.UTF_8);
    }

    /// What a browser would send back: inputs and chosen options.
    private static Map<String, String> fields(String page) {
        Map<String, String> fields = new HashMap<>();
        Matcher input = Pattern.compile("<input([^>]*)>").matcher(page);
        while (input.find()) {
            String name = attribute(input.group(1), "name");
            if (name.isEmpty() || name.equals("_csrf") || name.equals("retired") || input.group(1).contains("type=\"file\"")) continue;
            if (input.group(1).contains("checkbox") && !input.group(1).contains(" checked")) continue;
            fields.put(name, attribute(input.group(1), "value"));
        }
        Matcher select = Pattern.compile("<select([^>]*)>(.*?)</select>", Pattern.DOTALL).matcher(page);
        while (select.find()) {
            Matcher option = Pattern.compile("<option value=\"([^\"]*)\" selected").matcher(select.group(2));
            fields.put(attribute(select.group(1), "name"), option.find() ? option.group(1) : first(select.group(2)));
        }
        return fields;
    }

    private static String first(String options) {
        Matcher option = Pattern.compile("<option value=\"([^\"]*)\"").matcher(options);
        return option.find() ? option.group(1) : "";
    }

    private static String attribute(String tag, String name) {
        Matcher value = Pattern.compile(" " + name + "=\"([^\"]*)\"").matcher(tag);
        return value.find() ? value.group(1).replace("&#34;", "\"").replace("&quot;", "\"").replace("&amp;", "&") : "";
    }

    private static long kind(String key) {
        return server.database().client().sql("SELECT id FROM record_kind WHERE key = :key").param("key", key).query(Long.class).single();
    }

    private static String version() {
        return server.database().client().sql("SELECT version FROM record_kind").query(String.class).single();
    }

    private static long customer() {
        return server.database().client().sql("SELECT id FROM customer WHERE number = '71'").query(Long.class).single();
    }
}
