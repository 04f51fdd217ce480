package todoku.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import todoku.event.MailingId;
import todoku.mail.dns.Route;
import todoku.mail.smtp.BeforeDot;
import todoku.mail.smtp.Envelope;
import todoku.mail.smtp.Sent;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.Timeouts;
import todoku.mail.smtp.Tls;
import todoku.mail.smtp.TlsDoor;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.tls.TestAuthority;
import todoku.mail.tls.TlsPolicies;
import todoku.mailing.Mailings;

/// A real engine where it matters, else the carrier alone, and real certificates.
class SafetyTest extends EngineWorld {
    private static final Timeouts SHORT = new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));
    private static final String HOST = "mx.example.jp";

    private static final TlsPolicies.Policy STRICT = new TlsPolicies.Policy() {
        @Override
        public TlsPolicies.Demand of(Route.Host host) {
            return new TlsPolicies.Demand.Encryption(Tls.ALWAYS);
        }

        @Override
        public String words() {
            return "strict";
        }
    };

    private final List<TlsDoor> doors = new ArrayList<>();
    private final TestAuthority authority = new TestAuthority("known issuer");
    private final Safety safety = new Safety(TlsPolicies.NONE, authority.trusted(), System::nanoTime);

    @AfterEach
    void shut() throws Exception {
        for (TlsDoor door : doors) door.close();
    }

    @Test
    void a_server_that_does_not_encrypt_gets_mail_in_the_clear_only_where_no_rule_forbids() throws Exception {
        TlsDoor door = door(authority.server(HOST));
        door.strip();

        assertThat(mailTo(TlsRule.WHEN_OFFERED, door)).isTrue();
        assertThat(trouble(TlsRule.REQUIRED, door)).isEqualTo(TlsTrouble.Kind.NOT_OFFERED);
        assertThat(trouble(TlsRule.VERIFIED, door)).isEqualTo(TlsTrouble.Kind.NOT_OFFERED);
        assertThat(door.mails).hasValue(1);
    }

    @Test
    void one_that_refuses_after_all_or_talks_nonsense_is_no_better() throws Exception {
        TlsDoor door = door(authority.server(HOST));
        door.answer("454 not now");
        assertThat(trouble(TlsRule.REQUIRED, door)).isEqualTo(TlsTrouble.Kind.REFUSED);

        door.answer("220 go\r\nbut not like this");
        assertThat(trouble(TlsRule.REQUIRED, door)).isEqualTo(TlsTrouble.Kind.HANDSHAKE);
        assertThat(door.mails).hasValue(0);
    }

    @Test
    void any_certificate_is_enough_where_encryption_is_required() throws Exception {
        assertThat(mailTo(TlsRule.REQUIRED, door(new TestAuthority("nobody").server("elsewhere.example")))).isTrue();
    }

    @Test
    void a_certificate_that_is_checked_must_be_valid_now_of_a_known_issuer_and_for_the_host() throws Exception {
        Instant now = Instant.now();
        Duration day = Duration.ofDays(1);
        assertThat(mailTo(TlsRule.VERIFIED, door(authority.server(HOST)))).isTrue();
        assertThat(mailTo(TlsRule.VERIFIED, door(authority.server("*.example.jp")))).isTrue();
        assertThat(trouble(TlsRule.VERIFIED, door(authority.server("example.jp")))).isEqualTo(TlsTrouble.Kind.WRONG_NAME);
        assertThat(trouble(TlsRule.VERIFIED, door(authority.server("*.jp")))).isEqualTo(TlsTrouble.Kind.WRONG_NAME);
        assertThat(trouble(TlsRule.VERIFIED, door(new TestAuthority("nobody").server(HOST))))
                .isEqualTo(TlsTrouble.Kind.UNKNOWN_ISSUER);
        assertThat(trouble(TlsRule.VERIFIED, door(authority.server(HOST, now.minus(day), now.minusSeconds(60)))))
                .isEqualTo(TlsTrouble.Kind.EXPIRED);
        assertThat(trouble(TlsRule.VERIFIED, door(authority.server(HOST, now.plus(day), now.plus(day).plus(day)))))
                .isEqualTo(TlsTrouble.Kind.NOT_YET_VALID);
        assertThat(doors.stream().mapToInt(door -> door.mails.get()).sum()).isEqualTo(2);
    }

    @Test
    void the_next_host_is_tried_before_anything_waits() throws Exception {
        TlsDoor bad = door(new TestAuthority("nobody").server(HOST));
        TlsDoor good = door(authority.server(HOST));

        assertThat(mailTo(TlsRule.VERIFIED, bad, good)).isTrue();
        assertThat(bad.mails).hasValue(0);
    }

    @Test
    void a_host_that_stops_encrypting_is_noticed() throws Exception {
        List<String> noticed = new ArrayList<>();
        safety.onDowngrade(noticed::add);
        TlsDoor door = door(authority.server(HOST));
        mailTo(TlsRule.WHEN_OFFERED, door);
        assertThat(noticed).isEmpty();

        door.strip();
        mailTo(TlsRule.WHEN_OFFERED, door);
        mailTo(TlsRule.WHEN_OFFERED, door);
        assertThat(noticed).containsExactly(HOST);
    }

    @Test
    void a_domain_that_is_not_safe_is_left_alone_for_a_while_and_shares_no_connection_with_others() throws Exception {
        TlsDoor door = door(authority.server(HOST));
        door.strip();
        AtomicLong nanos = new AtomicLong();
        var some = new Safety(domain -> domain.equals("strict.jp") ? STRICT : TlsPolicies.Policy.FREE, authority.trusted(), nanos::get);
        var here = new Route.Hosts(List.of(new Route.Host(HOST, InetAddress.getLoopbackAddress(), door.port())));
        var carrier = new MxCarrier(_ -> here, "todoku.example", SHORT, some);

        for (int i = 0; i < 3; i++)
            assertThat(carrier.connect("STRICT.jp")).isInstanceOfSatisfying(
                    Carrier.Connecting.NotSafe.class, notSafe -> assertThat(notSafe.forAll()).isFalse());
        assertThat(door.connections).hasValue(1);
        nanos.addAndGet(Safety.REMEMBERED.toNanos());
        carrier.connect("strict.jp");
        assertThat(door.connections).hasValue(2);
        assertThat(carrier.demanded("other.jp", TlsRule.WHEN_OFFERED))
                .isEqualTo(carrier.demanded("another.jp", TlsRule.WHEN_OFFERED))
                .isNotEqualTo(carrier.demanded("other.jp", TlsRule.REQUIRED))
                .isNotEqualTo(carrier.demanded("strict.jp", TlsRule.WHEN_OFFERED));
    }

    @Test
    void a_domain_that_lets_nothing_through_keeps_no_other_from_its_mail() throws Exception {
        TlsDoor door = door(authority.server(HOST));
        TlsPolicies.Policy nothing = _ -> new TlsPolicies.Demand.Nothing(new TlsTrouble(TlsTrouble.Kind.DNS, HOST, "no answer"));
        var some = new Safety(domain -> domain.equals("silent.jp") ? nothing : TlsPolicies.Policy.FREE, authority.trusted(), System::nanoTime);
        var here = new Route.Hosts(List.of(new Route.Host(HOST, InetAddress.getLoopbackAddress(), door.port())));
        var carrier = new MxCarrier(_ -> here, "todoku.example", SHORT, some);

        assertThat(carrier.connect("silent.jp", TlsRule.REQUIRED)).isInstanceOfSatisfying(
                Carrier.Connecting.NotSafe.class, notSafe -> assertThat(notSafe.forAll()).isFalse());
        assertThat(carrier.connect("other.jp", TlsRule.REQUIRED)).isInstanceOfSatisfying(
                Carrier.Connecting.Ready.class, ready -> ready.connection().quit());
    }

    @Test
    void an_engine_waits_says_why_and_sends_when_the_way_is_safe() throws Exception {
        TlsDoor door = door(authority.server(HOST));
        door.strip();
        var here = new Route.Hosts(List.of(new Route.Host(HOST, InetAddress.getLoopbackAddress(), door.port())));
        carrier = new MxCarrier(_ -> here, "todoku.example", SHORT, safety);
        providers = Providers.allAlike(new Shaping(CONNECTIONS, 100, 0, rest).with(TlsRule.REQUIRED));
        MailingId mailing = planned("unsafe.example", 5, "unsafe");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) > 0);
            var reason = new AtomicReference<String>(); // the destination rests for a moment only
            await(() -> {
                reason.set(reason(engine));
                return reason.get() != null;
            });
            assertThat(reason.get()).contains(HOST, "NOT_OFFERED", "NOT_SAFE");
            assertThat(replies(mailing)).isNotEmpty().allMatch(reply -> reply.startsWith("TLS not-offered " + HOST + ": "));
            assertThat(door.mails).hasValue(0);

            door.offer();
            time.set(time.get().plus(Duration.ofMinutes(16)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            assertThat(door.mails).hasValue(5);
        }
    }

    @Test
    void no_mail_goes_over_a_connection_that_was_opened_when_less_was_demanded() throws Exception {
        TlsDoor door = door(authority.server(HOST));
        door.strip();
        var here = new Route.Hosts(List.of(new Route.Host(HOST, InetAddress.getLoopbackAddress(), door.port())));
        var later = new Safety(_ -> door.mails.get() == 0 ? TlsPolicies.Policy.FREE : STRICT, authority.trusted(), System::nanoTime);
        carrier = new MxCarrier(_ -> here, "todoku.example", SHORT, later);
        providers = Providers.allAlike(new Shaping(1, 100, 0, rest));
        MailingId mailing = planned("late.example", 5, "late");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> door.mails.get() == 5 || waiting(mailing) == 4);
            assertThat(door.mails).hasValue(1);
        }
    }

    private static String reason(Engine engine) {
        Why why = engine.view().destinations().stream()
                .filter(each -> each.name().equals("unsafe.example") && each.why() != null && each.why().what() == Why.What.NOT_SAFE)
                .findFirst()
                .map(EngineView.Destination::why)
                .orElse(null);
        return why == null ? null : WhySentence.of(
                why, (key, words) -> key + " " + List.of(words), ZoneOffset.UTC, why.since());
    }

    private List<String> replies(MailingId mailing) {
        return database.client().sql("""
                SELECT t.text FROM waiting_message w JOIN reply_text t ON t.id = w.reply_id WHERE w.mailing_id = :mailing
                """).param("mailing", mailing.value()).query(String.class).list();
    }

    private TlsDoor door(TestAuthority.Identity identity) throws Exception {
        TlsDoor door = new TlsDoor(identity.context());
        doors.add(door);
        return door;
    }

    private Carrier.Connecting connect(TlsRule rule, TlsDoor... to) {
        List<Route.Host> hosts = Stream.of(to)
                .map(door -> new Route.Host(HOST, InetAddress.getLoopbackAddress(), door.port()))
                .toList();
        return new MxCarrier(_ -> new Route.Hosts(hosts), "todoku.example", SHORT, safety).connect("example.jp", rule);
    }

    private boolean mailTo(TlsRule rule, TlsDoor... to) {
        if (!(connect(rule, to) instanceof Carrier.Connecting.Ready(SmtpConnection connection, _))) return false;
        try (connection) {
            Sent sent = connection.send(
                    new Envelope("a@todoku.example", "b@example.jp"),
                    "Subject: x\r\n\r\n".getBytes(US_ASCII),
                    "x\r\n".getBytes(US_ASCII),
                    BeforeDot.NOTHING);
            return sent instanceof Sent.Accepted;
        }
    }

    private TlsTrouble.Kind trouble(TlsRule rule, TlsDoor... to) {
        if (connect(rule, to) instanceof Carrier.Connecting.NotSafe(TlsTrouble trouble, boolean forAll)) {
            assertThat(forAll).isTrue();
            assertThat(trouble.host()).isEqualTo(HOST);
            assertThat(TlsTrouble.read(trouble.toString())).isEqualTo(trouble);
            return trouble.kind();
        }
        throw new AssertionError("this is safe");
    }
}
