package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;

/// Engine, rules and pace together, with a receiving server that complains.
class ShapingTest extends EngineWorld {
    private final ProviderChanges changes = new ProviderChanges(database.client());
    private final long operator = database.client().sql("""
            INSERT INTO operator (login, display_name, password_hash) VALUES ('taro', '太郎', '')
            ON CONFLICT (login) DO UPDATE SET display_name = '太郎' RETURNING id
            """).query(Long.class).single();

    @AfterEach
    void asShipped() {
        database.client().sql("DELETE FROM provider_rule").update();
    }

    @Test
    void a_421_takes_half_of_the_connections_away_and_says_so() {
        providers = rules(Map.of(RuleField.CONNECTIONS, 4, RuleField.CONNECTIONS_PER_SECOND, 0));
        var refusals = new AtomicInteger(1);
        rcpt = _ -> refusals.getAndDecrement() > 0
                ? Answer.say(421, "4.7.0 Too many connections, try again later").thenHangUp()
                : Answer.say(250, "Ok");
        MailingId mailing = planned("slow.example", 40);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.progress(mailing).delivered() == 39);
            EngineView.Destination shown = of(engine, "slow.example");
            assertThat(shown.state()).isEqualTo(EngineView.State.SLOWED);
            assertThat(shown.allowed()).isEqualTo(2);
            assertThat(shown.most()).isEqualTo(4);
            Why why = shown.why();
            assertThat(why).isNotNull();
            assertThat(why.reply()).isEqualTo("421 4.7.0 Too many connections, try again later");
            assertThat(why.until()).isEqualTo(clock.instant().plus(Duration.ofMinutes(5)));
            await(() -> stored("slow.example").equals(List.of("SLOWED")));
        }
        assertThat(waitingAttempts(mailing)).containsExactly(0);
        mailings.stop(mailing);
    }

    @Test
    void a_refusal_of_our_settings_stops_all_destinations_of_that_provider() {
        providers = Providers.shipped();
        dot = _ -> Answer.say(550, "5.7.26 unauthenticated");
        MailingId first = planned("gmail.com", 3);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(first) > 0);
            assertThat(of(engine, "gmail.com").state()).isEqualTo(EngineView.State.ALARM);
            assertThat(mailings.progress(first).failed()).isZero();
        }
        mailings.stop(first);
    }

    @Test
    void whoever_has_mended_the_settings_lets_one_mail_try_at_once() {
        providers = Providers.shipped();
        var mended = new AtomicBoolean();
        dot = _ -> mended.get() ? Answer.say(250, "Ok") : Answer.say(550, "5.7.26 unauthenticated");
        MailingId mailing = planned("yahoo.com", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) > 0 && of(engine, "yahoo.com").canTry());
            mended.set(true);
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(76))); // who was refused is due; the lane still rests
            engine.tryNow(of(engine, "yahoo.com").id());
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
    }

    @Test
    void a_rest_and_the_count_of_the_hour_outlive_a_restart() {
        providers = rules(Map.of(RuleField.MAILS_PER_HOUR, 5, RuleField.CONNECTIONS_PER_SECOND, 0));
        MailingId mailing = planned("hour.example", 8);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.progress(mailing).delivered() == 5);
        }
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> of(engine, "hour.example").why() != null);
            assertThat(received).hasSize(5);
            time.updateAndGet(now -> now.plus(Duration.ofHours(1)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(received).hasSize(8);
    }

    @Test
    void a_changed_rule_counts_without_a_restart() {
        providers = rules(Map.of(RuleField.MAILS_PER_HOUR, 1, RuleField.CONNECTIONS_PER_SECOND, 0));
        MailingId mailing = planned("changed.example", 5);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.progress(mailing).delivered() == 1);
            changes.save("default", Map.of("mails-per-hour", "0"), 0, operator, clock.instant());
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(received).hasSize(5);
    }

    private static EngineView.Destination of(Engine engine, String name) {
        return engine.view().destinations().stream().filter(each -> each.name().equals(name)).findFirst().orElseThrow();
    }

    private static List<String> stored(String name) {
        return database.client()
                .sql("SELECT w.what FROM lane_why w JOIN destination d ON d.id = w.destination_id WHERE d.name = :name")
                .param("name", name)
                .query(String.class)
                .list();
    }

    @Test
    void in_quiet_hours_a_campaign_waits_and_says_until_when_while_an_order_s_mail_goes() {
        providers = rules(Map.of(RuleField.QUIET_FROM, 9 * 60, RuleField.QUIET_TO, 11 * 60));
        MailingId campaign = planned("quiet.example", 3);
        MailingId order = planned(Mailings.Kind.RELAY, "quiet.example", 1, "order");
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(order) == Mailings.State.SENT);
            Why why = of(engine, "quiet.example").why();
            assertThat(why).isNotNull();
            assertThat(why.what()).isEqualTo(Why.What.QUIET_HOURS);
            assertThat(why.until()).isEqualTo("2026-04-01T02:00:00Z");
            assertThat(received).hasSize(1);
            time.set(Instant.parse("2026-04-01T02:00:00Z"));
            await(() -> mailings.state(campaign) == Mailings.State.SENT);
        }
        assertThat(received).hasSize(4);
    }

    @Test
    void whoever_is_next_when_quiet_hours_begin_waits_for_their_end() {
        providers = rules(Map.of(RuleField.CONNECTIONS, 1, RuleField.QUIET_FROM, 21 * 60, RuleField.QUIET_TO, 8 * 60));
        var first = new AtomicBoolean(true);
        dot = _ -> {
            if (first.getAndSet(false)) time.set(Instant.parse("2026-04-01T12:00:00Z")); // 21:00 in Tokyo
            return Answer.say(250, "Ok");
        };
        MailingId mailing = planned("night.example", 20);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> stored("night.example").equals(List.of("QUIET_HOURS")));
            await(() -> engine.awaiting(mailing) == 0);
            assertThat(received).hasSizeBetween(1, 3); // one in dialogue, and those who were open already
            time.set(Instant.parse("2026-04-01T23:00:00Z"));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(received).hasSize(20);
    }

    @ParameterizedTest
    @CsvSource(nullValues = "-", value = {
        "2026-04-01T11:59:00Z, -, -", // 20:59
        "2026-04-01T12:00:00Z, 2026-04-01T12:00:00Z, 2026-04-01T23:30:00Z",
        "2026-04-01T15:30:00Z, 2026-04-01T12:00:00Z, 2026-04-01T23:30:00Z", // half past midnight
        "2026-04-01T23:29:59Z, 2026-04-01T12:00:00Z, 2026-04-01T23:30:00Z",
        "2026-04-01T23:30:00Z, -, -"
    })
    void quiet_hours_may_lie_around_midnight(Instant moment, @Nullable Instant since, @Nullable Instant until) {
        QuietHours.Stretch found = new QuietHours(21 * 60, 8 * 60 + 30).at(moment, ZoneId.of("Asia/Tokyo"));
        assertThat(found).isEqualTo(since == null || until == null ? null : new QuietHours.Stretch(since, until));
    }

    @Test
    void the_same_time_twice_is_no_quiet_time() {
        assertThat(new QuietHours(60, 60).at(Instant.parse("2026-04-01T16:00:00Z"), ZoneId.of("Asia/Tokyo"))).isNull();
    }

    private static Providers rules(Map<RuleField, Integer> changed) {
        List<Provider> all = new ArrayList<>(Providers.shipped().all());
        Rule rule = all.getFirst().rule().with(changed);
        all.set(0, new Provider(Provider.DEFAULT, "そのほか", "Others", List.of(), List.of(), rule));
        return Providers.shipped().with(all);
    }
}
