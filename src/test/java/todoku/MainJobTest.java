package todoku;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.assertions.LocatorAssertions;
import com.microsoft.playwright.options.AriaRole;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What the product is for, as a marketer does it, in a real browser: sign in, import a shop's file, write a mail, look at
/// it as two people, send it, watch, read what arrived, and read the report.
class MainJobTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    /// The engine, the browser and PostgreSQL share two cores.
    private static final double PATIENCE_MS = 60_000;

    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private final List<String> complaints = new ArrayList<>();

    @Test
    void a_shop_mails_its_customers_and_sees_what_happened() {
        Assumptions.assumeTrue(Files.isExecutable(CHROMIUM), "needs chromium");
        try (Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright.chromium()
                        .launch(new BrowserType.LaunchOptions().setExecutablePath(CHROMIUM).setArgs(List.of("--no-sandbox")));
                BrowserContext context = browser.newContext(
                        new Browser.NewContextOptions().setLocale("ja-JP").setViewportSize(1440, 900).setBaseURL(server.url()))) {
            context.setDefaultTimeout(PATIENCE_MS);
            Page page = context.newPage();
            page.onPageError(complaints::add);
            page.onConsoleMessage(said -> {
                // A page that is left cuts off what it was asking.
                if (said.type().equals("error") && !said.text().startsWith("htmx:")) complaints.add(said.text());
            });
            signIn(page);
            importCustomers(page);
            compose(page);
            send(page);
            read(context, page);
            report(page);
        }
        assertThat(complaints).as("what the browser complained about").isEmpty();
    }

    private void signIn(Page page) {
        page.navigate("/");
        page.getByLabel("ログインID").fill("admin");
        page.locator("#password").fill(server.firstPassword());
        press(page, "サインイン");
        page.getByLabel("いまのパスワード").fill(server.firstPassword());
        page.locator("#fresh").fill(TestServer.PASSWORD);
        press(page, "変更する");
        assertThat(page.getByText("顧客がまだ登録されていません")).isVisible();
    }

    private void importCustomers(Page page) {
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("CSVを読み込む")).click();
        page.locator("#file").setInputFiles(Path.of("src/test/resources/shop/customers.csv"));
        page.getByLabel("新しいグループの名前").fill("メルマガ会員");
        press(page, "内容を確認する");
        assertThat(page.locator(".meta").getByText("Shift_JIS（CP932）")).isVisible();
        press(page, "10,000 行を登録する");
        assertThat(page.getByText("登録が終わりました")).isVisible(patiently());
        for (String figure : List.of("7,450", "2,405", "95", "50"))
            assertThat(page.locator(".tk-fig .v", new Page.LocatorOptions().setHasText(figure)).first()).isVisible();
    }

    private void compose(Page page) {
        page.navigate("/senders/new");
        page.getByLabel("表示する名前").fill("とどく商店");
        page.getByLabel("差出人アドレス").fill("news@shop.example");
        page.getByLabel("エラーの戻り先").fill("bounce@shop.example");
        press(page, "保存する");

        page.navigate("/mails");
        press(page, "メールを作る");
        page.getByLabel("メールの名前").fill("春の新作");
        page.locator("#subject").fill("{{ 姓 }} 様、春の新作です");
        page.locator("#text1").fill("{{ 姓 }} 様\n\n春の新作です。\nhttps://shop.example/spring\n");
        page.locator("#html1").fill("<p>{{ 姓 }} 様</p><p><a href=\"https://shop.example/spring\">春の新作</a>です。</p>");
        page.locator("#html1").blur();
        assertThat(page.locator("#saved")).containsText("保存済");
        assertThat(page.locator("#as .env b")).containsText("様、春の新作です", look());
        saveDuringALook(page);
        String one = page.frameLocator("#as iframe").locator("body").textContent();
        page.locator("#as").getByLabel("次の方").click();
        page.waitForCondition(() -> !page.frameLocator("#as iframe").locator("body").textContent().equals(one));
    }

    /// The preview is slow on its way while the mail is saved again: what was saved last is shown in the end.
    private void saveDuringALook(Page page) {
        List<Route> looks = new ArrayList<>();
        Predicate<String> look = url -> url.contains("/as?");
        page.route(look, route -> {
            looks.add(route);
            if (looks.size() > 1) route.resume();
        });
        change(page, "まだ途中の件名");
        page.waitForCondition(() -> !looks.isEmpty());
        page.waitForResponse(
                answer -> answer.request().method().equals("POST"), () -> change(page, "{{ 姓 }} 様、春の新作ですよ"));
        looks.getFirst().resume();
        assertThat(page.locator("#as .env b")).containsText("様、春の新作ですよ", look());
        page.unroute(look);
    }

    private static void change(Page page, String subject) {
        page.locator("#subject")
                .evaluate("(field, now) => { field.value = now; field.dispatchEvent(new Event('change', {bubbles: true})); }", subject);
    }

    private void send(Page page) {
        page.navigate("/campaigns/new");
        page.getByLabel("配信名").fill("春の新作のご案内");
        page.getByText("メルマガ会員").click();
        assertThat(page.getByText("7,450").first()).isVisible(patiently());
        press(page, "次へ");
        page.getByText("春の新作", new Page.GetByTextOptions().setExact(true)).first().click();
        press(page, "次へ");
        press(page, "次へ");
        page.getByRole(AriaRole.LINK, new Page.GetByRoleOptions().setName("確認へ")).click();
        assertThat(page.getByText("7,450").first()).isVisible();
        press(page, "いますぐ配信する");
        assertThat(page.getByText("配信中").or(page.getByText("配信準備中")).or(page.getByText("配信待ち")).first()).isVisible(patiently());
        assertThat(page.locator(".tk-eq .ok .v")).not().hasText("0", new LocatorAssertions.HasTextOptions().setTimeout(PATIENCE_MS));
    }

    private void read(BrowserContext context, Page page) {
        page.navigate("/simulation");
        page.locator("td.main a.nm").first().click();
        assertThat(page.locator("h1")).containsText("様、春の新作です");
        Page shop = context.waitForPage(() -> page.frameLocator("iframe.tk-read").locator("a").first().click());
        shop.close();
    }

    private void report(Page page) {
        page.navigate("/reports");
        page.locator("td.main a.nm").first().click();
        assertThat(page.getByText("配信数 7,450")).isVisible();
        page.waitForCondition(
                () -> {
                    page.reload();
                    return page.locator("a[href$='shown=CLICKED']").first().textContent().equals("1");
                },
                new Page.WaitForConditionOptions().setTimeout(PATIENCE_MS));
        assertThat(page.getByText("https://shop.example/spring")).isVisible();
        assertThat(page.locator("[data-chart] svg").first()).isVisible();
    }

    private static LocatorAssertions.ContainsTextOptions look() {
        return new LocatorAssertions.ContainsTextOptions().setTimeout(PATIENCE_MS);
    }

    private static void press(Page page, String name) {
        page.getByRole(AriaRole.BUTTON, new Page.GetByRoleOptions().setName(name)).first().click();
    }

    private static LocatorAssertions.IsVisibleOptions patiently() {
        return new LocatorAssertions.IsVisibleOptions().setTimeout(PATIENCE_MS);
    }
}
