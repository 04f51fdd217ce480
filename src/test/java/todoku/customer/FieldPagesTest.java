package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

class FieldPagesTest {
    private static final long PATIENCE_NANOS = 30_000_000_000L;

    @RegisterExtension
    static final TestServer server = TestServer.empty();

    TestServer.Visitor admin;

    @BeforeEach
    void no_fields_yet() {
        server.database().client().sql("TRUNCATE customer_field RESTART IDENTITY CASCADE").update();
        server.database().client().sql("TRUNCATE customer CASCADE").update();
        admin = server.admin();
        admin.get("/customers/fields");
    }

    @Test
    void a_field_is_added_changed_moved_retired_and_brought_back() {
        add("会員ランク", FieldType.CHOICE, Map.of("choices", "ゴールド\nシルバー", "searchable", "true", "default", "シルバー"));
        add("ポイント", FieldType.NUMBER, Map.of("minimum", "0", "maximum", "10000"));
        assertThat(admin.get("/customers/fields").body()).containsSubsequence("会員ランク", "選択（1つ）", "検索", "ポイント");

        admin.post("/customers/fields/2/move", Map.of("up", "true"));
        assertThat(admin.get("/customers/fields").body()).containsSubsequence("id=\"field-2\"", "id=\"field-1\"");

        assertThat(admin.get("/customers/fields/1").body()).contains("ゴールド\nシルバー", "value=\"シルバー\"");
        assertThat(admin.post("/customers/fields/1", Map.of("version", "1", "name", "ランク", "choices", "ゴールド\nシルバー\n銅", "required", "true")).body())
                .contains("項目「ランク」を保存しました", "差し込み・CSV の名前：会員ランク", "必須");
        var late = admin.post("/customers/fields/1", Map.of("version", "1", "name", "位", "choices", "金"));
        assertThat(late.statusCode()).isEqualTo(409);
        assertThat(late.body()).contains("ほかの方が先に", "value=\"位\"");

        assertThat(admin.post("/customers/fields/1/retire", Map.of("version", "2")).body()).contains("廃止しました", "廃止</span>");
        assertThat(server.part(Fields.class).all()).extracting(Field::key).containsExactly("ポイント");
        admin.post("/customers/fields/1/back", Map.of("version", "3"));
        assertThat(server.part(Fields.class).all()).extracting(Field::key).containsExactly("ポイント", "会員ランク");
        assertThat(admin.get("/audit").body()).contains("項目を追加", "項目を変更", "項目の順番を変更", "項目を廃止", "項目を戻す");
    }

    @Test
    void what_makes_no_field_is_told_and_stays_typed() {
        assertThat(add("買った 物", FieldType.TEXT, Map.of()).body()).contains("空白や記号", "買った 物");
        assertThat(add("姓", FieldType.TEXT, Map.of()).body()).contains("標準の項目と同じ名前");
        assertThat(add("メルマガ", FieldType.TEXT, Map.of()).body()).contains("標準の項目と同じ名前");
        assertThat(add("色", FieldType.CHOICE, Map.of()).body()).contains("1～200 個を、1行に1つずつ");
        assertThat(add("色", FieldType.CHOICES, Map.of("choices", "赤、青")).body()).contains("区切りの記号", "赤、青");
        assertThat(add("色", FieldType.CHOICE, Map.of("choices", "赤\n赤")).body()).contains("「赤」が2つあります");
        assertThat(add("点", FieldType.NUMBER, Map.of("minimum", "5", "maximum", "1")).body()).contains("最小以上にしてください");
        assertThat(add("点", FieldType.NUMBER, Map.of("maximum", "10", "default", "11")).body()).contains("10 以下にしてください");
        assertThat(add("番号", FieldType.TEXT, Map.of("unique", "true", "default", "1")).body()).contains("一意の項目には決められません");
        assertThat(add("色", FieldType.TEXT, Map.of()).statusCode()).isEqualTo(200);
        assertThat(add("色", FieldType.TEXT, Map.of()).body()).contains("すでにあります");
        assertThat(server.part(Fields.class).all()).hasSize(1);
    }

