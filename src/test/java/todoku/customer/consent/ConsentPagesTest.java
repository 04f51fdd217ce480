package todoku.customer.consent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.customer.Customer;
import todoku.customer.CustomerImport;
import todoku.customer.Customers;
import todoku.customer.Groups;
import todoku.customer.ImportChoices;
import todoku.customer.ImportKey;
import todoku.customer.ImportMode;
import todoku.customer.ImportReading;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;

class ConsentPagesTest {
    private static final Map<String, String> GIVEN = Map.of(
            "at", "2026-01-31T10:00", "source", "PAPER", "document", "会員申込書 第3版", "purpose", "新商品のご案内", "ip", "2001:DB8::5", "group", "");

    @RegisterExtension
    static final TestServer server = TestServer.empty();

    static TestServer.Visitor admin;

    @BeforeAll
    static void customers() throws IOException {
        admin = server.admin();
        imported(null, "会員番号,メールアドレス\nC1,hanako@douui.example\nC2,taro@douui.example\nC3,jiro@douui.example\nC4,kesu@douui.example\nC5,goro@douui.example\n");
    }

    @Test
    void a_consent_is_recorded_with_everything_the_law_asks_for() {
        Customer hanako = customer("C1");
        assertThat(admin.get(card(hanako)).body()).contains("同意の記録はまだありません", "同意を記録");
        admin.get(card(hanako) + "/consents/new");
        assertThat(admin.post(card(hanako) + "/consents", GIVEN).body())
                .contains("同意を記録しました", "2026/01/31 10:00", "紙（申込書・名刺）", "会員申込書 第3版", "新商品のご案内", "2001:db8::5", "すべてのメール", "有効");
        assertThat(admin.get("/audit").body()).contains("同意を記録");

        admin.get(card(hanako) + "/consents/new");
        assertThat(admin.post(card(hanako) + "/consents", GIVEN).body()).contains("同じ内容の同意がすでに記録されています");
        assertThat(count("SELECT count(*) FROM consent WHERE customer_id = " + hanako.id())).isEqualTo(1);
    }

    @Test
    void what_is_typed_wrong_is_said_at_its_field_and_nothing_is_recorded() {
        Customer taro = customer("C2");
        admin.get(card(taro) + "/consents/new");
        var answer = admin.post(card(taro) + "/consents",
                Map.of("at", "2026-02-30T10:00", "source", "API", "document", " ", "purpose", "", "ip", "300.1.2.3", "group", ""));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("1990年以降", "経路を選んでください", "4,000文字まで", "500文字まで", "IPアドレスではありません", "300.1.2.3");
        for (String at : List.of("2999-01-01T00:00", "0001-01-01T00:00", "昨日", ""))
            assertThat(admin.post(card(taro) + "/consents", with("at", at)).statusCode()).as(at).isEqualTo(422);
        for (String ip : List.of("1.2.3", "example.jp", "fe80::1%lo", "[::1]", "1.2.3.4/8", "::g"))
            assertThat(admin.post(card(taro) + "/consents", with("ip", ip)).statusCode()).as(ip).isEqualTo(422);
        assertThat(admin.post(card(taro) + "/consents", with("group", "999999")).statusCode()).isEqualTo(404);
        assertThat(admin.post("/customers/999999/consents", GIVEN).statusCode()).isEqualTo(404);
        assertThat(count("SELECT count(*) FROM consent WHERE customer_id = " + taro.id())).isZero();
    }

    @Test
    void a_withdrawal_is_recorded_and_stops_the_mail() {
        Customer jiro = customer("C3");
        admin.get(card(jiro) + "/consents/new");
        admin.post(card(jiro) + "/consents", GIVEN);
        long id = count("SELECT id FROM consent WHERE customer_id = " + jiro.id());
        assertThat(admin.post(card(customer("C2")) + "/consents/" + id + "/withdraw", Map.of("stop", "true")).body()).contains("すでに取り消されています");
        assertThat(admin.post(card(jiro) + "/consents/" + id + "/withdraw", Map.of("stop", "true")).body())
                .contains("同意の取り消しを記録しました").doesNotContain("取り消す</button>");
        assertThat(server.part(Suppressions.class).among(List.of(new AddressId(jiro.addressId())))).hasSize(1);
        assertThat(admin.post(card(jiro) + "/consents/" + id + "/withdraw", Map.of()).body()).contains("すでに取り消されています");
        assertThat(admin.get("/audit").body()).contains("同意の取り消し");
    }

