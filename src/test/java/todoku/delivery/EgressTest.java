package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import todoku.event.MailingId;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Answer;
import todoku.mail.smtp.Timeouts;
import todoku.mailing.Mailings;

/// Several addresses of our own, really bound; the receiving server sees from where it is called.
class EgressTest extends EngineWorld {
    private static final String TWO = "127.0.0.2";
    private static final String THREE = "127.0.0.3";

    private final SendingIps ips = new SendingIps(database.client());
    private final long operator = database.client().sql("""
            INSERT INTO operator (login, display_name, password_hash) VALUES ('taro', '太郎', '')
            ON CONFLICT (login) DO UPDATE SET display_name = '太郎' RETURNING id
            """).query(Long.class).single();

    @BeforeEach
    void callFromRealAddresses() {
        carrier = new MxCarrier(
                domain -> new Route.Hosts(
                        List.of(new Route.Host("mx." + domain, InetAddress.getLoopbackAddress(), port.getAsInt()))),
                "todoku.example",
                Timeouts.STANDARD);
    }

    @AfterEach
    void oneAddressAgain() {
        var db = database.client();
        db.sql("UPDATE egress_setting SET marketing_pool_id = 1, transactional_pool_id = 1").update();
        db.sql("DELETE FROM sending_ip WHERE id <> 1").update();
        db.sql("UPDATE sending_ip SET state = 'IN_USE', cause = NULL, said = NULL, since = NULL, weight = 100, version = version + 1")
                .update();
        db.sql("DELETE FROM waiting_message").update();
        db.sql("DELETE FROM delivery_batch WHERE pool_id <> 1").update();
        db.sql("UPDATE sender_profile SET pool_id = NULL").update();
        db.sql("UPDATE category SET pool_id = NULL").update();
        db.sql("DELETE FROM sending_pool WHERE id <> 1").update();
    }

