package todoku.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

class SenderPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @Test
    void a_new_sender_gets_a_key_and_the_record_to_publish() {
        var shown = add("店長", "tencho@todoku-shop.jp", "staff@todoku-shop.jp", "bounce@todoku-shop.jp");
        Senders.Row row = only("店長");
        assertThat(row.profile().replyTo()).isEqualTo("staff@todoku-shop.jp");
        assertThat(shown.body()).contains("todoku1._domainkey.todoku-shop.jp");
        var published = server.part(Senders.class).publicKey("todoku1", "todoku-shop.jp").orElseThrow();
        assertThat(row.record().value()).endsWith("p=" + Base64.getEncoder().encodeToString(published.getEncoded()));
        assertThat(shown.body()).doesNotContain("PRIVATE");
    }

    @Test
    void bad_addresses_and_line_breaks_are_refused_at_their_field() {
        var answer = add("改行\r\nBcc: x@example.jp", "tencho＠", "x y@example.jp", "");
        assertThat(answer.statusCode()).isEqualTo(422);
        assertThat(answer.body()).contains("表示する名前：").contains("メールアドレスの形ではありません");
        assertThat(server.part(Senders.class).all()).noneMatch(row -> row.profile().name().contains("Bcc"));
    }

    @Test
    void the_second_of_two_editors_is_told() {
        add("二人", "two@todoku-two.jp", "", "bounce@todoku-two.jp");
        Senders.Row row = only("二人");
        TestServer.Visitor admin = server.admin();
        admin.get("/senders/" + row.profile().id());
        Map<String, String> form = Map.of("version", "" + row.version(), "name", "一人目", "address", "two@todoku-two.jp",
                "replyTo", "", "returnPath", "bounce@todoku-two.jp");
        assertThat(admin.post("/senders/" + row.profile().id(), form).statusCode()).isEqualTo(200);
        var told = admin.post("/senders/" + row.profile().id(), form);
        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("ほかの方が先に");
    }

    private static Senders.Row only(String name) {
        return server.part(Senders.class).all().stream().filter(row -> row.profile().name().equals(name)).findFirst().orElseThrow();
    }

    private static java.net.http.HttpResponse<String> add(String name, String address, String replyTo, String returnPath) {
        TestServer.Visitor admin = server.admin();
        admin.get("/senders/new");
        return admin.post("/senders", Map.of("version", "0", "name", name, "address", address, "replyTo", replyTo, "returnPath", returnPath));
    }
}
