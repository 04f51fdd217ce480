package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;
import todoku.mailing.Categories;
import todoku.mailing.Category;

class CategoryPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final String ROOT = CategoryPages.ROOT;
    private final TestServer.Visitor admin = server.admin();
    private final Database database = server.part(Database.class);
    private final Categories categories = new Categories(database.client());

    @Test
    void an_installation_begins_with_advertising_and_notices() {
        assertThat(admin.get(ROOT).body()).contains("メールマガジン", "広告（対象）", "お知らせ", "通知（対象外）", "メールの種類で決める");
        assertThat(admin.get("/settings").body()).contains("href=\"/settings/categories\"");
    }

    @Test
    void a_category_is_added_changed_retired_and_brought_back() {
        long pool = database.client().sql("INSERT INTO sending_pool (name) VALUES ('販促用') RETURNING id").query(Long.class).single();
        assertThat(admin.get(ROOT + "/new").body()).contains("販促用", "標準のプール");
        assertThat(admin.post(ROOT, form("0", "販売促進", true, Long.toString(pool))).body())
                .contains("配信カテゴリ「販売促進」を追加しました", "販促用");
        Category made = named("販売促進");
        assertThat(made).isEqualTo(new Category(made.id(), "販売促進", true, pool, false, 1));
        String at = ROOT + "/" + made.id();
        assertThat(admin.post(at, form("1", "契約のお知らせ", false, "")).body()).contains("配信カテゴリ「契約のお知らせ」を保存しました");
        assertThat(categories.find(made.id())).contains(new Category(made.id(), "契約のお知らせ", false, null, false, 2));
        assertThat(admin.post(at + "/retire", Map.of("version", "2")).body()).contains("を廃止しました", "廃止");
        assertThat(categories.choices(null)).extracting(Category::id).doesNotContain(made.id());
        assertThat(categories.choices(made.id())).extracting(Category::id).contains(made.id());
        assertThat(admin.post(at + "/back", Map.of("version", "3")).body()).contains("を元に戻しました");
        assertThat(categories.choices(null)).extracting(Category::id).contains(made.id());
        assertThat(admin.get("/audit").body())
                .contains("配信カテゴリを追加", "配信カテゴリを変更", "配信カテゴリを廃止", "配信カテゴリを元に戻す");
    }

    @Test
    void whoever_is_slower_keeps_what_was_typed_and_saves_again() {
        Category stands = named(admin.post(ROOT, form("0", "速さ比べ", true, "")), "速さ比べ");
        String at = ROOT + "/" + stands.id();
        admin.post(at, form("1", "一人目", true, ""));
        HttpResponse<String> told = admin.post(at, form("1", "二人目", false, ""));
        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("ほかの方が先に「一人目」", "value=\"二人目\"");
        assertThat(admin.post(at + "/retire", Map.of("version", "1")).statusCode()).isEqualTo(409);
        assertThat(admin.post(at, form("2", "二人目", false, "")).statusCode()).isEqualTo(200);
        assertThat(categories.find(stands.id()).orElseThrow().name()).isEqualTo("二人目");
    }

    @Test
    void what_cannot_be_is_refused_at_its_field() {
        admin.get(ROOT + "/new");
        assertThat(admin.post(ROOT, form("0", " ", true, "")).body()).contains("カテゴリ名を 1～60 文字で");
        HttpResponse<String> twice = admin.post(ROOT, form("0", "お知らせ", true, ""));
        assertThat(twice.statusCode()).isEqualTo(422);
        assertThat(twice.body()).contains("「お知らせ」という名前のカテゴリがすでにあります");
        assertThat(admin.get(ROOT + "/99999").statusCode()).isEqualTo(404);
    }

    @Test
    void a_pool_stays_while_a_category_needs_it() {
        long pool = database.client().sql("INSERT INTO sending_pool (name) VALUES ('残る') RETURNING id").query(Long.class).single();
        admin.get(ROOT);
        admin.post(ROOT, form("0", "プールのあるもの", true, Long.toString(pool)));
        assertThat(admin.get("/engine/addresses").body()).contains("配信カテゴリ 1 件が使用");
        assertThat(admin.post("/engine/pools/" + pool + "/remove", Map.of("version", "1")).body()).contains("使われているため削除できません");
    }

    private Category named(HttpResponse<String> made, String name) {
        assertThat(made.body()).contains(name);
        return named(name);
    }

    private Category named(String name) {
        return categories.all().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    private static Map<String, String> form(String version, String name, boolean advertising, String pool) {
        return Map.of("version", version, "name", name, "advertising", Boolean.toString(advertising), "pool", pool);
    }
}
