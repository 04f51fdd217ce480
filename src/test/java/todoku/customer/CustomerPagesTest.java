package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

class CustomerPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @BeforeAll
    static void a_hundred_and_twenty_customers() throws Exception {
        StringBuilder csv = new StringBuilder("会員番号,メールアドレス,姓,名,セイ,メイ,ポイント\n");
        for (int i = 1; i <= 119; i++)
            csv.append("M%03d,person%03d@example.jp,佐藤,人%03d,サトウ,ヒト,%d\n".formatted(i, i, i, i));
        csv.append("M120,hanako@example.jp,山田,花子,ヤマダ,ハナコ,2480\n");
        Path file = Files.writeString(Files.createTempFile("customers", ".csv"), csv);
        long department = server.database().client().sql("SELECT min(id) FROM department").query(Long.class).single();
        Group group = group(department);
        CustomerImport imports = server.context().getBean(CustomerImport.class);
        imports.run(imports.start(file, new ImportChoices("customers.csv", group.id(), false)).id(), file);
    }

    private static Group group(long department) {
        return server.context().getBean(Groups.class).findOrCreate(department, "メルマガ会員");
    }

    @Test
    void the_list_leafs_by_fifty_in_both_directions() {
        TestServer.Visitor admin = server.admin();
        String first = admin.get("/customers").body();
        assertThat(first).contains("120", "M120", "M071", "メルマガ会員").doesNotContain("M070", "前の50件");
        String second = admin.get(href(first, "below")).body();
        assertThat(second).contains("M070", "M021").doesNotContain("M071", "M020");
        String third = admin.get(href(second, "below")).body();
        assertThat(third).contains("M020", "M001").doesNotContain("M021", "次の50件");
        assertThat(admin.get(href(third, "above")).body()).contains("M070", "M021").doesNotContain("M071", "M020<");
        assertThat(admin.get(href(second, "above")).body()).contains("M120", "M071").doesNotContain("前の50件");
    }

    @Test
    void a_group_shows_its_members_by_state_and_leafs_within_them() {
        TestServer.Visitor admin = server.admin();
        long group = server.context().getBean(Groups.class).find("メルマガ会員").orElseThrow().id();
        assertThat(admin.get("/groups").body()).contains("/customers?group=" + group + "\"", "/customers?group=" + group + "&amp;state=BANNED");
        String first = admin.get("/customers?group=" + group).body();
        assertThat(first).contains("グループ「メルマガ会員」の顧客", "M120", "M071", "/customers/bulk?group=" + group).doesNotContain("M070");
        assertThat(admin.get("/customers?group=" + group + "&below=51").body()).contains("M050", "M001").doesNotContain("M051", "次の50件");
        assertThat(first).contains("/customers?group=" + group + "&amp;below=");
        assertThat(admin.get("/customers?group=" + group + "&state=BANNED").body()).contains("見つかりませんでした").doesNotContain("まだ顧客が");
        assertThat(admin.get("/customers?group=4711").statusCode()).isEqualTo(404);
        assertThat(admin.get("/customers?group=x").statusCode()).isEqualTo(404);
    }

    @Test
    void a_search_finds_by_name_kana_number_and_address() {
        TestServer.Visitor admin = server.admin();
        for (String q : new String[] {"%E5%B1%B1%E7%94%B0", "%EF%BE%94%EF%BE%8F", "M120", "HANAKO@exam", "%E5%B1%B1%E7%94%B0%E3%80%80%E8%8A%B1"})
            assertThat(admin.get("/customers?q=" + q).body()).as(q).contains("hanako@example.jp").doesNotContain("person001");
        assertThat(admin.get("/customers?q=nobody").body()).contains("見つかりませんでした");
        assertThat(admin.get("/customers?q=%25").body()).contains("見つかりませんでした");
    }

    @Test
    void an_address_that_names_no_customer_is_not_found() {
        assertThat(server.admin().get("/customers/hanako").statusCode()).isEqualTo(404);
        assertThat(server.admin().get("/customers/4711").statusCode()).isEqualTo(404);
    }

    @Test
    void who_may_not_see_personal_data_sees_it_masked_and_cannot_guess_it() {
        TestServer.Visitor viewer = server.somebody("masked1", "VIEWER");
        assertThat(viewer.get("/customers").body()).contains("h***@example.jp", "山＊＊＊").doesNotContain("hanako@", "花子");
        assertThat(viewer.get("/customers?q=hanak").body()).contains("見つかりませんでした");
        assertThat(viewer.get("/customers?q=hanako@example.jp").body()).contains("M120");
    }

    private static String href(String body, String edge) {
        Matcher matcher = Pattern.compile("href=\"(/customers\\?" + edge + "=[0-9]+)\"").matcher(body);
        assertThat(matcher.find()).isTrue();
        return matcher.group(1);
    }
}
