package todoku;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.campaign.Launch;
import todoku.customer.ImportChoices;
import todoku.customer.ImportProgress;
import todoku.database.TestDatabase;
import todoku.delivery.EngineView;
import todoku.delivery.Why;
import todoku.delivery.WhySentence;
import todoku.event.Event.Environment;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;
import todoku.simulation.Limit;
import todoku.web.Texts;

/// The engine with its shipped rules in the simulated internet, whose hours are seconds here.
class SimulatedWorldTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    static final int TIMES_FASTER = 200;
    static final House.Pace HASTE = new House.Pace(
            TIMES_FASTER, List.of(Duration.ofMillis(100), Duration.ofMillis(500), Duration.ofSeconds(1)));
    static final Duration EXPIRY = Duration.ofMinutes(10);
    static final Duration LOOKING = Duration.ofMillis(100);
    static final Map<String, Integer> HOURLY =
            Map.of("gmail", 300, "yahoo-japan", 150, "docomo", 150, "icloud", 40, "au", 60, "microsoft", 30, "softbank", 50);

    final Texts texts = new Texts();

    @TempDir
    static Path home;

    House house;

    @BeforeEach
    void open() throws IOException {
        house = House.over(database.database(), home, HASTE, Optional.empty(), 0);
    }

    @AfterEach
    void close() {
        house.close();
        var db = database.database().client();
        db.sql("DELETE FROM sending_ip WHERE id <> 1").update();
        db.sql("UPDATE sending_ip SET state = 'IN_USE', cause = NULL, version = version + 1").update();
    }

    @Test
    void every_provider_gets_every_mail_once_although_it_has_had_enough_meanwhile_and_the_sentence_names_its_reply() throws Exception {
        HOURLY.forEach((provider, mails) -> house.internet.limit(provider, Limit.MAILS_PER_HOUR, mails));
        Path file = home.resolve("crowd.csv");
        Crowd.write(3_000, file);
        Launch.Planned planned = launch("みんな", file);

        Map<String, String> sentences = new ConcurrentHashMap<>();
        await(Duration.ofMinutes(5), () -> {
            hear(sentences);
            return progress(planned).remaining() == waitingForRoom(planned);
        });

        Progress progress = progress(planned);
        assertThat(progress.delivered() + progress.failed() + progress.waiting()).as("nobody is lost, nobody is in doubt").isEqualTo(planned.planned());
        assertThat(house.internet.received()).isEqualTo(progress.delivered());
        assertThat(house.internet.duplicates()).isZero();
        assertThat(reasons(planned)).as("nobody pays for a limit").isSubsetOf("USER_UNKNOWN", "FILTERED", "SUSPENDED", "MAILBOX_FULL");
        assertThat(progress.failed()).isLessThan(planned.planned() / 25);
        assertThat(String.join("\n", house.internet.complaints().keySet()))
                .contains("421 4.7.28", "[TSS04]", "excessive volume", "4.7.651", "au, UQ mobile, 127.0.0.1: RCPT reset", "SoftBank, 127.0.0.1: RCPT 20 s later");
        assertThat(sentences.get("gmail")).contains("「421」の応答があり、送信を止めました");
        assertThat(sentences.get("yahoo-japan")).contains("「421」の応答があり");
        assertThat(sentences.get("microsoft")).contains("「451」の応答があり");
        assertThat(sentences.get("icloud")).contains("「421」の応答があり");
    }

    @Test
    void each_of_our_addresses_is_refused_and_forgiven_apart() throws Exception {
        house.internet.limit("gmail", Limit.MAILS_PER_HOUR, 100);
        Path file = home.resolve("gmail.csv");
        var csv = new StringBuilder("会員番号,姓,名,メールアドレス,会員ランク,メルマガ希望\r\n");
        for (int i = 0; i < 500; i++) csv.append(60_000_000 + i + ",佐藤,花子,user" + i + "@gmail.example,,希望する\r\n");
        Files.writeString(file, csv);
        Demo.sendFrom(database.database(), 2);
        Launch.Planned planned = launch("二つの送信IPアドレス", file);

        await(Duration.ofMinutes(3), () -> progress(planned).remaining() == 0);

        assertThat(progress(planned).delivered()).isEqualTo((int) house.internet.received());
        assertThat(house.internet.duplicates()).isZero();
        assertThat(String.join("\n", house.internet.complaints().keySet()))
                .contains("Gmail, 127.0.0.2: DOT 421 4.7.28", "Gmail, 127.0.0.3: DOT 421 4.7.28")
                .doesNotContain("127.0.0.1");
    }

    @Test
    void the_first_percent_stops_a_list_of_which_a_third_is_unknown() throws Exception {
        Path file = home.resolve("bought.csv");
        var csv = new StringBuilder("会員番号,姓,名,メールアドレス,会員ランク,メルマガ希望\r\n");
        for (int i = 0; i < 2_000; i++)
            csv.append(String.format(Locale.ROOT, "%d,佐藤,花子,%s%d@shop%d.example,,希望する\r\n", 50_000_000 + i, i % 10 < 3 ? "unknown-" : "user", i, i % 20));
        Files.writeString(file, csv);
        Launch.Planned planned = launch("買った名簿", file);

        await(Duration.ofMinutes(1), () -> house.mailings.state(planned.mailing()) == Mailings.State.PAUSED);

        assertThat(house.internet.received()).isLessThan(100);
        assertThat(progress(planned).remaining()).isEqualTo(planned.planned() - 100);
    }

    Launch.Planned launch(String name, Path file) throws IOException {
        long group = house.groups.findOrCreate(1, name).id();
        ImportProgress started = house.imports.start(file, new ImportChoices(name, group, false));
        house.imports.run(started.id(), file);
        long sender = house.senders.add("とどくショップ " + name, "news@shop.example", "bounce@shop.example").id();
        long mail = house.mails.freeze(house.mails.save(1, name, Sample.MAIL), house.values.names());
        house.start();
        Launch.Planned planned = house.launch.plan(
                new Launch.Order(1, group, mail, sender, Environment.SANDBOX, house.clock.instant().plus(EXPIRY)));
        house.engine.wake();
        return planned;
    }

    /// The first thing that is told about a provider.
    void hear(Map<String, String> sentences) {
        EngineView view = house.engine.view();
        for (EngineView.Destination each : view.destinations()) {
            Why why = each.why();
            if (why == null) continue;
            sentences.computeIfAbsent(
                    each.provider().key(),
                    _ -> WhySentence.of(why, (key, arguments) -> texts.get(Locale.JAPANESE, key, arguments), House.ZONE, view.at()));
        }
    }

    Progress progress(Launch.Planned planned) {
        return house.mailings.progress(planned.mailing());
    }

    /// Their mailboxes stay full.
    int waitingForRoom(Launch.Planned planned) {
        return database.database().client()
                .sql("""
                        SELECT count(*) FROM waiting_message w JOIN reply_text t ON t.id = w.reply_id
                         WHERE w.mailing_id = :mailing AND t.text LIKE '452 4.2.2%'
                        """)
                .param("mailing", planned.mailing().value())
                .query(Integer.class)
                .single();
    }

    TreeSet<String> reasons(Launch.Planned planned) {
        return new TreeSet<>(database.database().client()
                .sql("SELECT DISTINCT reason FROM recipient_result WHERE mailing_id = :mailing AND state = 'FAILED'")
                .param("mailing", planned.mailing().value())
                .query(String.class)
                .list());
    }

    /// Looks often enough, and does not take the engine's processor away.
    void await(Duration patience, BooleanSupplier reached) throws Exception {
        var done = new CompletableFuture<Boolean>();
        house.jobs.every("looking", LOOKING, () -> {
            if (reached.getAsBoolean()) done.complete(true);
        });
        assertThat(done.get(patience.toSeconds(), TimeUnit.SECONDS)).isTrue();
    }
}
