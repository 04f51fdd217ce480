package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;
import todoku.suppression.Suppressions.Reason;

class BanPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @BeforeAll
    static void four_customers() throws Exception {
        long group = server.part(Groups.class).findOrCreate(1, "メルマガ会員").id();
        Path file = Files.writeString(Files.createTempFile("customers", ".csv"),
                "会員番号,メールアドレス\nM1,hanako@example.jp\nM2,taro@example.jp\nM3,jiro@whole.example\nM4,saburo@sub.whole.example\n");
        CustomerImport imports = server.part(CustomerImport.class);
        imports.run(imports.start(file, new ImportChoices("customers.csv", group, false)).id(), file);
    }

    @Test
    void addresses_and_domains_are_pasted_together_and_found_again() throws Exception {
        TestServer.Visitor admin = server.admin();
        admin.get("/customers/bans");
        String added = admin.post("/customers/bans", Map.of("reason", "BANNED", "note", "取引先の依頼",
                "pasted", "hanako@example.jp, nobody@example.net\n＠whole.example\nhanako@example.jp")).body();
        assertThat(added).contains("hanako@example.jp", "nobody@example.net", "取引先の依頼", "配信禁止");
        assertThat(admin.get("/customers/bans?of=domains").body()).contains("whole.example").doesNotContain("hanako@example.jp");
        assertThat(admin.get("/customers/bans?q=nobo").body()).contains("nobody@example.net").doesNotContain("hanako@example.jp");
        assertThat(admin.get("/customers/bans?reason=REQUESTED").body()).doesNotContain("hanako@example.jp");
        assertThat(admin.get("/customers/bans/history").body()).contains("配信禁止 に加えた", "取引先の依頼");
        assertThat(new String(admin.bytes("/customers/bans.csv"), Charset.forName("windows-31j")))
                .startsWith("メールアドレス,ドメイン,理由,日時,メモ,登録者\r\n").contains("hanako@example.jp,,配信禁止,", ",whole.example,配信禁止,");
        assertThat(admin.get("/audit").body()).contains("配信停止・配信禁止リストに追加");

        // Neither the last question before a mail nor the one before it lets them through.
        Suppressions suppressions = server.part(Suppressions.class);
        assertThat(suppressions.among(List.of(address("M1"), address("M2"), address("M3"), address("M4"))))
                .containsExactlyInAnyOrder(address("M1"), address("M3"));
        assertThat(admin.get("/customers/" + customer("M3").id()).body()).contains("ドメイン全体が配信禁止です").doesNotContain("配信できます");

        long domain = server.database().client().sql("SELECT id FROM domain WHERE name = 'whole.example'").query(Long.class).single();
        admin.get("/customers/bans?of=domains");
        assertThat(admin.post("/customers/bans/lift-domain", Map.of("domain", "" + domain, "note", "再開の連絡")).body()).doesNotContain("whole.example</b>");
        assertThat(suppressions.among(List.of(address("M3")))).isEmpty();
        assertThat(admin.get("/customers/bans/history").body()).contains("配信禁止 から外した", "再開の連絡");
    }

    @Test
    void what_cannot_be_read_adds_nothing_and_comes_back() {
        TestServer.Visitor admin = server.admin();
        admin.get("/customers/bans");
        var answer = admin.post("/customers/bans", Map.of("reason", "BANNED", "note", "x", "pasted", "fine@example.org\nbad@@example.org"));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("bad@@example.org", "まだ何も加えていません", "fine@example.org");
        assertThat(admin.get("/customers/bans?q=fine").body()).doesNotContain("fine@example.org</b>");
        assertThat(admin.post("/customers/bans", Map.of("reason", "BANNED", "note", " ", "pasted", "fine@example.org")).statusCode()).isEqualTo(422);
        assertThat(admin.post("/customers/bans", Map.of("reason", "COMPLAINT", "note", "x", "pasted", "fine@example.org")).statusCode()).isEqualTo(422);
        assertThat(admin.post("/customers/bans", Map.of("reason", "BANNED", "note", "x", "pasted", " ")).statusCode()).isEqualTo(422);
        assertThat(admin.get("/customers/bans?after=x.y.z&q=%25").statusCode()).isEqualTo(200);
        assertThat(admin.get("/customers/bans?after=999999999999999999.1.1.BANNED").statusCode()).isEqualTo(200);
    }

    @Test
    void the_cleaning_flag_is_set_and_lifted_by_hand_with_a_reason() {
        TestServer.Visitor admin = server.admin();
        String path = "/customers/" + customer("M2").id();
        admin.get(path);
        assertThat(admin.post(path + "/ban", Map.of("reason", "PERMANENT_FAILURE", "note", "退職の連絡")).body())
                .contains("クリーニング済：このアドレスには届きません", "退職の連絡", "クリーニング済 に加えた");
        assertThat(admin.get("/customers?q=M2").body()).contains("クリーニング済 20", "退職の連絡");
        assertThat(admin.post(path + "/unban", Map.of("reason", "PERMANENT_FAILURE", "note", "")).body()).contains("クリーニング済：");
        assertThat(admin.post(path + "/unban", Map.of("reason", "PERMANENT_FAILURE", "note", "復職")).body())
                .contains("クリーニング済 から外した", "復職").doesNotContain("クリーニング済：");
        assertThat(server.part(Suppressions.class).of(address("M2"))).isEmpty();
    }

    @Test
    void a_complaint_stays_whatever_somebody_says() {
        server.part(Suppressions.class).add(address("M4"), Reason.COMPLAINT);
        TestServer.Visitor admin = server.admin();
        String path = "/customers/" + customer("M4").id();
        assertThat(admin.get(path).body()).contains("迷惑メールの申告はご本人の意思なので、外せません");
        admin.post(path + "/unban", Map.of("reason", "COMPLAINT", "note", "お願い"));
        assertThat(server.part(Suppressions.class).of(address("M4"))).hasSize(1);
    }

    private static Customer customer(String number) {
        return server.part(Customers.class).search(number, 1).getFirst();
    }

    private static AddressId address(String number) {
        return new AddressId(customer(number).addressId());
    }
}
