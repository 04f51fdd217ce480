package todoku.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;

class ResponsesTest {
    private static final Instant NOON = Instant.parse("2026-11-21T03:00:00.123456Z");

    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @Test
    void each_reader_is_counted_once_for_opening_and_once_for_each_link() {
        long mailing = TestMailing.create(database.client(), "GROUP");
        try (var responses = new Responses(database.database())) {
            for (int i = 0; i < 3; i++) {
                responses.opened(mailing, 1, NOON, null);
                responses.opened(mailing, 2, NOON, null);
                responses.clicked(mailing, 1, 1, NOON, null);
                responses.clicked(mailing, 1, 2, NOON, null);
                responses.clicked(mailing, 3, 2, NOON, null);
                if (i == 1) responses.flush();
            }
            responses.flush();

            assertThat(responses.figures(mailing)).isEqualTo(new Responses.Figures(2, 2, Map.of(1, 1L, 2, 2L)));
            assertThat(responses.lost()).isZero();
        }
    }

    @Test
    void the_time_of_the_first_open_stays() {
        long mailing = TestMailing.create(database.client(), "GROUP");
        try (var responses = new Responses(database.database())) {
            responses.opened(mailing, 1, NOON, null);
            responses.flush();
            responses.opened(mailing, 1, NOON.plusSeconds(60), null);
        }

        assertThat(database.client()
                        .sql("SELECT at FROM first_open WHERE mailing_id = :mailing")
                        .param("mailing", mailing)
                        .query(OffsetDateTime.class)
                        .single()
                        .toInstant())
                .isEqualTo(NOON);
    }

    @Test
    void closing_commits_what_waits_even_if_it_is_more_than_one_group() {
        long mailing = TestMailing.create(database.client(), "GROUP");
        var responses = new Responses(database.database());
        for (int no = 0; no < 2 * Responses.GROUP + 1; no++) responses.opened(mailing, no, NOON, null);
        responses.close();

        assertThat(responses.figures(mailing).opens()).isEqualTo(2 * Responses.GROUP + 1);
        responses.flush();
    }

    @Test
    void the_readers_of_a_test_mail_are_not_counted() {
        long mailing = TestMailing.create(database.client(), "TEST");
        try (var responses = new Responses(database.database())) {
            responses.opened(mailing, 1, NOON, null);
            responses.clicked(mailing, 1, 1, NOON, null);
            responses.flush();

            assertThat(responses.figures(mailing)).isEqualTo(new Responses.Figures(0, 0, Map.of()));
        }
    }

    @Test
    void the_last_open_and_click_of_a_customer_are_kept_by_environment() {
        long mailing = TestMailing.create(database.client(), "GROUP");
        for (int no = 1; no <= 2; no++)
            database.client()
                    .sql("INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id) VALUES (:mailing, :no, :no, 70 + :no)")
                    .param("mailing", mailing)
                    .param("no", no)
                    .update();
        try (var responses = new Responses(database.database())) {
            responses.opened(mailing, 1, NOON, null);
            responses.clicked(mailing, 1, 1, NOON.plusSeconds(5), null);
            responses.opened(mailing, 2, NOON, null);
            responses.flush();
            responses.opened(mailing, 1, NOON.plusSeconds(3600), null);
            responses.opened(mailing, 2, NOON.minusSeconds(3600), null);
            responses.opened(mailing, 99, NOON, null);
        }

        assertThat(database.client()
                        .sql("SELECT environment || ' ' || customer_id || ' ' || (opened_at - :noon::timestamptz) || ' ' || coalesce((clicked_at - :noon::timestamptz)::text, '-')"
                                + " FROM customer_activity ORDER BY customer_id")
                        .param("noon", NOON.toString())
                        .query(String.class)
                        .list())
                .containsExactly("LIVE 71 01:00:00 00:00:05", "LIVE 72 00:00:00 -");
    }
}