    @Test
    void two_addresses_share_a_campaign_by_their_weight() {
        providers = Providers.allAlike(new Shaping(8, 100, 0, rest));
        out(1);
        add(1, TWO, 100);
        add(1, THREE, 25);
        mail = _ -> Answer.say(250, "Ok").after(Duration.ofMillis(2));
        List<MailingId> batches = batches("shared.example", 40, 10);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> areSent(batches));
            EngineView.Destination shown = of(engine, "shared.example");
            assertThat(shown.roads()).extracting(EngineView.Road::address).containsExactly(TWO, THREE);
            assertThat(shown.most()).isEqualTo(10);
        }
        assertOnceEach(400);
        Map<String, Integer> share = share();
        assertThat(share.keySet()).containsExactlyInAnyOrder(TWO, THREE);
        assertThat(share.get(TWO)).isGreaterThan(2 * share.get(THREE));
    }

    @Test
    void what_one_address_is_refused_for_goes_out_from_the_other() {
        out(1);
        add(1, TWO, 100);
        add(1, THREE, 100);
        greets = peer -> peer.equals(TWO) ? Answer.say(554, "Your address is on our block list").thenHangUp() : Answer.say(220, "mx");
        List<MailingId> batches = batches("blocked.example", 20, 10);
        rest = Duration.ofHours(1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> areSent(batches));
            List<EngineView.Road> roads = of(engine, "blocked.example").roads();
            assertThat(roads.getFirst().why()).isNotNull();
            assertThat(roads.getFirst().why().what()).isEqualTo(Why.What.ADDRESS_SWITCHED);
            assertThat(of(engine, "blocked.example").why()).isNull();
        }
        assertOnceEach(200);
        assertThat(share()).containsOnlyKeys(THREE);
        for (MailingId batch : batches) assertThat(attempts(batch)).containsOnly(1);
    }

    @Test
    void what_our_domain_or_the_mail_is_refused_for_is_not_brought_by_another_address() {
        out(1);
        add(1, TWO, 100);
        add(1, THREE, 100);
        dot = to -> to.startsWith("r1@")
                ? Answer.say(421, "4.7.28 an unusual rate of unsolicited mail originating from your DKIM domain")
                : Answer.say(250, "Ok");
        MailingId mailing = planned("dkim.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 1);
            deliverAnother("dkim.example", "another");
        }
        assertThat(asked).containsEntry("r1@dkim.example", 1);
        mailings.stop(mailing);
    }

    @Test
    void the_only_address_rests_and_tries_again_when_it_is_refused() {
        out(1);
        add(1, TWO, 100);
        greets = _ -> Answer.say(554, "blocked using bl.spamcop.net").thenHangUp();
        MailingId mailing = planned("only.example", 10);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) > 0 && of(engine, "only.example").why() != null);
            greets = _ -> Answer.say(220, "mx");
            time.updateAndGet(now -> now.plus(Duration.ofHours(3)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertOnceEach(10);
        assertThat(ips.all()).filteredOn(ip -> TWO.equals(ip.text())).allMatch(SendingIp::inUse);
    }

    @Test
    void an_address_on_a_blocklist_is_taken_out_everywhere_until_somebody_puts_it_back() {
        out(1);
        long two = add(1, TWO, 100);
        add(1, THREE, 100);
        greets = peer -> peer.equals(TWO)
                ? Answer.say(554, "Service unavailable; Client host blocked using zen.spamhaus.org").thenHangUp()
                : Answer.say(220, "mx");
        List<String> told = new CopyOnWriteArrayList<>();
        List<MailingId> batches = batches("listed.example", 20, 10);
        try (Engine engine = engine(_ -> {})) {
            engine.onTakenOut((ip, out) -> told.add(ip.text() + " " + out.cause()));
            engine.start();
            await(() -> areSent(batches));
            await(() -> !told.isEmpty());
            assertThat(told).containsExactly(TWO + " BLOCKLIST");
            SendingIp taken = ips.find(two).orElseThrow();
            assertThat(taken.out()).isNotNull();
            assertThat(taken.out().said()).contains("spamhaus");

            greets = _ -> Answer.say(220, "mx");
            assertThat(ips.putBack(two, taken.version(), operator, clock.instant())).isTrue();
            MailingId another = planned("elsewhere.example", 40, "e");
            await(() -> mailings.state(another) == Mailings.State.SENT);
        }
        assertOnceEach(240);
    }

    @Test
    void transactional_mail_goes_through_a_pool_of_its_own() {
        long pool = pool("通知用");
        database.client().sql("UPDATE egress_setting SET transactional_pool_id = :pool").param("pool", pool).update();
        add(pool, THREE, 100);
        out(1);
        add(1, TWO, 100);
        MailingId marketing = planned("apart.example", 50);
        MailingId notice = planned(Mailings.Kind.NOTICE, "apart.example", 5, "n");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(marketing) == Mailings.State.SENT && mailings.state(notice) == Mailings.State.SENT);
        }
        assertOnceEach(55);
        assertThat(cameFrom).allSatisfy((to, from) -> assertThat(from).isEqualTo(to.startsWith("n") ? THREE : TWO));
    }

    @Test
    void a_sender_with_a_pool_of_its_own_goes_through_that() {
        long pool = pool("店長の");
        add(pool, THREE, 100);
        out(1);
        add(1, TWO, 100);
        sender = database.client()
                .sql("INSERT INTO sender_profile (name, address, return_path, pool_id) VALUES ('店長', 's@todoku.example', 'b@todoku.example', :pool) RETURNING id")
                .param("pool", pool)
                .query(Long.class)
                .single();
        MailingId mailing = planned("own.example", 20);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(share()).containsOnlyKeys(THREE);
    }

    @Test
    void a_category_with_a_pool_of_its_own_goes_through_that_unless_the_sender_has_one() {
        long pool = pool("お知らせの");
        long another = pool("店長の");
        add(pool, THREE, 100);
        add(another, TWO, 100);
        var db = database.client();
        long category = db.sql("INSERT INTO category (name, pool_id) VALUES ('お知らせの', :pool) RETURNING id")
                .param("pool", pool)
                .query(Long.class)
                .single();
        MailingId ofCategory = planned(category, "category.example", 20);
        MailingId ofNone = planned("category.example", 5, "n");
        assertThat(pools(ofCategory)).containsOnly(pool);
        assertThat(pools(ofNone)).containsOnly(1L);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> areSent(List.of(ofCategory, ofNone)));
        }
        assertThat(share()).containsEntry(THREE, 20);
        sender = db.sql("INSERT INTO sender_profile (name, address, return_path, pool_id) VALUES ('店長', 's@todoku.example', 'b@todoku.example', :pool) RETURNING id")
                .param("pool", another)
                .query(Long.class)
                .single();
        MailingId ofBoth = planned(category, "both.example", 5);
        assertThat(pools(ofBoth)).containsOnly(another);
        mailings.stop(ofBoth);
    }

    private static List<Long> pools(MailingId mailing) {
        return database.client().sql("SELECT DISTINCT pool_id FROM delivery_batch WHERE mailing_id = :mailing")
                .param("mailing", mailing.value())
                .query(Long.class)
                .list();
    }

    @Test
    void without_any_address_everything_waits_and_says_so_until_one_is_put_back() {
        long two = add(1, TWO, 100);
        out(1);
        out(two);
        MailingId mailing = planned("nowhere.example", 5);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> of(engine, "nowhere.example").why() != null);
            EngineView.Destination shown = of(engine, "nowhere.example");
            assertThat(Objects.requireNonNull(shown.why()).what()).isEqualTo(Why.What.ALL_OUT);
            assertThat(shown.state()).isEqualTo(EngineView.State.RESTING);
            assertThat(ips.putBack(two, ips.find(two).orElseThrow().version(), operator, clock.instant())).isTrue();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(share()).containsOnlyKeys(TWO);
    }

    @Test
    void where_the_only_address_is_not_on_this_machine_the_page_says_that_and_not_that_it_was_taken_out() {
        out(1);
        add(1, "192.0.2.7", 100);
        MailingId mailing = planned("missing.example", 5);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> of(engine, "missing.example").why() != null);
            Why why = Objects.requireNonNull(of(engine, "missing.example").why());
            assertThat(why.what()).isEqualTo(Why.What.ALL_MISSING);
            assertThat(why.since()).isEqualTo(time.get());
        }
        mailings.stop(mailing);
    }

    @Test
    void whoever_waits_keeps_the_pool() {
        long pool = pool("待ち");
        database.client().sql("UPDATE egress_setting SET marketing_pool_id = :pool").param("pool", pool).update();
        add(pool, THREE, 100);
        Map<String, Integer> tries = new ConcurrentHashMap<>();
        rcpt = to -> tries.merge(to, 1, Integer::sum) == 1 ? Answer.say(451, "4.3.0 later") : Answer.say(250, "Ok");
        MailingId mailing = planned("again.example", 5);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 5);
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(16)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(share()).containsOnlyKeys(THREE);
    }

    @Test
    void an_address_that_is_taken_out_or_added_counts_without_a_restart() {
        long two = add(1, TWO, 100);
        out(1);
        MailingId mailing = planned("moved.example", 10);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            SendingIp ip = ips.find(two).orElseThrow();
            assertThat(ips.takeOut(two, ip.version(), operator, clock.instant())).isTrue();
            await(() -> of(engine, "moved.example").most() == CONNECTIONS && of(engine, "moved.example").connections() == 0);
            MailingId later = planned("moved.example", 10, "l");
            add(1, THREE, 100);
            await(() -> mailings.state(later) == Mailings.State.SENT);
        }
        assertThat(cameFrom).allSatisfy((to, from) -> assertThat(from).isEqualTo(to.startsWith("l") ? THREE : TWO));
    }

    @Test
    void an_address_that_is_not_on_this_machine_sends_nothing_and_costs_no_attempt() {
        add(1, "192.0.2.7", 100);
        MailingId mailing = planned("gone.example", 100);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertOnceEach(100);
        assertThat(share()).containsOnlyKeys("127.0.0.1");
        assertThat(LocalAddress.isHere(InetAddress.ofLiteral("192.0.2.7"))).isFalse();
    }

    @Test
    void the_last_address_that_is_on_this_machine_is_not_taken_out() {
        out(1);
        long two = add(1, TWO, 100);
        add(1, "192.0.2.7", 100);
        greets = _ -> Answer.say(554, "Service unavailable; Client host blocked using zen.spamhaus.org").thenHangUp();
        MailingId mailing = planned("listed-last.example", 10);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) > 0 && of(engine, "listed-last.example").why() != null);
            greets = _ -> Answer.say(220, "mx");
            time.updateAndGet(now -> now.plus(Duration.ofHours(3)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(ips.find(two).orElseThrow().inUse()).isTrue();
        assertOnceEach(10);
    }

    @Test
    void an_address_that_is_gone_is_told_once_unless_it_may_be_another_nodes() {
        long here = add(1, TWO, 100);
        long gone = add(1, "192.0.2.7", 100);
        database.client().sql("UPDATE sending_ip SET missing_since = now() WHERE id = :id").param("id", here).update();
        List<String> lost = new CopyOnWriteArrayList<>();

        new Egress(database.client(), false, ip -> lost.add(ip.text()), clock).refresh();
        assertThat(lost).isEmpty();
        assertThat(missing()).isEmpty();

        Egress egress = new Egress(database.client(), true, ip -> lost.add(ip.text()), clock);
        egress.refresh();
        egress.refresh();
        assertThat(lost).containsExactly("192.0.2.7");
        assertThat(missing()).containsExactly(gone);
        assertThat(egress.of(1)).extracting(SendingIp::id).contains(here).doesNotContain(gone);
    }

    @Test
    void whoever_examines_a_sender_is_told_the_addresses_in_use_of_its_pools() {
        database.client().sql("UPDATE sending_ip SET helo_name = '' WHERE id = 1").update();
        long two = add(1, TWO, 100);
        long pool = pool("別");
        add(pool, THREE, 100);
        PoolAddresses addresses = new PoolAddresses(database.client(), false);
        assertThat(addresses.of(null)).extracting(own -> own.address() == null ? "" : own.address().getHostAddress()).containsExactly("", TWO);
        out(two);
        assertThat(addresses.of(null)).hasSize(1);
        assertThat(addresses.of(pool)).extracting(own -> own.address() == null ? "" : own.address().getHostAddress()).containsExactly(THREE);
    }

    private static List<Long> missing() {
        return database.client().sql("SELECT id FROM sending_ip WHERE missing_since IS NOT NULL").query(Long.class).list();
    }

    @Test
    void what_is_over_the_plan_of_a_new_address_goes_out_from_a_warm_one() {
        out(1);
        long two = warming(TWO);
        add(1, THREE, 100);
        List<MailingId> batches = batches("overflow.example", 30, 20);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> areSent(batches));
            await(() -> days(two).equals(List.of("0 " + FIRST_DAY)));
            assertThat(engine.warmups()).singleElement().satisfies(shown -> {
                assertThat(shown.destination()).isEqualTo("overflow.example");
                assertThat(shown.isFull()).isTrue();
                assertThat(shown.day()).isEqualTo(1);
                assertThat(shown.tomorrow()).isEqualTo(100);
            });
            assertThat(of(engine, "overflow.example").why()).isNull();
        }
        assertOnceEach(600);
        assertThat(share()).containsEntry(TWO, FIRST_DAY).containsEntry(THREE, 600 - FIRST_DAY);
    }

    @Test
    void the_only_address_waits_for_tomorrow_when_it_is_new_also_across_a_restart() {
        out(1);
        long two = warming(TWO);
        MailingId mailing = planned("tomorrow.example", 200);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> received.size() == FIRST_DAY && of(engine, "tomorrow.example").why() != null);
            Why why = of(engine, "tomorrow.example").why();
            assertThat(why).isNotNull();
            assertThat(why.what()).isEqualTo(Why.What.WARMING);
            assertThat(why.from()).isEqualTo(FIRST_DAY);
            assertThat(why.until()).isEqualTo(Instant.parse("2026-04-02T00:00:00Z")); // 09:00 in Tokyo
            await(() -> days(two).equals(List.of("0 " + FIRST_DAY)));
        }
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> of(engine, "tomorrow.example").why() != null);
            assertThat(received).hasSize(FIRST_DAY);
            time.updateAndGet(now -> now.plus(Duration.ofDays(1)));
            await(() -> received.size() == FIRST_DAY + 100); // the second day of the plan
            time.updateAndGet(now -> now.plus(Duration.ofDays(1)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertOnceEach(200);
    }

    @Test
    void a_new_address_keeps_to_its_plan_for_all_destinations_of_a_provider_together_also_across_a_restart() {
        providers = tenants(Map.of(RuleField.CONNECTIONS_PER_SECOND, 0, RuleField.MAILS_PER_CONNECTION, 2));
        carrier = tenantsEachWithAHostOfItsOwn();
        out(1);
        warming(TWO);
        List<MailingId> tenants =
                IntStream.range(0, 20).mapToObj(i -> planned("tenant" + i + ".example", 5, "r")).toList();
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> received.size() == FIRST_DAY && isWarming(engine, "tenant0.example", "tenant19.example"));
        }
        IntStream.range(20, 25).forEach(i -> planned("tenant" + i + ".example", 5, "r"));
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> isWarming(engine, "tenant0.example", "tenant19.example", "tenant24.example"));
            assertThat(received).hasSize(FIRST_DAY);
            time.updateAndGet(now -> now.plus(Duration.ofDays(1)));
            await(() -> areSent(tenants));
        }
    }

    @Test
    void connections_to_a_provider_are_no_more_than_its_rule_says_whichever_of_its_destinations_they_are_for() {
        providers = tenants(Map.of(RuleField.CONNECTIONS, 3, RuleField.CONNECTIONS_PER_SECOND, 0));
        carrier = tenantsEachWithAHostOfItsOwn();
        var most = new AtomicInteger();
        dot = _ -> {
            most.accumulateAndGet(connected.get(), Math::max);
            return Answer.say(250, "2.0.0 Ok");
        };
        List<MailingId> tenants =
                IntStream.range(0, 30).mapToObj(i -> planned("branch" + i + ".example", i == 0 ? 300 : 3, "r")).toList();
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> areSent(tenants));
        }
        assertOnceEach(300 + 29 * 3);
        // A connection that has been left is still open there for a moment.
        assertThat(most.get()).isBetween(2, 2 * 3);
    }

    private Providers tenants(Map<RuleField, Integer> changed) {
        List<Provider> all = new ArrayList<>(Providers.shipped().all());
        all.replaceAll(provider -> provider.key().equals("microsoft-365")
                ? new Provider(provider.key(), "365", "365", provider.domains(), provider.hosts(), provider.rule().with(changed))
                : provider);
        return Providers.shipped().with(all);
    }

    private Carrier tenantsEachWithAHostOfItsOwn() {
        return new MxCarrier(
                domain -> new Route.Hosts(List.of(new Route.Host(
                        domain.replace('.', '-') + ".mail.protection.outlook.com",
                        InetAddress.getLoopbackAddress(),
                        port.getAsInt()))),
                "todoku.example",
                Timeouts.STANDARD);
    }

    private static boolean isWarming(Engine engine, String... names) {
        return Stream.of(names).map(name -> of(engine, name).why()).allMatch(why -> why != null && why.what() == Why.What.WARMING);
    }

    private static final int FIRST_DAY = 50;

    private long warming(String address) {
        return ips.add(1, InetAddress.ofLiteral(address), "", 100, LocalDate.parse("2026-04-01"), operator, clock.instant())
                .orElseThrow();
    }

    private static List<String> days(long ip) {
        return database.client()
                .sql("SELECT step || ' ' || mails FROM warmup_day WHERE sending_ip_id = :ip ORDER BY day")
                .param("ip", ip)
                .query(String.class)
                .list();
    }

    /// Small ones, so that both addresses find some.
    private List<MailingId> batches(String domain, int count, int each) {
        return IntStream.range(0, count).mapToObj(i -> planned(domain, each, "b" + i + "-")).toList();
    }

    private boolean areSent(List<MailingId> batches) {
        return batches.stream().allMatch(batch -> mailings.state(batch) == Mailings.State.SENT);
    }

    private void out(long id) {
        database.client()
                .sql("UPDATE sending_ip SET state = 'TAKEN_OUT', cause = 'OPERATOR', since = now(), version = version + 1 WHERE id = :id")
                .param("id", id)
                .update();
    }

    private long add(long pool, String address, int weight) {
        return ips.add(pool, InetAddress.ofLiteral(address), "mx" + weight + ".todoku.example", weight, null, operator, clock.instant())
                .orElseThrow();
    }

    private static long pool(String name) {
        return database.client()
                .sql("INSERT INTO sending_pool (name) VALUES (:name) RETURNING id")
                .param("name", name)
                .query(Long.class)
                .single();
    }

    private Map<String, Integer> share() {
        Map<String, Integer> share = new HashMap<>();
        cameFrom.values().forEach(from -> share.merge(from, 1, Integer::sum));
        return share;
    }

    private void assertOnceEach(int recipients) {
        assertThat(received).hasSize(recipients);
        assertThat(received.values()).containsOnly(1);
    }

    private static EngineView.Destination of(Engine engine, String name) {
        return engine.view().destinations().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }
}
