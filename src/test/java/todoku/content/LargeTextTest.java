package todoku.content;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

/// 大画面⇔小画面, as somebody at a browser uses it.
class LargeTextTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final double PATIENCE_MS = 60_000;

    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    @Test
    void a_text_has_the_window_to_itself_until_it_is_made_small_or_escape_is_pressed() {
        Assumptions.assumeTrue(Files.isExecutable(CHROMIUM), "needs chromium");
        server.admin();
        String mail = server.database().client().sql("SELECT min(id) FROM mail").query(String.class).single();
        try (Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright.chromium()
                        .launch(new BrowserType.LaunchOptions().setExecutablePath(CHROMIUM).setArgs(List.of("--no-sandbox")))) {
            Page page = browser.newPage(new Browser.NewPageOptions().setLocale("ja-JP").setBaseURL(server.url()).setViewportSize(1440, 900));
            page.setDefaultTimeout(PATIENCE_MS);
            page.navigate("/sign-in");
            page.getByLabel("ログインID").fill("admin");
            page.locator("#password").fill(TestServer.PASSWORD);
            page.locator("form button.btn-primary").click();
            page.waitForURL(server.url() + "/");
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
    }
}
