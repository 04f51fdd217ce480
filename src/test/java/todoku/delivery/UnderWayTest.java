package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import todoku.delivery.standing.Standings;
import todoku.event.AddressId;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Recipients;
import todoku.mailing.Result;
import todoku.mailing.Results;

/// Which mails are under way to an address.
class UnderWayTest extends EngineWorld {
    private final Standings standings = new Standings(database.client(), () -> null, clock);

    @Test
    void everybody_of_a_mailing_to_many_destinations_is_found_under_their_number() {
        addresses("one.way.example", 40);
        addresses("two.way.example", 1);
        addresses("three.way.example", 25);
        resolve("one.way.example");
        resolve("three.way.example");
        MailingId mailing = toEverybodyOf("%.way.example", 10);

        List<Long> recipients = recipients(mailing);
        assertThat(recipients).hasSize(66);
        for (int no = 1; no <= recipients.size(); no++)
            assertThat(standings.underWay(new AddressId(recipients.get(no - 1)), 0, 1)).containsExactly(new Standings.Mail(mailing, no));
    }

    @Test
    void one_whose_domain_was_not_known_when_it_was_planned_is_found_after_it_is() {
        addresses("late.late.example", 3);
        addresses("early.late.example", 3);
        resolve("early.late.example");
        MailingId mailing = toEverybodyOf("%.late.example", Integer.MAX_VALUE);
        List<Long> recipients = recipients(mailing);
        resolve("late.late.example");
        for (int no = 1; no <= recipients.size(); no++)
            assertThat(standings.underWay(new AddressId(recipients.get(no - 1)), 0, 1)).containsExactly(new Standings.Mail(mailing, no));
    }

    @Test
    void of_several_the_newest_is_first_and_what_has_a_result_or_was_stopped_is_none() {
        addresses("several.example", 5);
        MailingId first = toEverybodyOf("several.example", Integer.MAX_VALUE);
        MailingId second = toEverybodyOf("several.example", Integer.MAX_VALUE);
        MailingId stopped = toEverybodyOf("several.example", Integer.MAX_VALUE);
        mailings.stop(stopped);
        mailings.pause(first, Mailings.PauseCause.USER);
        AddressId third = new AddressId(recipients(first).get(2));
        assertThat(standings.underWay(third, 0, 1)).containsExactly(new Standings.Mail(second, 3), new Standings.Mail(first, 3));

        record(new Results(database.client()), new Result(second, 3, Result.State.DELIVERED, null, null, 1, clock.instant()));
        assertThat(standings.underWay(third, 0, 1)).containsExactly(new Standings.Mail(first, 3));
        assertThat(standings.underWay(new AddressId(987_654_321), 0, 1)).isEmpty();
    }

    @Test
    void of_several_who_share_an_address_each_is_found_under_the_own_number() {
        addresses("shared.example", 3);
        MailingId mailing = toEverybodyOf("shared.example", Integer.MAX_VALUE, "1001::bigint, 1002, 1003");
        var db = database.client();
        long second = db.sql("SELECT id FROM address WHERE canonical = 'u2@shared.example'").query(Long.class).single();
        for (long customer = 1001; customer <= 1003; customer++) {
            int no = db.sql("SELECT no FROM mailing_recipient WHERE mailing_id = :mailing AND address_id = :address AND customer_id = :customer")
                    .param("mailing", mailing.value()).param("address", second).param("customer", customer).query(Integer.class).single();
            assertThat(standings.underWay(new AddressId(second), customer, 3)).containsExactly(new Standings.Mail(mailing, no));
        }
        assertThat(standings.to("u2@shared.example", 10)).hasSize(3);
    }

    private void addresses(String domain, int count) {
        database.client().sql("""
                WITH d AS (INSERT INTO domain (name) VALUES (:domain) RETURNING id)
                INSERT INTO address (canonical, as_written, domain_id)
                SELECT 'u' || n || '@' || :domain, 'u' || n || '@' || :domain, d.id FROM d, generate_series(1, :count) n
                """).param("domain", domain).param("count", count).update();
    }

    /// As a campaign is planned.
    private MailingId toEverybodyOf(String domains, int stage) {
        return toEverybodyOf(domains, stage, "NULL::bigint");
    }

    /// @param customers who has each of the addresses
    private MailingId toEverybodyOf(String domains, int stage, String customers) {
        var recipients = new Recipients(database.client());
        return database.database().inTransaction(() -> {
            MailingId mailing = mailings.create(new Mailings.NewMailing(
                    Mailings.Kind.GROUP, Environment.LIVE, 1, null, 50, null, null, clock.instant().plus(Duration.ofDays(3))));
            int planned = recipients.choose("""
                    SELECT unnest(ARRAY[{customers}]) AS customer_id, a.id AS address_id FROM address a JOIN domain n ON n.id = a.domain_id
                     WHERE n.name LIKE :domains
                    """.replace("{customers}", customers), Map.of("domains", domains));
            new Batches(database.client()).cut(mailing, recipients.write(mailing), stage);
            mailings.planned(mailing, planned);
            mailings.start(mailing);
            return mailing;
        });
    }

    private List<Long> recipients(MailingId mailing) {
        return database.client().sql("SELECT address_id FROM mailing_recipient WHERE mailing_id = :mailing ORDER BY no")
                .param("mailing", mailing.value()).query(Long.class).list();
    }
}
