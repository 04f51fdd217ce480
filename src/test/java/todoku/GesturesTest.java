package todoku;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.BoundingBox;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// What only a browser with scripts does: 大画面⇔小画面, and the condition builder by mouse and by keys.
class GesturesTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final double PATIENCE_MS = 15_000;

    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private static @Nullable Playwright playwright;
    private static Page page;
    private static final List<String> complaints = new ArrayList<>();

    @BeforeAll
    static void signIn() {
        Assumptions.assumeTrue(Files.isExecutable(CHROMIUM), "needs chromium");
        server.admin();
        playwright = Playwright.create(new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        Browser browser = playwright.chromium()
                .launch(new BrowserType.LaunchOptions().setExecutablePath(CHROMIUM).setArgs(List.of("--no-sandbox")));
        page = browser.newPage(new Browser.NewPageOptions().setLocale("ja-JP").setBaseURL(server.url()).setViewportSize(1440, 900));
        page.setDefaultTimeout(PATIENCE_MS);
        page.onPageError(complaints::add);
        page.navigate("/sign-in");
        page.getByLabel("ログインID").fill("admin");
        page.locator("#password").fill(TestServer.PASSWORD);
        page.locator("form button.btn-primary").click();
        page.waitForURL(server.url() + "/");
    }

    @AfterAll
    static void close() {
        if (playwright != null) playwright.close();
    }

    @Test
    void a_text_has_the_window_to_itself_until_it_is_made_small_or_escape_is_pressed() {
        String mail = server.database().client().sql("SELECT min(id) FROM mail").query(String.class).single();
        page.navigate("/mails/" + mail);
        Locator button = page.locator("[data-large=text1]");
        Locator text = page.locator("#text1");
        double small = text.boundingBox().height;

        button.click();
        assertThat(text.boundingBox().height).isGreaterThan(700).isGreaterThan(small);
        assertThat(text.boundingBox().width).isGreaterThan(1300);
        assertThat(button.innerText().strip()).isEqualTo("小画面");
        assertThat(button.getAttribute("aria-pressed")).isEqualTo("true");

        button.click();
        assertThat(text.boundingBox().height).isEqualTo(small);
        button.click();
        page.keyboard().press("Escape");
        assertThat(text.boundingBox().height).isEqualTo(small);
        assertThat(button.innerText().strip()).isEqualTo("大画面");
    }

    /// Light and dark in one instant, for whom nothing is to move; texts that fade one after the other are unreadable meanwhile.
    @Test
    void who_works_in_the_dark_never_sees_white_and_another_theme_is_there_at_once() {
        try (BrowserContext night = page.context()
                .browser()
                .newContext(new Browser.NewContextOptions()
                        .setBaseURL(server.url())
                        .setColorScheme(ColorScheme.DARK)
                        .setReducedMotion(ReducedMotion.REDUCE))) {
            Page dark = night.newPage();
            dark.route(url -> url.contains("/todoku.js"), Route::abort);
            dark.navigate("/sign-in");
            assertThat(dark.evaluate("document.documentElement.dataset.bsTheme")).isEqualTo("dark");
            assertThat(dark.evaluate(
                            """
                            () => {
                              const now = () => [...document.querySelectorAll('h1, label, button, p')].map(e => getComputedStyle(e).color).join();
                              document.documentElement.dataset.bsTheme = 'light';
                              const light = now();
                              document.documentElement.dataset.bsTheme = 'dark';
                              const again = now();
                              return light !== again && !light.includes(getComputedStyle(document.body).color);
                            }"""))
                    .isEqualTo(true);
        }
    }

    @Test
    void conditions_are_moved_by_keys_and_by_dragging_and_everything_is_undone() {
        page.navigate("/segments/new");
        page.locator("[name='0.what']").selectOption("field:city");
        page.locator("[name='0.op']").selectOption("FILLED");
        assertThat(page.locator("#n-0 b")).isVisible();
        page.locator("[value='add:']").click();
        page.locator("[name='1.what']").selectOption("GROUP");
        assertThat(page.locator("[name='1.state']").first()).isVisible();
        page.locator("[value='group:']").click();
        page.locator("[name='2.0.what']").selectOption("DOMAIN");
        assertThat(page.locator("[name='2.0.v']")).isVisible();
        shows("0=field:city 1=GROUP 2=ANY 2.0=DOMAIN");

        page.locator("[data-path='0'] > [data-grip]").focus();
        page.keyboard().press("Alt+ArrowDown");
        page.keyboard().press("Alt+ArrowDown");
        assertThat(page.locator("[data-path='1.0'] > [data-grip]")).isFocused();
        shows("0=GROUP 1=ANY 1.0=field:city 1.1=DOMAIN");

        drag("[data-path='0'] > [data-grip]", "[data-path='1.1']");
        shows("0=ANY 0.0=field:city 0.1=ALL 0.1.0=DOMAIN 0.1.1=GROUP");

        page.keyboard().press("Control+z");
        page.keyboard().press("Control+z");
        page.locator("[data-undo]").click();
        shows("0=field:city 1=GROUP 2=ANY 2.0=DOMAIN");
        page.locator("[data-redo]").click();
        shows("0=GROUP 1=field:city 2=ANY 2.0=DOMAIN");
        onATelephone();
        for (int i = 0; i < 8; i++) page.keyboard().press("Control+z");
        assertThat(page.locator("[data-undo]")).hasAttribute("aria-disabled", "true");
        shows("0=");
        assertThat(complaints).isEmpty();
    }

    /// Rows wrap, menus stay within reach, and nothing has to be scrolled sideways.
    private static void onATelephone() {
        page.setViewportSize(390, 844);
        page.locator("[data-path='2.0'] > .tk-more > summary").click();
        BoundingBox menu = page.locator("[data-path='2.0'] > .tk-more > div").boundingBox();
        assertThat(menu.x).isGreaterThanOrEqualTo(0);
        assertThat(menu.x + menu.width).isLessThanOrEqualTo(375);
        assertThat(page.evaluate("() => document.documentElement.scrollWidth <= document.documentElement.clientWidth")).isEqualTo(true);
        page.keyboard().press("Escape");
        page.setViewportSize(1440, 900);
    }

    private static void drag(String grip, String onto) {
        BoundingBox from = page.locator(grip).boundingBox();
        BoundingBox to = page.locator(onto).boundingBox();
        page.mouse().move(from.x + from.width / 2, from.y + from.height / 2);
        page.mouse().down();
        page.mouse().move(to.x + to.width / 2, to.y + to.height / 2);
        page.mouse().up();
    }

    /// Waits until each row is about this, as it stands in the form.
    private static void shows(String rows) {
        page.waitForFunction(
                "rows => rows === [...document.querySelectorAll('#rule select[name$=\".what\"]')].map(s => s.name.replace('.what', '') + '=' + s.value).join(' ')",
                rows);
    }
}
