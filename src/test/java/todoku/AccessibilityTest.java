package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Every page that can be reached from the home page, one of each kind, light on a desk and dark on a phone, judged by
/// axe after WCAG 2.2 AA.
class AccessibilityTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final List<String> RULES = List.of("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa");
    private static final double PATIENCE_MS = 60_000;

    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private static final String AXE = axe();

    private final Set<String> complaints = new TreeSet<>();

    @Test
    void no_page_shuts_anybody_out() {
        Assumptions.assumeTrue(Files.isExecutable(CHROMIUM), "needs chromium");
        server.admin();
        try (Playwright playwright = Playwright.create(
                        new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
                Browser browser = playwright.chromium()
                        .launch(new BrowserType.LaunchOptions().setExecutablePath(CHROMIUM).setArgs(List.of("--no-sandbox")));
                BrowserContext desk = browser.newContext(seen(1440, 900, ColorScheme.LIGHT));
                BrowserContext phone = browser.newContext(seen(390, 844, ColorScheme.DARK))) {
            desk.setDefaultTimeout(PATIENCE_MS);
            phone.setDefaultTimeout(PATIENCE_MS);
            Page light = desk.newPage();
            Page dark = phone.newPage();
            judge(light, dark, "/sign-in");
            light.getByLabel("ログインID").fill("admin");
            light.locator("#password").fill(TestServer.PASSWORD);
            light.locator("form button.btn-primary").click();
            light.waitForURL(server.url() + "/");
            phone.addCookies(desk.cookies());
            Set<String> kinds = new HashSet<>();
            Deque<String> ahead = new ArrayDeque<>(List.of("/"));
            while (!ahead.isEmpty()) {
                String path = ahead.poll();
                if (!kinds.add(kind(path))) continue;
                judge(light, dark, path);
                ahead.addAll(links(light));
            }
            assertThat(kinds).as("kinds of pages seen").hasSizeGreaterThan(30);
        }
        assertThat(complaints).isEmpty();
    }

    private static Browser.NewContextOptions seen(int width, int height, ColorScheme scheme) {
        return new Browser.NewContextOptions()
                .setLocale("ja-JP")
                .setViewportSize(width, height)
                .setColorScheme(scheme)
                .setReducedMotion(ReducedMotion.REDUCE)
                .setBaseURL(server.url());
    }

    private void judge(Page light, Page dark, String path) {
        light.navigate(path);
        judge(light, path, "light");
        dark.navigate(path);
        judge(dark, path, "dark");
    }

    /// Mails shown in frames are the shop's own and have no script to judge them by.
    private void judge(Page page, String path, String how) {
        page.evaluate(AXE);
        Object found = page.evaluate(
                """
                async rules => (await axe.run(document, {iframes: false, runOnly: rules})).violations
                    .flatMap(rule => rule.nodes.map(node => rule.id + ' ' + node.html.slice(0, 200) + ' ' + (node.any[0]?.message ?? '')))
                """,
                RULES);
        for (Object one : (List<?>) found) complaints.add(kind(path) + " " + how + ": " + one);
    }

    /// `/mails/17?customer=3` and `/mails/18` are one kind of page, as are the rules of all providers.
    private static String kind(String path) {
        return path.replaceAll("[?#].*", "").replaceAll("/[0-9]+|(?<=/providers)/(?!new$)[^/]+", "/n");
    }

    private static String axe() {
        try (InputStream script = AccessibilityTest.class.getResourceAsStream("/axe.min.js")) {
            return new String(script.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @SuppressWarnings("unchecked")
    private static List<String> links(Page page) {
        List<String> all = (List<String>) page.evaluate(
                "() => [...document.querySelectorAll('a[href^=\"/\"]:not([download])')].map(a => a.getAttribute('href'))");
        return all.stream().filter(href -> !href.matches(".*[.](csv|json).*|/assets/.*")).toList();
    }
}