    @Test
    void the_standard_fields_of_a_shop_are_added_beside_those_there() {
        add("ポイント", FieldType.TEXT, Map.of());
        assertThat(admin.post("/customers/fields/standard", Map.of()).body()).contains("項目を加えました", "商談の段階", "累計購入金額");
        assertThat(admin.post("/customers/fields/standard", Map.of()).body()).contains("すべてあります");
        assertThat(server.part(Fields.class).all()).extracting(Field::key).containsOnlyOnce("ポイント").contains("会員ランク");
    }

    @Test
    void a_customer_has_values_of_every_type_and_keeps_those_of_a_retired_field() {
        add("ランク", FieldType.CHOICE, Map.of("choices", "金\n銀"));
        add("興味", FieldType.CHOICES, Map.of("choices", "花\n本\n音楽"));
        add("来店", FieldType.YES_NO, Map.of());
        add("メモ", FieldType.LONG_TEXT, Map.of());
        add("予約", FieldType.DATETIME, Map.of());
        add("昔の項目", FieldType.TEXT, Map.of());
        String card = customer("a@example.jp", Map.of("custom.ランク", "金", "custom.興味", "音楽、花", "custom.来店", "はい", "custom.メモ", "一\n二",
                "custom.予約", "2026/1/5 9:30", "custom.昔の項目", "昔の値", "preferred_format", "TEXT", "carrier", "AU"));
        assertThat(card).contains("金", "花、音楽", "はい", "一\n二", "2026-01-05 09:30:00", "昔の値", "テキスト", ">au<");

        long id = server.database().client().sql("SELECT max(id) FROM customer").query(Long.class).single();
        admin.post("/customers/fields/6/retire", Map.of("version", "1"));
        admin.post("/customers/fields/1", Map.of("version", "1", "name", "ランク", "choices", "銀"));
        assertThat(admin.get("/customers/" + id + "/edit").body()).contains("金（今はない選択肢）").doesNotContain("昔の項目");
        assertThat(admin.post("/customers/" + id, Map.of("version", "1", "address", "a@example.jp", "custom.ランク", "金", "custom.来店", "いいえ")).statusCode()).isEqualTo(200);
        assertThat(server.part(Customers.class).find(id).orElseThrow().custom())
                .containsOnly(Map.entry("ランク", "金"), Map.entry("来店", false), Map.entry("昔の項目", "昔の値"));
    }

    @Test
    void a_required_field_is_asked_when_somebody_is_edited_and_says_who_has_none() {
        add("紹介者", FieldType.TEXT, Map.of());
        customer("a@example.jp", Map.of());
        assertThat(admin.post("/customers/fields/1", Map.of("version", "1", "name", "紹介者", "required", "true")).body())
                .contains("1 人にはまだ値がありません");
        var refused = add("b@example.jp", Map.of());
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("必須です。値を入力してください。");
    }

    @Test
    void a_field_becomes_unique_only_when_it_is_so_for_everybody_and_stays_so() {
        add("カード", FieldType.TEXT, Map.of());
        customer("a@example.jp", Map.of("custom.カード", "1"));
        customer("b@example.jp", Map.of("custom.カード", "1"));
        var refused = admin.post("/customers/fields/1", Map.of("version", "1", "name", "カード", "unique", "true"));
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("2 人が、ほかの顧客と同じ値です", "/customers/fields/1/shared");
        assertThat(admin.get("/customers/fields/1/shared").body()).contains("ID ").contains("カード");

        long b = server.database().client().sql("SELECT max(id) FROM customer").query(Long.class).single();
        admin.post("/customers/" + b, Map.of("version", "1", "address", "b@example.jp", "custom.カード", "2"));
        assertThat(admin.post("/customers/fields/1", Map.of("version", "1", "name", "カード", "unique", "true")).body()).contains("保存しました");
        for (int indexed = 0; indexed < 2; indexed++) {
            var taken = add("c@example.jp", Map.of("custom.カード", "2"));
            assertThat(taken.statusCode()).isEqualTo(422);
            assertThat(taken.body()).contains("ほかの顧客が使っています");
            indexed();
        }
        assertThat(admin.post("/customers/" + b, Map.of("version", "2", "address", "b@example.jp", "custom.カード", "2", "family_name", "同じ方")).statusCode()).isEqualTo(200);
    }

