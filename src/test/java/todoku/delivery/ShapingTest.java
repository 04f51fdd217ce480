package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(61))); // who was refused is due; the lane still rests
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

    private static Providers rules(Map<RuleField, Integer> changed) {
        List<Provider> all = new ArrayList<>(Providers.shipped().all());
        Rule rule = all.getFirst().rule().with(changed);
        all.set(0, new Provider(Provider.DEFAULT, "そのほか", "Others", List.of(), List.of(), rule));
        return Providers.shipped().with(all);
    }
}
