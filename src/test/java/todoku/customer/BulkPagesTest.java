package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

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

class BulkPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static long members;

    @BeforeAll
    static void twelve_hundred_customers() throws Exception {
        members = server.part(Groups.class).findOrCreate(1, "メルマガ会員").id();
        StringBuilder csv = new StringBuilder("会員番号,メールアドレス,姓,担当\n");
        for (int i = 1; i <= 1200; i++) csv.append("M%04d,person%d@example.jp,%s,前の人\n".formatted(i, i, i <= 1150 ? "佐藤" : "山田"));
        Path file = Files.writeString(Files.createTempFile("customers", ".csv"), csv);
        CustomerImport imports = server.part(CustomerImport.class);
        imports.run(imports.start(file, new ImportChoices("customers.csv", members, false)).id(), file);
    }

    @Test
    void everybody_a_search_found_is_put_into_a_group_stopped_and_taken_out() {
        TestServer.Visitor admin = server.admin();
        long shop = server.part(Groups.class).findOrCreate(1, "店舗").id();
        assertThat(admin.get("/customers/bulk?q=%E4%BD%90%E8%97%A4").body()).contains("検索「佐藤」の顧客", "1,150 人");
        assertThat(done(admin, Map.of("q", "佐藤", "act", "JOIN", "into", "" + shop))).contains("1,150 人を変更しました。0 人は変わりません。");
        assertThat(counts(shop)).isEqualTo(new Group.Counts(1150, 0, 0));
        assertThat(done(admin, Map.of("customer", "" + id("M0001"), "act", "STOP", "into", "" + shop))).contains("1 人を変更しました");
        assertThat(done(admin, Map.of("q", "佐藤", "act", "JOIN", "into", "" + shop))).contains("0 人を変更しました。1,150 人は変わりません。");
        assertThat(done(admin, Map.of("group", "" + shop, "act", "LEAVE", "into", "" + shop))).contains("1,149 人を変更しました。1 人は変わりません。");
        assertThat(counts(shop)).isEqualTo(new Group.Counts(0, 1, 0));
        assertThat(admin.get("/customers/" + id("M0001")).body()).contains("グループ「店舗」で 配信中 → 配信停止");
        assertThat(admin.get("/audit").body()).contains("一括操作");
    }

    @Test
    void a_field_is_changed_only_after_the_number_was_typed() {
        TestServer.Visitor admin = server.admin();
        admin.get("/customers/bulk?q=%E5%B1%B1%E7%94%B0");
        Map<String, String> order = Map.of("q", "山田", "act", "SET_FIELD", "field", "担当", "value", "後の人");
        assertThat(admin.post("/customers/bulk", order).body()).contains("50 人の「担当」を「後の人」にします");
        assertThat(admin.post("/customers/bulk", order, "&typed=49").statusCode()).isEqualTo(422);
        assertThat(valued("後の人")).isZero();
        assertThat(ended(admin, admin.post("/customers/bulk", order, "&typed=%EF%BC%95%EF%BC%90").uri().getPath())).contains("50 人を変更しました");
        assertThat(valued("後の人")).isEqualTo(50);
    }

    @Test
    void ticked_customers_are_cleaned_with_a_note_and_nobody_ticked_is_not_everybody() {
        TestServer.Visitor admin = server.admin();
        admin.get("/customers/bulk?ticked=1");
        assertThat(admin.post("/customers/bulk", Map.of("ticked", "1", "act", "CLEAN", "note", "x")).body()).contains("対象の顧客がいません");
        Map<String, String> order = Map.of("ticked", "1", "customer", "" + id("M0002"), "act", "CLEAN");
        assertThat(admin.post("/customers/bulk", order, "&customer=" + id("M0003")).statusCode()).isEqualTo(422);
        assertThat(ended(admin, admin.post("/customers/bulk", order, "&note=moved&customer=" + id("M0003")).uri().getPath())).contains("2 人を変更しました");
        Suppressions suppressions = server.part(Suppressions.class);
        List<AddressId> both = List.of(address("M0002"), address("M0003"));
        assertThat(suppressions.cleanings(both).values()).extracting(each -> each.note()).containsOnly("moved");
        assertThat(done(admin, Map.of("ticked", "1", "customer", "" + id("M0002"), "act", "UNCLEAN", "note", "back"))).contains("1 人を変更しました");
        assertThat(suppressions.among(both)).containsExactly(address("M0003"));
    }

    @Test
    void deleting_asks_for_the_number_and_leaves_nobody_of_them() {
        TestServer.Visitor admin = server.admin();
        admin.get("/customers/bulk");
        long gone = id("M1000");
        Map<String, String> order = Map.of("ticked", "1", "customer", "" + gone, "act", "DELETE");
        assertThat(admin.post("/customers/bulk", order).body()).contains("1 人の顧客を削除します。取り消せません。");
        assertThat(ended(admin, admin.post("/customers/bulk", order, "&typed=1").uri().getPath())).contains("1 人を変更しました");
        assertThat(admin.get("/customers/" + gone).statusCode()).isEqualTo(404);
    }

    @Test
    void an_act_that_cannot_be_done_is_told_before_anything_is() {
        TestServer.Visitor admin = server.admin();
        admin.get("/customers/bulk");
        assertThat(admin.post("/customers/bulk", Map.of("act", "JOIN")).body()).contains("グループ：選んでください。");
        assertThat(admin.post("/customers/bulk", Map.of("act", "x")).statusCode()).isEqualTo(422);
        assertThat(admin.post("/customers/bulk", Map.of("act", "SET_FIELD", "field", "なし")).body()).contains("項目：選んでください。");
        assertThat(admin.get("/customers/bulk/999999").statusCode()).isEqualTo(404);
    }

    private static String done(TestServer.Visitor admin, Map<String, String> order) {
        admin.get("/customers/bulk?q=M0001");
        return ended(admin, admin.post("/customers/bulk", order).uri().getPath());
    }

    private static String ended(TestServer.Visitor admin, String path) {
        long giveUp = System.nanoTime() + 30_000_000_000L;
        String page;
        do {
            page = admin.get(path + "/now").body();
        } while (page.contains("every 1s") && System.nanoTime() < giveUp);
        return page;
    }

    private static long id(String number) {
        return server.part(Customers.class).search(number, 1).getFirst().id();
    }

    private static AddressId address(String number) {
        return new AddressId(server.part(Customers.class).search(number, 1).getFirst().addressId());
    }

    private static Group.Counts counts(long group) {
        return server.part(Groups.class).counts(group);
    }

    private static int valued(String text) {
        return server.database().client().sql("SELECT count(*) FROM customer WHERE custom ->> '担当' = :text")
                .param("text", text).query(Integer.class).single();
    }
}