    @Test
    void a_search_finds_by_the_beginning_of_a_searchable_field_as_soon_as_its_index_is_there() {
        add("勤務先", FieldType.TEXT, Map.of("searchable", "true"));
        customer("a@example.jp", Map.of("custom.勤務先", "とどく商事"));
        customer("b@example.jp", Map.of("custom.勤務先", "別の会社"));
        assertThat(indexed()).containsExactly(Field.IndexState.READY);
        String q = "/customers?q=" + URLEncoder.encode("とどく", StandardCharsets.UTF_8);
        assertThat(admin.get(q).body()).contains("a@example.jp").doesNotContain("b@example.jp");
        assertThat(admin.get("/customers?q=" + URLEncoder.encode("商事", StandardCharsets.UTF_8)).body()).doesNotContain("a@example.jp");
    }

    @Test
    void a_board_shows_who_stands_where_and_moves_them_on() {
        admin.post("/customers/fields/standard", Map.of());
        Field stage = server.part(Fields.class).all().stream().filter(field -> field.key().equals("商談の段階")).findFirst().orElseThrow();
        for (int i = 0; i < 22; i++) customer("p" + i + "@example.jp", Map.of("family_name", "人" + i + "号", "custom.商談の段階", "問い合わせ"));
        String board = admin.get("/customers/board?field=" + stage.id()).body();
        assertThat(board).containsSubsequence("問い合わせ", "22", "人21号", "人2号", "ご案内中", "成約").doesNotContain("人1号");
        assertThat(admin.get("/customers/board?field=" + stage.id() + "&lane=0&below=" + id("p2@example.jp")).body()).contains("人1号", "人0号").doesNotContain("人2号");

        Map<String, String> move = Map.of("field", "" + stage.id(), "customer", "" + id("p5@example.jp"), "version", "1", "to", "成約");
        assertThat(admin.post("/customers/board", move).body()).contains("「成約」に移しました").containsSubsequence("ご案内中", "成約", "人5号");
        assertThat(admin.post("/customers/board", move).body()).contains("ほかの方が先に");
        Map<String, String> wrong = new HashMap<>(move);
        wrong.put("to", "ない段階");
        assertThat(admin.post("/customers/board", wrong).statusCode()).isEqualTo(404);
        assertThat(server.part(Customers.class).find(id("p5@example.jp")).orElseThrow().custom()).containsEntry("商談の段階", "成約");
    }

    private HttpResponse<String> add(String name, FieldType type, Map<String, String> more) {
        Map<String, String> form = new HashMap<>(more);
        form.put("name", name);
        form.put("type", type.name());
        return admin.post("/customers/fields", form);
    }

    private HttpResponse<String> add(String address, Map<String, String> more) {
        Map<String, String> form = new HashMap<>(more);
        form.put("address", address);
        form.put("version", "0");
        return admin.post("/customers", form);
    }

    private String customer(String address, Map<String, String> values) {
        HttpResponse<String> answer = add(address, values);
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }

    private static long id(String address) {
        return server.database().client().sql("SELECT c.id FROM customer c JOIN address a ON a.id = c.address_id WHERE a.canonical = :address")
                .param("address", address).query(Long.class).single();
    }

    /// The states of the indexes when all are made: here, or by the server's own job, which may be at it in this moment.
    private static List<Field.IndexState> indexed() {
        long giveUp = System.nanoTime() + PATIENCE_NANOS;
        while (true) {
            new FieldIndexes(server.database()).look();
            List<Field.IndexState> states = server.part(Fields.class).all().stream().map(Field::index).toList();
            if (!states.contains(Field.IndexState.BUILDING) && !states.contains(Field.IndexState.NONE) || System.nanoTime() > giveUp) return states;
            LockSupport.parkNanos(20_000_000);
        }
    }
}
