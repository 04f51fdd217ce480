package todoku.sender;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.database.Secrets;
import todoku.database.TestDatabase;
import todoku.mail.dkim.DkimAlgorithm;
import todoku.mail.dkim.DkimResult;
import todoku.mail.dkim.DkimSigner;
import todoku.mail.dkim.DkimVerifier;
import todoku.mail.mime.MailBytes;
import todoku.sender.SigningKey.State;

class SigningDomainsTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Pattern SELECTOR = Pattern.compile("s=([a-z0-9]+);");

    Instant now = Instant.parse("2026-11-22T00:00:00Z");
    Senders senders;
    SigningDomains domains;
    long shop;

    @BeforeEach
    void a_shop(@TempDir Path home) {
        database.client().sql("DELETE FROM sender_profile").update();
        database.client().sql("DELETE FROM signing_domain").update();
        senders = new Senders(database.client(), Secrets.at(home.resolve("key")), () -> now);
        domains = senders.domains();
        SenderProfile profile = senders.add("店", "news@todoku-shop.jp", "bounce@todoku-shop.jp");
        shop = senders.signingDomain(profile.id()).orElseThrow();
    }

    @Test
    void a_new_domain_signs_at_once_and_each_domain_has_its_own_key() {
        assertThat(selectors(signed())).containsExactly("todoku1");
        assertThat(passes(signed())).isEqualTo("todoku1");
        long other = senders.signingDomain(senders.add("別", "a@todoku-two.jp", "b@todoku-two.jp").id()).orElseThrow();
        assertThat(other).isNotEqualTo(shop);
        assertThat(domains.all()).extracting(SigningDomain::name).containsExactly("todoku-shop.jp", "todoku-two.jp");
        assertThat(record(domains.find(other).orElseThrow().keys().getFirst())).isNotEqualTo(record(key("todoku1")));
    }

    @Test
    void a_rotation_lets_the_old_record_stand_until_nobody_needs_it() {
        assertThat(domains.prepare(shop, DkimAlgorithm.RSA, version())).isTrue();
        assertThat(key("todoku2").state()).isEqualTo(State.PREPARED);
        assertThat(selectors(signed())).containsExactly("todoku1");

        assertThat(domains.use(shop, key("todoku2").id(), version())).isTrue();
        now = now.plusSeconds(11);
        assertThat(selectors(signed())).containsExactly("todoku2");
        assertThat(passes(signed())).isEqualTo("todoku2");
        assertThat(key("todoku1").state()).isEqualTo(State.LEAVING);
        assertThat(senders.publicKey("todoku1", "todoku-shop.jp")).isPresent();

        now = now.plus(SigningDomains.OVERLAP).minusSeconds(60);
        assertThat(domains.retire()).isZero();
        now = now.plusSeconds(60);
        assertThat(domains.retire()).isOne();
        assertThat(key("todoku1").state()).isEqualTo(State.RETIRED);
        assertThat(key("todoku1").record()).isNull();
        assertThat(senders.publicKey("todoku1", "todoku-shop.jp")).isEmpty();
        assertThat(database.client().sql("SELECT count(*) FROM signing_key WHERE selector = 'todoku1' AND private_key IS NOT NULL")
                .query(Long.class).single()).isZero();
    }

    @Test
    void a_mail_signed_before_the_rotation_still_passes_while_the_old_key_is_leaving() {
        MailBytes before = signed();
        domains.prepare(shop, DkimAlgorithm.RSA, version());
        domains.use(shop, key("todoku2").id(), version());
        assertThat(passes(before)).isEqualTo("todoku1");
    }

    @Test
    void a_leaving_key_can_come_back() {
        domains.prepare(shop, DkimAlgorithm.RSA, version());
        domains.use(shop, key("todoku2").id(), version());
        assertThat(domains.use(shop, key("todoku1").id(), version())).isTrue();
        now = now.plusSeconds(11);
        assertThat(selectors(signed())).containsExactly("todoku1");
        assertThat(key("todoku2").state()).isEqualTo(State.LEAVING);
    }

    @Test
    void ed25519_signs_beside_rsa_only_when_asked() {
        domains.prepare(shop, DkimAlgorithm.ED25519, version());
        assertThat(selectors(signed())).containsExactly("todoku1");
        domains.use(shop, key("todoku2").id(), version());
        now = now.plusSeconds(11);
        assertThat(selectors(signed())).containsExactly("todoku1", "todoku2");
        assertThat(find().signsTwice()).isTrue();
        assertThat(domains.stop(shop, key("todoku1").id(), version())).as("the RSA key").isFalse();
        assertThat(domains.stop(shop, key("todoku2").id(), version())).isTrue();
        now = now.plusSeconds(11);
        assertThat(selectors(signed())).containsExactly("todoku1");
    }

    @Test
    void the_second_of_two_operators_changes_nothing() {
        int read = version();
        assertThat(domains.prepare(shop, DkimAlgorithm.RSA, read)).isTrue();
        assertThat(domains.prepare(shop, DkimAlgorithm.RSA, read)).isFalse();
        assertThat(domains.use(shop, key("todoku2").id(), read)).isFalse();
        assertThat(find().keys()).hasSize(2);
    }

    @Test
    void a_selector_is_never_used_again_and_keys_are_limited() {
        domains.prepare(shop, DkimAlgorithm.RSA, version());
        assertThat(domains.discard(shop, key("todoku1").id(), version())).as("in use").isFalse();
        assertThat(domains.discard(shop, key("todoku2").id(), version())).isTrue();
        domains.prepare(shop, DkimAlgorithm.RSA, version());
        assertThat(find().keys()).extracting(SigningKey::selector).containsExactly("todoku3", "todoku2", "todoku1");
        for (int i = 2; i < SigningDomains.MOST_KEYS; i++) domains.prepare(shop, DkimAlgorithm.RSA, version());
        assertThat(domains.prepare(shop, DkimAlgorithm.RSA, version())).isFalse();
    }

    @Test
    void a_key_of_another_domain_is_not_touched() {
        long other = senders.signingDomain(senders.add("別", "a@todoku-two.jp", "b@todoku-two.jp").id()).orElseThrow();
        domains.prepare(shop, DkimAlgorithm.RSA, version());
        assertThat(domains.use(other, key("todoku2").id(), domains.find(other).orElseThrow().version())).isFalse();
        assertThat(domains.find(other).orElseThrow().in(State.SIGNING)).hasSize(1);
        assertThat(key("todoku2").state()).isEqualTo(State.PREPARED);
    }

    @Test
    void a_key_from_before_its_public_half_was_kept_still_shows_its_record() {
        var before = record(key("todoku1"));
        database.client().sql("UPDATE signing_key SET public_key = NULL").update();
        assertThat(record(key("todoku1"))).isEqualTo(before);
    }

    @Test
    void dns_shows_a_key_only_when_it_is_this_one() {
        var record = record(key("todoku1"));
        assertThat(new PublishedKeys(name -> List.of("v=spf1 -all", record.value().replace("p=", "p= "))).shows(record)).isTrue();
        assertThat(new PublishedKeys(name -> List.of(record.value() + "AAAA")).shows(record)).isFalse();
        assertThat(new PublishedKeys(name -> List.of()).shows(record)).isFalse();
    }

    @Test
    void domains_from_before_keep_their_key_and_their_senders() throws Exception {
        String migration = Files.readString(Path.of("src/main/resources/db/migration/V170__signing_keys.sql"));
        database.database().inTransaction(() -> {
            var db = database.client();
            db.sql("CREATE SCHEMA before").update();
            db.sql("SET LOCAL search_path = before").update();
            db.sql("CREATE TABLE signing_domain (id bigint PRIMARY KEY, name text, selector text, private_key bytea, UNIQUE (name, selector))").update();
            db.sql("CREATE TABLE sender_profile (id bigint, signing_domain_id bigint REFERENCES signing_domain)").update();
            db.sql("INSERT INTO signing_domain VALUES (1, 'a.jp', 'todoku1', 'x'), (2, 'b.jp', 'todoku1', 'y'), (3, 'a.jp', 'k2', 'z')").update();
            db.sql("INSERT INTO sender_profile VALUES (10, 1), (11, 2), (12, 3), (13, NULL)").update();
            db.sql(migration).update();
            assertThat(db.sql("SELECT concat_ws(' ', domain_id, selector, algorithm, state) FROM signing_key ORDER BY id")
                            .query(String.class).list())
                    .containsExactly("1 todoku1 RSA SIGNING", "1 k2 RSA PREPARED", "2 todoku1 RSA SIGNING");
            assertThat(db.sql("SELECT concat_ws(' ', id, signing_domain_id) FROM sender_profile ORDER BY id").query(String.class).list())
                    .containsExactly("10 1", "11 2", "12 1", "13");
            db.sql("DROP SCHEMA before CASCADE").update();
            return true;
        });
    }

    private static SigningKey.DnsRecord record(SigningKey key) {
        return java.util.Objects.requireNonNull(key.record());
    }

    private SigningDomain find() {
        return domains.find(shop).orElseThrow();
    }

    private int version() {
        return find().version();
    }

    private SigningKey key(String selector) {
        return find().keys().stream().filter(key -> key.selector().equals(selector)).findFirst().orElseThrow();
    }

    private MailBytes signed() {
        MailBytes mail = new MailBytes(
                "From: news@todoku-shop.jp\r\nSubject: x\r\n".getBytes(StandardCharsets.US_ASCII), "Hello\r\n".getBytes(StandardCharsets.US_ASCII));
        return DkimSigner.signed(domains.signers(shop), mail, now);
    }

    private static List<String> selectors(MailBytes mail) {
        return SELECTOR.matcher(new String(mail.header(), StandardCharsets.US_ASCII)).results().map(found -> found.group(1)).toList();
    }

    private String passes(MailBytes mail) {
        DkimResult result = new DkimVerifier((selector, domain) -> senders.publicKey(selector, domain).orElse(null)).verify(mail);
        return result instanceof DkimResult.Pass pass ? pass.selector() : result.toString();
    }
}
