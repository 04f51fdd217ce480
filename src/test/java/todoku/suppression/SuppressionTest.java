package todoku.suppression;

import static org.assertj.core.api.Assertions.assertThat;
import static todoku.suppression.Suppressions.Reason.COMPLAINT;
import static todoku.suppression.Suppressions.Reason.PERMANENT_FAILURE;
import static todoku.suppression.Suppressions.Reason.REQUESTED;

import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;
import todoku.event.AddressId;
import todoku.event.Event;
import todoku.event.Event.Environment;
import todoku.event.Event.Kind;
import todoku.event.EventLedger;
import todoku.event.Followers;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import todoku.mailing.Addresses;

class SuppressionTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Instant NOON = Instant.parse("2026-04-01T03:00:00Z");
    private static final InstantSource CLOCK = InstantSource.fixed(NOON);

    private final Suppressions suppressions = new Suppressions(database.database(), CLOCK);
    private final EventLedger ledger = new EventLedger(database.client());
    private final SuppressionFollower follower = new SuppressionFollower(database.client(), suppressions);
    private final Followers followers = new Followers(database.database(), CLOCK, List.of(follower));
    private AddressId hanako = new AddressId(0);

    @BeforeEach
    void an_empty_list() {
        database.client()
                .sql("TRUNCATE event, follower, poison_event, suppression, address_failure, address_success")
                .update();
        new Followers(database.database(), CLOCK, List.of(follower));
        hanako = new AddressId(new Addresses(database.client())
                .idsOf(List.of(((Parsing.Parsed) MailAddress.parse("hanako@example.jp")).address()))
                .getFirst());
    }

    @Test
    void nobody_is_mailed_again_at_an_address_that_does_not_exist() {
        happens(failed(1, Reason.USER_UNKNOWN));

        assertThat(reasons()).containsExactly(PERMANENT_FAILURE);
    }

    @Test
    void a_full_mailbox_is_forgiven_twice() {
        happens(failed(1, Reason.MAILBOX_FULL), failed(2, Reason.MAILBOX_FULL));
        assertThat(reasons()).isEmpty();

        happens(failed(3, Reason.MAILBOX_FULL));
        assertThat(reasons()).containsExactly(PERMANENT_FAILURE);
    }

    @Test
    void a_delivery_begins_the_count_of_full_mailboxes_anew() {
        happens(failed(1, Reason.MAILBOX_FULL), failed(2, Reason.MAILBOX_FULL), event(3, Kind.DELIVERED, "{}"));
        happens(failed(4, Reason.MAILBOX_FULL), failed(5, Reason.MAILBOX_FULL));

        assertThat(reasons()).isEmpty();
    }

    @Test
    void a_mail_that_came_back_was_no_delivery() {
        happens(failed(1, Reason.MAILBOX_FULL), failed(2, Reason.MAILBOX_FULL), event(3, Kind.DELIVERED, "{}"));
        happens(event(3, Kind.BOUNCED, "{\"reason\":\"MAILBOX_FULL\"}"));

        assertThat(reasons()).containsExactly(PERMANENT_FAILURE);
    }

    @Test
    void what_says_nothing_about_the_address_never_counts() {
        for (int mailing = 1; mailing <= 10; mailing++)
            happens(failed(mailing, Reason.BLOCKED), failed(mailing, Reason.EXPIRED), failed(mailing, Reason.CONTENT_REFUSED));

        assertThat(reasons()).isEmpty();
    }

    @Test
    void one_complaint_is_enough() {
        happens(event(1, Kind.COMPLAINED, "{}"));

        assertThat(reasons()).containsExactly(COMPLAINT);
    }

    @Test
    void what_happens_in_the_sandbox_suppresses_nobody() {
        ledger.append(List.of(
                new Event(NOON, Kind.COMPLAINED, Environment.SANDBOX, new MailingId(1), 1, hanako, "{}"),
                new Event(NOON, Kind.FAILED, Environment.SANDBOX, new MailingId(1), 1, hanako, "{\"reason\":\"USER_UNKNOWN\"}")));
        followers.run(1);

        assertThat(reasons()).isEmpty();
    }

    @Test
    void a_complaint_stands_when_the_failure_is_lifted() {
        suppressions.add(hanako, PERMANENT_FAILURE);
        suppressions.add(hanako, COMPLAINT);

        assertThat(suppressions.lift(hanako, PERMANENT_FAILURE)).isInstanceOf(Lifting.Lifted.class);
        assertThat(suppressions.lift(hanako, COMPLAINT)).isInstanceOf(Lifting.Kept.class);
        assertThat(suppressions.lift(hanako, REQUESTED)).isInstanceOf(Lifting.NotListed.class);
        assertThat(suppressions.among(Set.of(hanako))).containsExactly(hanako);
    }

    @Test
    void after_lifting_the_failures_are_counted_from_zero() {
        happens(failed(1, Reason.OTHER), failed(2, Reason.OTHER), failed(3, Reason.OTHER));
        suppressions.lift(hanako, PERMANENT_FAILURE);

        happens(failed(4, Reason.OTHER), failed(5, Reason.OTHER));

        assertThat(reasons()).isEmpty();
    }

    @Test
    void the_operator_sets_the_threshold() {
        new FailureRules(database.client()).set(new FailureRule(Reason.OTHER, 1, false));
        happens(failed(1, Reason.OTHER));
        new FailureRules(database.client()).set(new FailureRule(Reason.OTHER, 3, true));

        assertThat(reasons()).containsExactly(PERMANENT_FAILURE);
    }

    private List<Suppressions.Reason> reasons() {
        return suppressions.of(hanako).stream().map(Suppression::reason).toList();
    }

    private void happens(Event... events) {
        ledger.append(List.of(events));
        followers.run(1);
    }

    private Event failed(long mailing, Reason reason) {
        return event(mailing, Kind.FAILED, "{\"reason\":\"" + reason + "\"}");
    }

    private Event event(long mailing, Kind kind, String detail) {
        return new Event(NOON, kind, Environment.LIVE, new MailingId(mailing), 1, hanako, detail);
    }
}
