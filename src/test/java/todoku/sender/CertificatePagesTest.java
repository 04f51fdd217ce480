package todoku.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;
import todoku.mail.smime.SmimeIdentity;
import todoku.mail.smime.TestIdentity;

class CertificatePagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    final Senders senders = server.part(Senders.class);
    final Instant now = server.part(InstantSource.class).instant();

    @Test
    void a_certificate_is_taken_sealed_and_shown_without_its_secrets() {
        long id = sender("smime@todoku-a.example");
        HttpResponse<String> shown = upload(id, valid("smime@todoku-a.example", 300), TestIdentity.PASSWORD);
        assertThat(shown.statusCode()).isEqualTo(200);
        assertThat(shown.body()).contains("使用中", "CN=Todoku Shop", "CN=Test Root").doesNotContain(TestIdentity.PASSWORD);
        assertThat(senders.certificates().signer(id, "smime@todoku-a.example")).isNotNull();
        assertThat(senders.certificates().signer(id, "other@todoku-a.example")).isNull();
        byte[] stored = server.part(Database.class).client().sql("SELECT private_key FROM sender_certificate WHERE sender_id = :id")
                .param("id", id).query(byte[].class).single();
        byte[] key = valid("x@y.example", 1).key().getEncoded();
        assertThat(new String(stored, StandardCharsets.ISO_8859_1)).doesNotContain(new String(key, 0, 40, StandardCharsets.ISO_8859_1));
        assertThat(server.admin().get("/audit").body()).contains("S/MIME の証明書を登録");
    }

    @Test
    void one_that_does_not_fit_is_refused_with_where_and_why() {
        long id = sender("shop@todoku-b.example");
        assertThat(upload(id, valid("other@todoku-b.example", 300), TestIdentity.PASSWORD).body())
                .contains("メールアドレスが差出人（shop@todoku-b.example）と違います", "other@todoku-b.example");
        assertThat(upload(id, valid("shop@todoku-b.example", 300), "違う").body()).contains("このパスワードでは開けません");
        assertThat(upload(id, valid("shop@todoku-b.example", -1), TestIdentity.PASSWORD).body()).contains("期限が切れています");
        TestServer.Visitor admin = server.admin();
        admin.get("/senders/" + id);
        HttpResponse<String> text = admin.upload(
                "/senders/" + id + "/certificate", Map.of("version", "1", "password", ""), "a.txt", "no".getBytes(StandardCharsets.UTF_8));
        assertThat(text.statusCode()).isEqualTo(422);
        assertThat(text.body()).contains("PKCS#12（.p12 / .pfx）として読めません");
    }

    @Test
    void the_end_is_told_thirty_days_ahead() {
        long id = sender("soon@todoku-c.example");
        assertThat(upload(id, valid("soon@todoku-c.example", 31), TestIdentity.PASSWORD).body()).doesNotContain("まもなく期限");
        assertThat(upload(id, valid("soon@todoku-c.example", 29), TestIdentity.PASSWORD).body()).contains("まもなく期限", "証明書の期限は");
    }

    @Test
    void it_is_taken_away_again_and_the_second_of_two_operators_is_told() {
        long id = sender("away@todoku-d.example");
        int before = version(id);
        upload(id, valid("away@todoku-d.example", 300), TestIdentity.PASSWORD);
        TestServer.Visitor admin = server.admin();
        admin.get("/senders/" + id);
        assertThat(admin.post("/senders/" + id + "/certificate/remove", Map.of("version", "" + before)).statusCode()).isEqualTo(409);
        assertThat(admin.post("/senders/" + id + "/certificate/remove", Map.of("version", "" + version(id))).statusCode()).isEqualTo(200);
        assertThat(senders.certificates().of(senders.get(id))).isEmpty();
    }

    private SmimeIdentity valid(String address, int days) {
        return TestIdentity.of(address, now.minus(Duration.ofDays(100)), now.plus(Duration.ofDays(days)));
    }

    private long sender(String address) {
        return senders.add("店", address, "bounce@todoku-shop.example").id();
    }

    private int version(long id) {
        return senders.find(id).orElseThrow().version();
    }

    private HttpResponse<String> upload(long id, SmimeIdentity identity, String password) {
        TestServer.Visitor admin = server.admin();
        admin.get("/senders/" + id);
        return admin.upload(
                "/senders/" + id + "/certificate", Map.of("version", "" + version(id), "password", password), "shop.p12",
                TestIdentity.pkcs12(identity));
    }
}
