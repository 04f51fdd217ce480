package todoku.access;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

class OperatorPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @Test
    void the_first_administrator_must_change_the_password_before_anything_else() {
        TestServer.Visitor first = server.visitor();
        if (mustChange()) {
            assertThat(first.signIn("admin", server.firstPassword()).uri().getPath()).isEqualTo("/password");
            assertThat(first.post("/password", Map.of("current", server.firstPassword(), "fresh", "short")).body())
                    .contains("12 文字以上");
        }
        assertThat(server.admin().get("/operators").uri().getPath()).isEqualTo("/operators");
    }

    @Test
    void a_viewer_is_told_which_permission_is_missing() {
        TestServer.Visitor admin = server.admin();
        TestServer.Visitor viewer = server.somebody("viewer1", "VIEWER");
        var answer = viewer.get("/operators");
        assertThat(answer.statusCode()).isEqualTo(403);
        assertThat(answer.body()).contains("ユーザ管理");
    }

    @Test
    void every_change_is_in_the_audit_log_with_who_and_what() {
        TestServer.Visitor admin = server.admin();
        server.somebody("logged1", "EDITOR");
        assertThat(admin.get("/audit").body()).contains("ユーザを追加").contains("logged1").contains("127.0.0.1");
    }

    @Test
    void the_second_of_two_editors_is_told_and_loses_nothing() {
        TestServer.Visitor admin = server.admin();
        server.somebody("twice1", "EDITOR");
        long id = id("twice1");
        admin.get("/operators/" + id);
        int version = version(id);
        Map<String, String> first = Map.of("version", "" + version, "name", "一人目", "active", "true", "roles", "EDITOR");
        Map<String, String> second = Map.of("version", "" + version, "name", "二人目", "active", "true", "roles", "VIEWER");
        assertThat(admin.post("/operators/" + id, first).statusCode()).isEqualTo(200);
        var told = admin.post("/operators/" + id, second);
        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("一人目").contains("二人目");
        assertThat(server.database().client().sql("SELECT display_name FROM operator WHERE id = :id").param("id", id).query(String.class).single())
                .isEqualTo("一人目");
    }

    @Test
    void administrators_cannot_lock_themselves_out() {
        TestServer.Visitor admin = server.admin();
        long id = id("admin");
        admin.get("/operators/" + id);
        var answer = admin.post("/operators/" + id, Map.of("version", "" + version(id), "name", "管理者", "roles", "VIEWER"));
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("自分自身");
    }

    @Test
    void after_sign_in_nobody_is_led_to_somebody_elses_site() {
        server.admin();
        TestServer.Visitor visitor = server.visitor();
        visitor.get("/sign-in");
        var answer = visitor.post("/sign-in", Map.of("login", "admin", "password", TestServer.PASSWORD, "next", "//evil.example/"));
        assertThat(answer.uri().getHost()).isEqualTo("127.0.0.1");
    }

    private static boolean mustChange() {
        return server.database().client().sql("SELECT must_change FROM operator WHERE login = 'admin'").query(Boolean.class).single();
    }

    private static long id(String login) {
        return server.database().client().sql("SELECT id FROM operator WHERE login = :login").param("login", login).query(Long.class).single();
    }

    private static int version(long id) {
        return server.database().client().sql("SELECT version FROM operator WHERE id = :id").param("id", id).query(Integer.class).single();
    }
}
