package todoku.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

/// Without the database nobody is recognised, and still the pages say what is going on.
class DatabaseAwayTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @Test
    void a_lost_database_is_explained_on_every_page_and_at_the_foot_of_the_menu() {
        TestServer.Visitor admin = server.admin();
        server.loseDatabase();
        HttpResponse<String> foot;
        HttpResponse<String> page;
        try {
            CompletableFuture<HttpResponse<String>> asked = CompletableFuture.supplyAsync(() -> admin.get("/engine/now"));
            page = admin.get("/campaigns");
            foot = asked.join();
        } finally {
            server.findDatabase();
        }
        assertThat(foot.statusCode()).isEqualTo(503);
        assertThat(foot.body()).contains("自動停止中", "データベースが応答しません").doesNotContain("<html");
        assertThat(page.statusCode()).isEqualTo(503);
        assertThat(page.body()).contains("自動停止中", "自動で再開", "ディスクの空き");
        assertThat(comesBack(admin)).as("pages within 10 s of the database's return").isTrue();
    }

    /// The first questions may meet connections that were cut off.
    private static boolean comesBack(TestServer.Visitor admin) {
        long giveUp = System.nanoTime() + 10_000_000_000L;
        while (System.nanoTime() < giveUp) if (admin.get("/campaigns").statusCode() == 200) return true;
        return false;
    }
}
