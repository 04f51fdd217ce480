package todoku.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.mail.dkim.DkimAlgorithm;

/// The domains are names of books (RFC 2606): nobody asks the real DNS about them.
class SigningDomainPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    final Senders senders = server.part(Senders.class);
    final SigningDomains domains = server.part(SigningDomains.class);

    @Test
    void a_key_is_made_published_used_and_the_old_one_left_standing() {
        long id = domain("rotate.example");
        assertThat(post(id, "/keys", Map.of("algorithm", "RSA")).body()).contains("新しい鍵を作りました");
        SigningKey fresh = domains.find(id).orElseThrow().keys().getFirst();
        assertThat(get(id)).contains("todoku2._domainkey.rotate.example", "準備中", "この鍵で署名し始める");

        HttpResponse<String> warned = post(id, "/keys/" + fresh.id() + "/use", Map.of());
        assertThat(warned.statusCode()).isEqualTo(422);
        assertThat(warned.body()).contains("レコードがまだ見えません", "name=\"confirmed\"");
        assertThat(domains.find(id).orElseThrow().in(SigningKey.State.SIGNING).getFirst().selector()).isEqualTo("todoku1");

        assertThat(post(id, "/keys/" + fresh.id() + "/use", Map.of("confirmed", "true")).statusCode()).isEqualTo(200);
        assertThat(get(id)).contains("退役予定", "レコードを残す期限", "この鍵に戻す");
        assertThat(server.admin().get("/audit").body()).contains("署名の鍵を使用開始");
        assertThat(server.admin().get("/signing-domains").body()).contains("rotate.example");
    }

    @Test
    void the_second_of_two_operators_is_told() {
        long id = domain("two.example");
        int version = domains.find(id).orElseThrow().version();
        domains.prepare(id, DkimAlgorithm.ED25519, version);
        HttpResponse<String> told = post(id, "/keys", Map.of("algorithm", "RSA", "version", "" + version));
        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("ほかの方が先に");
    }

    @Test
    void an_unused_key_is_thrown_away_and_its_record_may_go() {
        long id = domain("away.example");
        domains.prepare(id, DkimAlgorithm.RSA, 1);
        long key = domains.find(id).orElseThrow().keys().getFirst().id();
        post(id, "/keys/" + key + "/discard", Map.of());
        assertThat(get(id)).contains("DNS から消してかまいません", "todoku2._domainkey.away.example").doesNotContain("準備中");
    }

    @Test
    void dns_is_looked_at_on_request() {
        long id = domain("look.example");
        assertThat(server.admin().get("/signing-domains/" + id + "?dns=true").body()).contains("DNS にまだ見えません");
    }

    private long domain(String name) {
        return senders.signingDomain(senders.add(name, "news@" + name, "bounce@" + name).id()).orElseThrow();
    }

    private static String get(long id) {
        return server.admin().get("/signing-domains/" + id).body();
    }

    private HttpResponse<String> post(long id, String path, Map<String, String> fields) {
        TestServer.Visitor admin = server.admin();
        admin.get("/signing-domains/" + id);
        Map<String, String> form = new HashMap<>(Map.of("version", "" + domains.find(id).orElseThrow().version()));
        form.putAll(fields);
        return admin.post("/signing-domains/" + id + path, form);
    }
}
