package todoku.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

/// Segments as a browser without scripts makes them.
class SegmentPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private static final Pattern VERSION = Pattern.compile("name=\"version\" value=\"(\\d+)\"");
    private static final Map<String, String> GOLD = Map.of("0.what", "field:custom.会員ランク", "0.op", "EQUALS", "0.v", "ゴールド");

    final TestServer.Visitor admin = server.admin();

    @Test
    void a_segment_is_saved_counted_and_listed_as_a_sentence() {
        HttpResponse<String> saved = admin.post("/segments", with(GOLD, "name", "ゴールド会員"));

        assertThat(saved.uri().getPath()).matches("/segments/\\d+");
        assertThat(saved.body()).contains("条件に合う顧客").contains("会員ランクが「ゴールド」と同じ").contains("秒で計算");
        String list = admin.get("/segments").body();
        assertThat(list).contains("ゴールド会員").contains("会員ランクが「ゴールド」と同じ").contains(">50<");
        assertThat(admin.get("/audit").body()).contains("セグメントを作成");
    }

    @Test
    void whoever_may_not_change_a_segment_reads_it_in_words_and_is_offered_nothing() {
        String path = admin.post("/segments", with(GOLD, "name", "読むだけ")).uri().getPath();
        String page = server.somebody("reader1", "VIEWER").get(path).body();
        assertThat(page).contains("読むだけ", "会員ランクが「ゴールド」と同じ", "条件に合う顧客")
                .doesNotContain("hx-post", "name=\"0.what\"", "data-undo", "/delete");
    }

    @Test
    void buttons_build_groups_and_exceptions_without_losing_what_was_typed() {
        HttpResponse<String> grouped = admin.post("/segments", with(GOLD, "name", "組み立て", "act", "group:"));
        assertThat(grouped.body()).contains("name=\"1.what\"").contains("name=\"1.0.what\"").contains("value=\"ゴールド\"").contains("組み立て");

        HttpResponse<String> without = admin.post("/segments", with(GOLD, "name", "組み立て", "act", "except:"));
        assertThat(without.body()).contains("name=\"1.except\"").contains("ただし").contains("の方は除く");

        HttpResponse<String> removed = admin.post("/segments", with(GOLD, "name", "組み立て", "act", "remove:0"));
        assertThat(removed.body()).doesNotContain("name=\"0.what\"");
    }

    @Test
    void a_tree_is_the_same_after_it_was_saved_and_opened_again() {
        Map<String, String> form = new HashMap<>(with(GOLD, "name", "ツリー"));
        form.putAll(Map.of("1.what", "ANY", "1.0.what", "field:prefecture", "1.0.op", "ONE_OF", "1.0.v", "東京都、大阪府",
                "1.1.what", "MAIL", "1.1.days", "90", "1.1.deed", "OPENED"));
        form.putAll(Map.of("2.except", "1", "2.what", "DOMAIN", "2.v", "gmail.com"));
        HttpResponse<String> saved = admin.post("/segments", form);

        assertThat(saved.body())
                .contains("会員ランクが「ゴールド」と同じ、かつ （都道府県が「東京都」「大阪府」のどれか、または 過去 90 日にメールを開封した）。ただし メールのドメインが「gmail.com」のどれか 方は除く");
        assertThat(saved.body()).contains("name=\"1.0.v\"").contains("東京都、大阪府").contains("name=\"1.1.days\" value=\"90\"").contains("name=\"2.except\"");
    }

    @Test
    void choices_are_ticked_and_thousands_of_numbers_are_pasted() {
        var db = server.database().client();
        db.sql("INSERT INTO customer_field (key, label, type, position, choices) VALUES ('好み', '好み', 'CHOICES', 90, '{食器,花・本}')").update();
        db.sql("UPDATE customer SET custom = custom || '{\"好み\": [\"花・本\"]}' WHERE id IN (SELECT id FROM customer ORDER BY id LIMIT 7)").update();
        Map<String, String> chosen = Map.of("0.what", "field:custom.好み", "0.op", "ONE_OF", "0.v", "花・本");
        assertThat(admin.post("/segments/count", chosen).body()).contains("7 件");
        assertThat(admin.post("/segments/rows", chosen).body()).contains("value=\"花・本\" checked");

        String numbers = IntStream.range(0, 9_000).mapToObj(n -> "X" + n).collect(Collectors.joining("\n"));
        assertThat(admin.post("/segments/count", Map.of("0.what", "field:number", "0.op", "ONE_OF", "0.v", numbers)).body())
                .contains("0 件")
                .contains("ほか 8,992 件");
    }

    @Test
    void what_is_wrong_is_said_in_its_row_and_nothing_is_lost() {
        HttpResponse<String> refused = admin.post("/segments", Map.of(
                "name", "だめ", "0.what", "field:birthday", "0.op", "BETWEEN", "0.v", "2026/3/1", "0.w", "2026/2/1"));

        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("終わりの日が始まりの日より前です").contains("2026/3/1");
    }

    @Test
    void one_person_is_tested_row_by_row() {
        String address = server.database().client()
                .sql("SELECT a.canonical FROM customer c JOIN address a ON a.id = c.address_id WHERE c.custom ->> '会員ランク' <> 'ゴールド' LIMIT 1")
                .query(String.class)
                .single();

        assertThat(admin.post("/segments/test", with(GOLD, "who", address)).body()).contains("は入りません").contains("会員ランクが「ゴールド」と同じ");
        assertThat(admin.post("/segments/test", with(GOLD, "who", "nobody@nowhere.example")).body()).contains("当てはまる顧客がいません");
    }

    @Test
    void each_row_says_what_the_person_has() {
        var db = server.database().client();
        long person = db.sql("SELECT id FROM customer WHERE custom ->> '会員ランク' = 'ゴールド' ORDER BY id LIMIT 1").query(Long.class).single();
        db.sql("UPDATE customer SET number = 'K-1', prefecture = '千葉県' WHERE id = :id").param("id", person).update();
        Map<String, String> form = with(GOLD, "who", "K-1", "1.what", "ANY", "1.0.what", "field:prefecture", "1.0.op", "EQUALS", "1.0.v", "火星",
                "1.1.what", "MAIL", "1.1.days", "90", "1.1.deed", "OPENED", "2.what", "DOMAIN", "2.v", "nowhere.example", "2.except", "1");
        String tested = admin.post("/segments/test", form).body().replaceAll("<[^>]*>", " ").replaceAll("\\s+", " ");

        assertThat(tested)
                .contains("は入りません")
                .contains("当てはまる： 会員ランクが「ゴールド」と同じ （この方は ゴールド）")
                .contains("当てはまらない： 次のいずれか 当てはまらない： 都道府県が「火星」と同じ （この方は 千葉県）")
                .contains("当てはまらない： 過去 90 日にメールを開封した （この方は 最後の開封 なし）")
                .containsPattern("当てはまる： （メールのドメインが「nowhere.example」のどれか）ではない （この方は [a-z.-]+）");
    }

    @Test
    void the_count_follows_the_form_and_each_row_has_its_own() {
        assertThat(admin.post("/segments/count", GOLD).body()).contains("条件に合う顧客").contains("50 件");
        assertThat(admin.post("/segments/alone", GOLD).body()).contains("id=\"n-0\"").contains("<b>50</b>");
        assertThat(admin.post("/segments/rows", with(GOLD, "act", "add:")).body()).contains("name=\"1.what\"");
    }

    @Test
    void the_whole_and_every_group_have_a_number_with_their_share() {
        Map<String, String> form = new HashMap<>(GOLD);
        form.putAll(Map.of("1.what", "ANY", "1.0.what", "field:prefecture", "1.0.op", "ONE_OF", "1.0.v", "東京都"));
        String counted = admin.post("/segments/alone", form).body();

        assertThat(counted).contains("id=\"n-whole\"").contains("id=\"n-1\"").contains("id=\"n-1-0\"").contains("style=\"width:");
        assertThat(admin.post("/segments/rows", with(form, "act", "up:1")).body())
                .as("a row takes its number along")
                .containsPattern("id=\"n-1\"><span><b>50</b> 件</span><span class=\"tk-bar xs\">");
        assertThat(admin.post("/segments", with(Map.of("0.what", "field:city", "0.op", "FILLED"), "act", "count")).body())
                .as("without scripts a button asks")
                .containsPattern("id=\"n-0\"><span><b>[0-9]+</b> 件");
        Map<String, String> wrong = Map.of("0.what", "field:birthday", "0.op", "EQUALS", "0.v", "いつか");
        assertThat(admin.post("/segments/alone", wrong).body()).doesNotContain("n-0").doesNotContain("n-whole");
    }

    @Test
    void from_two_days_on_the_numbers_of_a_saved_segment_are_a_line() {
        String path = admin.post("/segments", with(GOLD, "name", "推移")).uri().getPath();
        assertThat(admin.get(path).body()).contains("人数の移り変わり").contains("から毎日残しています").doesNotContain("data-chart");

        server.database().client().sql("INSERT INTO segment_size SELECT segment_id, day - 1, 40, version FROM segment_size WHERE segment_id = :id")
                .param("id", Long.valueOf(path.substring(path.lastIndexOf('/') + 1)))
                .update();
        assertThat(admin.get(path).body()).contains("40 件から").contains("50 件へ").contains("data-chart").contains("表で見る");
        assertThat(admin.get("/segments/new").body()).doesNotContain("人数の移り変わり");
    }

    @Test
    void rows_are_moved_by_their_menus() {
        Map<String, String> form = with(GOLD, "name", "並べ替え", "1.what", "field:city", "1.op", "FILLED");
        HttpResponse<String> up = admin.post("/segments", with(form, "act", "up:1"));

        assertThat(up.body()).contains("data-touched=\"0\"").contains("name=\"0.what\"").containsPattern("value=\"field:city\" selected>[^<]+</option>(?s:.*)name=\"1.what\"");
        assertThat(admin.post("/segments", with(form, "act", "in:1")).body()).contains("name=\"1.0.what\"").contains("value=\"out:1.0\"");
        assertThat(admin.post("/segments", with(form, "act", "copy:0")).body()).contains("name=\"2.what\"");
        assertThat(admin.post("/segments", with(form, "act", "drop:1:onto:0")).body()).contains("name=\"0.1.what\"").contains("name=\"0.1.op\"");
    }

    @Test
    void a_segment_in_use_is_not_deleted_and_never_names_itself() {
        String inner = admin.post("/segments", with(GOLD, "name", "中")).uri().getPath();
        String number = inner.substring(inner.lastIndexOf('/') + 1);
        String outer = admin.post("/segments", Map.of("name", "外", "0.what", "SEGMENT", "0.segment", number)).uri().getPath();
        String outerNumber = outer.substring(outer.lastIndexOf('/') + 1);

        assertThat(admin.post("/segments/count", Map.of("0.what", "SEGMENT", "0.segment", number)).body()).contains("50 件");
        assertThat(admin.get(inner + "/delete").body()).contains("使用中のため削除できません").contains("外");
        HttpResponse<String> refused = admin.post(inner + "/delete", Map.of("version", version(admin.get(inner))));
        assertThat(refused.statusCode()).isEqualTo(409);
        HttpResponse<String> circle = admin.post(inner, Map.of(
                "name", "中", "version", version(admin.get(inner)), "0.what", "SEGMENT", "0.segment", outerNumber));
        assertThat(circle.statusCode()).isEqualTo(422);
        assertThat(circle.body()).contains("自分自身につながります");

        admin.post(outer + "/delete", Map.of("version", version(admin.get(outer))));
        admin.post(inner + "/delete", Map.of("version", version(admin.get(inner))));
        assertThat(admin.get("/segments").body()).doesNotContain("<b>中</b>").doesNotContain("<b>外</b>");
    }

    @Test
    void the_second_of_two_editors_is_told() {
        String path = admin.post("/segments", with(GOLD, "name", "二人")).uri().getPath();
        String version = version(admin.get(path));
        admin.post(path, with(GOLD, "name", "一人目", "version", version));

        HttpResponse<String> told = admin.post(path, with(GOLD, "name", "二人目", "version", version));

        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("一人目").contains("二人目");
    }

    private static Map<String, String> with(Map<String, String> form, String... more) {
        Map<String, String> all = new HashMap<>(form);
        for (int i = 0; i < more.length; i += 2) all.put(more[i], more[i + 1]);
        return all;
    }

    private static String version(HttpResponse<String> page) {
        Matcher matcher = VERSION.matcher(page.body());
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