    @Test
    void what_was_agreed_cannot_be_changed_even_in_the_database() {
        Customer goro = customer("C5");
        admin.get(card(goro) + "/consents/new");
        admin.post(card(goro) + "/consents", GIVEN);
        assertThatThrownBy(() -> server.database().client().sql("UPDATE consent SET purpose = 'すべて'").update())
                .hasMessageContaining("cannot be changed");
    }

    @Test
    void the_proof_outlives_the_customer_and_is_found_by_the_address_alone() {
        Customer gone = customer("C4");
        admin.get(card(gone) + "/consents/new");
        admin.post(card(gone) + "/consents", GIVEN);
        assertThat(proof("kesu@douui.example")).contains("1 件", "顧客のページを開く");
        admin.get(card(gone));
        admin.post(card(gone) + "/delete", Map.of());

        assertThat(proof("ＫＥＳＵ@douui.example")).contains("1 件", "会員申込書 第3版", "この顧客は削除されています");
        assertThat(proof("kesu2@douui.example")).contains("このアドレスの同意の記録はありません");
        assertThat(count("SELECT count(*) FROM consent WHERE customer_id = " + gone.id())).isZero();
        assertThat(count("SELECT count(*) FROM address WHERE canonical = 'kesu@douui.example'")).isZero();
        assertThat(admin.get("/audit").body()).contains("同意の証明を検索").doesNotContain("kesu@douui.example");
        assertThat(admin.post("/customers/consents", Map.of("address", "だれか")).statusCode()).isEqualTo(422);
    }

    @Test
    void what_the_operator_of_an_import_stated_is_shown_as_theirs() throws IOException {
        imported("店頭の申込書", "会員番号,メールアドレス\nC9,import@douui.example\n");
        assertThat(admin.get(card(customer("C9"))).body()).contains("ファイル customers.csv のインポート時に「店頭の申込書」で同意したと登録");
    }

    @Test
    void whoever_only_looks_sees_that_there_is_a_consent_but_not_from_where_and_changes_nothing() {
        Customer goro = customer("C5");
        admin.get(card(goro) + "/consents/new");
        admin.post(card(goro) + "/consents", with("ip", "203.0.113.77"));
        TestServer.Visitor viewer = server.somebody("looker", "VIEWER");
        assertThat(viewer.get(card(goro)).body()).contains("会員申込書 第3版").doesNotContain("203.0.113.77", "同意の取り消し", "この人の全データ");
        for (String path : List.of("/customers/consents", card(goro) + "/consents/new", card(goro) + "/data.zip"))
            assertThat(viewer.get(path).statusCode()).as(path).isEqualTo(403);
        assertThat(viewer.post("/customers/consents", Map.of("address", "goro@douui.example")).statusCode()).isEqualTo(403);
        assertThat(viewer.post("/customers/consents/retention", Map.of("days", "31", "version", "1")).statusCode()).isEqualTo(403);
    }

    @Test
    void how_long_they_are_kept_is_set_within_the_law() {
        assertThat(admin.get("/customers/consents").body()).contains("1,096 日たった記録");
        for (String days : List.of("30", "36501", "-1", "三年", "", "9999999"))
            assertThat(admin.post("/customers/consents/retention", Map.of("days", days, "version", "1")).statusCode()).as(days).isEqualTo(422);
        assertThat(admin.post("/customers/consents/retention", Map.of("days", "2000", "version", "1")).body())
                .contains("保存期間を変更しました", "2,000 日たった記録");
        assertThat(admin.post("/customers/consents/retention", Map.of("days", "31", "version", "1")).statusCode()).isEqualTo(409);
    }

    private static Map<String, String> with(String name, String value) {
        Map<String, String> typed = new java.util.HashMap<>(GIVEN);
        typed.put(name, value);
        return typed;
    }

    private static String proof(String address) {
        admin.get("/customers/consents");
        return admin.post("/customers/consents", Map.of("address", address)).body();
    }

    private static void imported(@org.jspecify.annotations.Nullable String consent, String text) throws IOException {
        long group = server.part(Groups.class).findOrCreate(1, "メルマガ会員").id();
        Path file = Files.writeString(Files.createTempFile("customers", ".csv"), text);
        CustomerImport imports = server.part(CustomerImport.class);
        imports.run(imports.start(file, new ImportChoices(
                "customers.csv", group, ImportMode.ADD, ImportKey.ADDRESS, consent, ImportReading.AUTOMATIC, List.of())).id(), file);
    }

    private static Customer customer(String number) {
        long id = count("SELECT id FROM customer WHERE number = '" + number + "'");
        return server.part(Customers.class).find(id).orElseThrow();
    }

    private static String card(Customer customer) {
        return "/customers/" + customer.id();
    }

    private static long count(String sql) {
        return server.database().client().sql(sql).query(Long.class).single();
    }
}
