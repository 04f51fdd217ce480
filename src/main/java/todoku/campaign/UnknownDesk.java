package todoku.campaign;

import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.delivery.Engine;
import todoku.delivery.Unknowns;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.sender.Installations;

/// Where a person decides about the 不明 of a campaign; nothing without its line in the log.
@Component
class UnknownDesk {
    private final Database database;
    private final JdbcClient db;
    private final Campaigns campaigns;
    private final Unknowns unknowns;
    private final Mailings mailings;
    private final Installations installations;
    private final Engine engine;
    private final Audit audit;
    private final InstantSource clock;

    UnknownDesk(
            Database database,
            Campaigns campaigns,
            Unknowns unknowns,
            Mailings mailings,
            Installations installations,
            Engine engine,
            Audit audit,
            InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.campaigns = campaigns;
        this.unknowns = unknowns;
        this.mailings = mailings;
        this.installations = installations;
        this.engine = engine;
        this.audit = audit;
        this.clock = clock;
    }

    UnknownView view(Campaign campaign, Operator operator) {
        Long id = campaign.mailingId();
        boolean maySend = operator.may(Function.CAMPAIGN_SEND, campaign.departmentId())
                && CampaignPages.mayHandle(operator, campaign);
        int unknown = id == null ? 0 : mailings.progress(new MailingId(id)).unknown();
        int again = id == null ? 0 : again(id);
        String obstacle = id == null ? null : obstacle(id);
        return new UnknownView(
                campaign.id(), campaign.draft().name(), campaign.state(), unknown, again, obstacle, maySend);
    }

    private int again(long mailing) {
        return db.sql("SELECT count(*) FROM waiting_message WHERE mailing_id = :mailing AND doubtful")
                .param("mailing", mailing)
                .query(Integer.class)
                .single();
    }

    /// A mailing of 検証 that has ended must not go on into the real internet, nor the other way round.
    private @Nullable String obstacle(long mailing) {
        if (mailings.state(new MailingId(mailing)) == Mailings.State.STOPPED) return "STOPPED";
        String environment = db.sql("SELECT CASE WHEN details_gone_at IS NULL THEN environment ELSE 'GONE' END FROM mailing WHERE id = :id")
                .param("id", mailing)
                .query(String.class)
                .single();
        if (environment.equals("GONE")) return environment;
        return environment.equals(installations.get().environment().name()) ? null : "ENVIRONMENT";
    }

    /// By number, those behind `after`.
    List<UnknownRecipient> list(Campaign campaign, int after, int limit) {
        Long mailing = campaign.mailingId();
        if (mailing == null) return List.of();
        List<Unknowns.Unknown> found = unknowns.of(new MailingId(mailing), after, limit);
        Map<Integer, Person> people = people(mailing, found);
        return found.stream().map(each -> shown(each, people.get(each.no()))).toList();
    }

    private record Person(@Nullable Long customer, @Nullable String name, String address) {}

    private Map<Integer, Person> people(long mailing, List<Unknowns.Unknown> found) {
        Map<Integer, Person> people = new HashMap<>();
        db.sql("""
                SELECT r.no, c.id AS customer_id, nullif(concat_ws(' ', c.family_name, c.given_name), '') AS name, a.as_written
                  FROM mailing_recipient r JOIN address a ON a.id = r.address_id LEFT JOIN customer c ON c.id = r.customer_id
                 WHERE r.mailing_id = :mailing AND r.no = ANY (:nos)
                """)
                .param("mailing", mailing)
                .param("nos", found.stream().map(Unknowns.Unknown::no).toArray(Integer[]::new))
                .query(row -> {
                    Long customer = row.getObject("customer_id", Long.class);
                    people.put(row.getInt("no"), new Person(customer, row.getString("name"), row.getString("as_written")));
                });
        return people;
    }

    private static UnknownRecipient shown(Unknowns.Unknown each, @Nullable Person person) {
        if (person == null) throw new IllegalStateException("no recipient of number " + each.no());
        return new UnknownRecipient(each.no(), person.customer(), person.name(), person.address(), each.reason(), each.since());
    }

    /// Sends to all of them again, for as long as the campaign was to be tried. False when they are no longer as many as
    /// were confirmed, and then nothing is done.
    boolean release(Operator operator, Campaign campaign, int confirmed) {
        Long id = campaign.mailingId();
        if (id == null || obstacle(id) != null) return false;
        Instant until = clock.instant().plus(campaign.draft().expiry());
        try {
            database.inTransaction(() -> {
                campaigns.goesOn(campaign.id(), operator.id());
                if (unknowns.release(new MailingId(id), until) != confirmed) throw new NotAsConfirmed();
                write(operator, campaign, "unknown-release", Map.of("again", confirmed, "until", until.toString()));
            });
        } catch (NotAsConfirmed nothingDone) {
            return false;
        }
        engine.wake();
        return true;
    }

    /// Gives up those that were to be sent to again and wait: they are 不明 for good. How many.
    int settle(Operator operator, Campaign campaign) {
        Long id = campaign.mailingId();
        if (id == null) return 0;
        int settled = database.inTransaction(() -> {
            int ended = unknowns.settle(new MailingId(id));
            if (ended > 0) write(operator, campaign, "unknown-settle", Map.of("settled", ended));
            return ended;
        });
        engine.wake();
        return settled;
    }

    private void write(Operator operator, Campaign campaign, String act, Map<String, ?> after) {
        audit.write(operator, "campaign." + act, "campaign:" + campaign.id(), null, after);
    }

    /// Rolls everything back.
    private static final class NotAsConfirmed extends RuntimeException {
        private static final long serialVersionUID = 1L;

        NotAsConfirmed() {
            super("not as many as were confirmed", null, false, false);
        }
    }
}
