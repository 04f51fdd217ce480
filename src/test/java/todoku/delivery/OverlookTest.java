package todoku.delivery;

import static java.time.ZoneOffset.UTC;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;

/// What the page 配信エンジン asks: short answers, whatever waits.
class OverlookTest extends EngineWorld {
    private static final int MANY = 300;

    @Test
    void more_destinations_than_have_room_are_summed_and_slowed_ones_keep_their_row() {
        MailingId mailing = planned("overlook.example", 5);
        database.client().sql("""
                WITH d AS (INSERT INTO destination (name) SELECT 'many' || n || '.example' FROM generate_series(1, :many) n RETURNING id)
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts)
                SELECT :mailing, 1000 + d.id, d.id, 50, :now, :now, :now, 1 FROM d
                """)
                .param("many", MANY)
                .param("mailing", mailing.value())
                .param("now", clock.instant().atOffset(UTC))
                .update();
        long slowed = database.client().sql("SELECT id FROM destination WHERE name = 'many300.example'").query(Long.class).single();

        List<Backlog.Row> rows = new Backlog(database.client()).rows(List.of(slowed), Overlook.MOST);

        assertThat(rows).hasSize(Overlook.MOST + 1).anyMatch(row -> row.id() == slowed);
        Backlog.Row others = rows.stream().filter(row -> row.id() == Backlog.OTHERS).findFirst().orElseThrow();
        assertThat(others.destinations()).isEqualTo(MANY + 1 - Overlook.MOST);
        assertThat(rows.stream().mapToLong(Backlog.Row::fresh).sum()).isEqualTo(5);
        assertThat(rows.stream().mapToLong(Backlog.Row::again).sum()).isEqualTo(MANY);
        assertThat(others.due()).isEqualTo(clock.instant());
        database.client().sql("DELETE FROM waiting_message").update();
    }

    @Test
    void one_who_is_sent_to_again_later_has_a_row_that_says_when() {
        Map<String, Boolean> refused = new ConcurrentHashMap<>();
        rcpt = to -> refused.putIfAbsent(to, true) == null ? Answer.say(451, "4.7.1 Come again") : Answer.say(250, "Ok");
        MailingId mailing = planned("later.example", 3);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 3);
            await(() -> row(engine) != null && engine.overlook().figures().again() == 3);
            DestinationRow row = row(engine);
            assertThat(row).isNotNull();
            assertThat(row.waiting()).isEqualTo(3);
            assertThat(row.due()).isAfter(clock.instant()).isBefore(clock.instant().plus(Duration.ofDays(1)));
            assertThat(engine.overlook().others().destinations()).isZero();
        }
    }

    private static @Nullable DestinationRow row(Engine engine) {
        return engine.overlook().destinations().stream()
                .filter(each -> each.lane().name().equals("later.example"))
                .findFirst()
                .orElse(null);
    }
}
