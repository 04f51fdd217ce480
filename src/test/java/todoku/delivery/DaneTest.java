package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import todoku.mail.dns.Route;
import todoku.mail.dns.SignedZone;
import todoku.mail.smtp.CertificateCheck;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.Timeouts;
import todoku.mail.smtp.Tls;
import todoku.mail.smtp.TlsDoor;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.tls.Dane;
import todoku.mail.tls.TestAuthority;
import todoku.mail.tls.TlsPolicies;

/// Signed zones, real signatures and real certificates; nobody here is known to Java.
class DaneTest {
    private static final Timeouts SHORT = new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));
    private static final String HOST = "mx.shop.jp";

    private final TestAuthority authority = new TestAuthority("our own issuer");
    private final TestAuthority.Identity identity = authority.server(HOST);
    private final SignedZone zone;
    private final TlsDoor door;
    private String domain = "shop.jp";
    private String route = HOST;

    DaneTest() throws Exception {
        zone = new SignedZone().add("shop.jp. 300 IN MX 10 mx.shop.jp.").add("mx.shop.jp. 300 IN A 192.0.2.1");
        door = new TlsDoor(identity.context());
    }

    @AfterEach
    void shut() throws Exception {
        zone.close();
        door.close();
    }

    @Test
    void the_announced_certificate_is_enough_even_when_it_has_expired_and_is_for_somebody_else() throws Exception {
        announce("3 1 1 " + hash(identity.certificate().getPublicKey().getEncoded()));
        assertThat(trouble()).isNull();
        Instant past = Instant.now().minusSeconds(60);
        var old = authority.server("elsewhere.jp", past.minusSeconds(60), past);
        try (TlsDoor another = new TlsDoor(old.context())) {
            announce("3 0 1 " + hash(old.certificate().getEncoded()));
            assertThat(trouble(another)).isNull();
        }
    }

    @Test
    void an_announced_issuer_vouches_for_the_host_and_for_nobody_else() throws Exception {
        announce("2 0 1 " + hash(authority.certificate().getEncoded()));
        assertThat(trouble()).isNull();
        try (TlsDoor another = new TlsDoor(authority.server("elsewhere.jp").context())) {
            assertThat(trouble(another)).isEqualTo(TlsTrouble.Kind.WRONG_NAME);
        }
    }

    @Test
    void an_issuer_that_is_not_sent_can_stand_in_dns_as_a_whole() throws Exception {
        announce("2 0 0 " + hex(authority.certificate().getEncoded()));
        var alone = new TestAuthority.Identity(identity.key(), new X509Certificate[] {identity.certificate()});
        try (TlsDoor another = new TlsDoor(alone.context())) {
            assertThat(trouble(another)).isNull();
        }
    }

    @Test
    void any_other_certificate_gets_nothing_and_neither_does_the_clear() throws Exception {
        announce("3 1 1 " + "00".repeat(32));
        assertThat(trouble()).isEqualTo(TlsTrouble.Kind.NOT_ANNOUNCED);
        door.strip();
        assertThat(trouble()).isEqualTo(TlsTrouble.Kind.NOT_OFFERED);
    }

    @Test
    void announcements_that_mail_cannot_use_still_ask_for_encryption() throws Exception {
        announce("1 1 1 " + "00".repeat(32));
        assertThat(trouble()).isNull();
        door.strip();
        assertThat(trouble()).isEqualTo(TlsTrouble.Kind.NOT_OFFERED);
    }

    @Test
    void announcements_that_mail_cannot_use_take_nothing_from_other_policies() {
        announce("1 1 1 " + "00".repeat(32));
        var unknown = Tls.checked((_, host) -> new TlsTrouble(TlsTrouble.Kind.UNKNOWN_ISSUER, host, "theirs"));
        assertThat(troubleBeside(_ -> new TlsPolicies.Demand.Encryption(unknown))).isEqualTo(TlsTrouble.Kind.UNKNOWN_ISSUER);
        assertThat(troubleBeside(host -> new TlsPolicies.Demand.Nothing(new TlsTrouble(TlsTrouble.Kind.NOT_IN_POLICY, host.name(), "x"))))
                .isEqualTo(TlsTrouble.Kind.NOT_IN_POLICY);
    }

    @Test
    void without_announcements_mail_goes_as_before() {
        assertThat(trouble()).isNull();
        door.strip();
        assertThat(trouble()).isNull();
    }

    @Test
    void wrong_signatures_stop_mail_wherever_they_are() {
        announce("3 1 1 " + "00".repeat(32));
        zone.forged("_" + door.port() + "._tcp.mx.shop.jp.");
        assertThat(trouble()).isEqualTo(TlsTrouble.Kind.DNS);
    }

    @Test
    void wrong_signatures_of_the_mail_hosts_stop_mail_too() {
        zone.forged("shop.jp.");
        assertThat(trouble()).isEqualTo(TlsTrouble.Kind.DNS);
    }

    @Test
    void a_domain_nothing_is_known_of_shares_no_connection_with_one_that_demands_nothing() {
        zone.unsigned("free.jp.").add("free.jp. 300 IN MX 10 mx.shop.jp.");
        zone.forged("shop.jp.");
        var dane = new Dane(zone.dns(), TlsPolicies.NONE, InstantSource.system());
        assertThat(dane.of("free.jp").words()).isEmpty();
        assertThat(dane.of("shop.jp").words()).isEqualTo("DANE ? shop.jp");
    }

    @Test
    void a_host_that_the_signed_records_do_not_name_gets_nothing() {
        route = "mx.evil.jp";
        assertThat(trouble()).isEqualTo(TlsTrouble.Kind.DNS);
    }

    @Test
    void where_the_zone_is_not_signed_announcements_do_not_count() {
        zone.unsigned("shop.jp.");
        announce("3 1 1 " + "00".repeat(32));
        assertThat(trouble()).isNull();
    }

    /// RFC 7672 §2.2.2.
    @Test
    void a_domain_that_is_its_own_mail_host_announces_like_any_other() throws Exception {
        announce("itself.jp", "3 1 1 " + hash(identity.certificate().getPublicKey().getEncoded()));
        zone.add("itself.jp. 300 IN A 192.0.2.1");
        domain = "itself.jp";
        route = "itself.jp";
        assertThat(trouble()).as("without MX").isNull();
        zone.add("itself.jp. 300 IN MX 10 itself.jp.");
        assertThat(trouble()).as("MX to itself").isNull();
    }

    /// RFC 7672 §2.1.3 and §2.2.2.
    @Test
    void a_host_that_is_an_alias_announces_where_it_leads_to_and_else_itself() throws Exception {
        alias();
        announce("mx.alias.jp", "3 1 1 " + "00".repeat(32));
        assertThat(trouble()).as("at the alias").isEqualTo(TlsTrouble.Kind.NOT_ANNOUNCED);
        announce("real.jp", "2 0 1 " + hash(authority.certificate().getEncoded()));
        try (TlsDoor another = new TlsDoor(authority.server("real.jp").context())) {
            assertThat(trouble(another)).as("where it leads to").isNull();
            assertThat(another.askedFor).containsExactly("real.jp");
        }
        assertThat(trouble()).isEqualTo(TlsTrouble.Kind.WRONG_NAME);
    }

    @Test
    void an_alias_that_leads_out_of_the_signed_zones_announces_itself() throws Exception {
        alias();
        zone.unsigned("real.jp.");
        announce("real.jp", "3 1 1 " + hash(identity.certificate().getPublicKey().getEncoded()));
        assertThat(trouble()).isNull();
        announce("mx.alias.jp", "3 1 1 " + "00".repeat(32));
        assertThat(trouble()).isEqualTo(TlsTrouble.Kind.NOT_ANNOUNCED);
        zone.unsigned("alias.jp.");
        assertThat(trouble()).as("no alias is signed").isNull();
    }

    private void alias() {
        zone.add("alias.jp. 300 IN MX 10 mx.alias.jp.")
                .add("mx.alias.jp. 300 IN CNAME real.jp.")
                .add("real.jp. 300 IN A 192.0.2.1");
        domain = "alias.jp";
        route = "mx.alias.jp";
    }

    @Test
    void where_signatures_do_not_arrive_at_all_other_policies_count() {
        announce("3 1 1 " + "00".repeat(32));
        var dane = new Dane(zone.dnsWithRealAnchors(), TlsPolicies.NONE, InstantSource.system());
        assertThat(trouble(dane, door)).isNull();
    }

    @Test
    void signatures_that_arrived_once_are_not_given_up_when_dns_fails() {
        var time = new AtomicReference<>(Instant.parse("2026-04-01T01:00:00Z"));
        var dane = new Dane(zone.dns(), TlsPolicies.NONE, time::get);
        assertThat(dane.of("shop.jp").words()).startsWith("DANE shop.jp");
        zone.failing(true);
        time.set(time.get().plus(Duration.ofHours(2)));
        assertThat(dane.of("shop.jp").words()).isEqualTo("DANE ? shop.jp");
    }

    @Test
    void until_they_have_arrived_they_are_looked_for_every_half_minute() {
        var time = new AtomicReference<>(Instant.parse("2026-04-01T01:00:00Z"));
        var dane = new Dane(zone.dns(), TlsPolicies.NONE, time::get);
        zone.failing(true);
        assertThat(dane.of("shop.jp")).isEqualTo(TlsPolicies.Policy.FREE);
        zone.failing(false);
        time.set(time.get().plusSeconds(30));
        assertThat(dane.of("shop.jp").words()).startsWith("DANE shop.jp");
    }

    private void announce(String tlsa) {
        announce(HOST, tlsa);
    }

    private void announce(String host, String tlsa) {
        zone.add("_" + door.port() + "._tcp." + host + ". 300 IN TLSA " + tlsa);
    }

    private TlsTrouble.Kind trouble() {
        return trouble(door);
    }

    private TlsTrouble.Kind trouble(TlsDoor to) {
        return trouble(new Dane(zone.dns(), TlsPolicies.NONE, InstantSource.system()), to);
    }

    private TlsTrouble.Kind troubleBeside(TlsPolicies.Policy other) {
        return trouble(new Dane(zone.dns(), _ -> other, InstantSource.system()), door);
    }

    /// The port of TLSA is the one the host listens on.
    private TlsTrouble.Kind trouble(Dane dane, TlsDoor to) {
        TlsPolicies policies = domain -> {
            TlsPolicies.Policy policy = dane.of(domain);
            return host -> policy.of(new Route.Host(host.name(), host.address(), door.port()));
        };
        var here = new Route.Hosts(List.of(new Route.Host(route, InetAddress.getLoopbackAddress(), to.port())));
        var safety = new Safety(policies, CertificateCheck.ANY, System::nanoTime);
        var carrier = new MxCarrier(_ -> here, "todoku.example", SHORT, safety);
        return switch (carrier.connect(domain)) {
            case Carrier.Connecting.Ready(SmtpConnection connection, _) -> {
                connection.quit();
                yield null;
            }
            case Carrier.Connecting.NotSafe(TlsTrouble trouble, _) -> trouble.kind();
            case Carrier.Connecting other -> throw new AssertionError(other);
        };
    }

    private static String hash(byte[] of) throws Exception {
        return hex(MessageDigest.getInstance("SHA-256").digest(of));
    }

    private static String hex(byte[] of) {
        return HexFormat.of().formatHex(of);
    }
}
