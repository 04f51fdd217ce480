package todoku.content;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.Memberships;
import todoku.customer.MergeValues;
import todoku.database.Secrets;
import todoku.database.TestDatabase;
import todoku.delivery.Composition;
import todoku.delivery.Recipient;
import todoku.event.AddressId;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Recipients;
import todoku.sender.Senders;
import todoku.suppression.Suppressions;
import todoku.suppression.Suppressions.Reason;
import todoku.tracking.LinkTokens;

/// スポット配信 at the last moment before it goes out.
class SpotMailTest {
    private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");

    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    static Path home;

    private final InstantSource clock = () -> NOW;
    private final Mails mails = new Mails(database.database(), clock);
    private final MergeValues values = new MergeValues(database.client());
    private final Suppressions suppressions = new Suppressions(database.database(), clock);
    private final Mailings mailings = new Mailings(database.client(), clock);
    private final Recipients recipients = new Recipients(database.client());
    private MailSource source;
    private long sender;
    private long group;

    @BeforeEach
    void shop() throws IOException {
        Secrets secrets = Secrets.at(home.resolve("key"));
        var senders = new Senders(database.client(), secrets, clock);
        sender = senders.add("とどくショップ", "news@shop.example", "bounce@shop.example").id();
        source = new MailSource(database.client(), mails, values, new Memberships(database.database()), suppressions, senders,
                new LinkTokens("http://127.0.0.1", secrets.derive("links")), ZoneId.of("Asia/Tokyo"));
        group = database.client().sql("INSERT INTO customer_group (department_id, name) VALUES (1, 'members ' || random()) RETURNING id")
                .query(Long.class).single();
    }

    @Test
    void it_reaches_the_unsubscribed_and_the_banned_and_offers_no_way_to_leave() {
        List<Recipient> people = List.of(person(1, "left@example.jp", "UNSUBSCRIBED"), person(2, "banned@example.jp", "BANNED"));

        assertThat(header(mailing(Mailings.Kind.SPOT, false), people, 1)).contains("To: left@example.jp").doesNotContain("List-Unsubscribe");
        assertThat(header(mailing(Mailings.Kind.SPOT, false), people, 2)).contains("To: banned@example.jp").doesNotContain("List-Unsubscribe");
        assertThat(header(mailing(Mailings.Kind.GROUP, false), people, 1)).isNull();
    }

    @Test
    void another_campaign_offers_it_in_its_header() {
        assertThat(header(mailing(Mailings.Kind.GROUP, false), List.of(person(1, "stays@example.jp", "SUBSCRIBED")), 1))
                .contains("List-Unsubscribe: <http://127.0.0.1/").contains("List-Unsubscribe-Post: List-Unsubscribe=One-Click");
    }

    @Test
    void whoever_refused_all_mail_since_it_was_planned_gets_it_only_by_the_override() {
        Recipient refuses = person(1, "refuses@example.jp", "SUBSCRIBED");
        Recipient dead = person(2, "dead@example.jp", "SUBSCRIBED");
        suppressions.add(refuses.address(), Reason.REQUESTED);
        suppressions.add(refuses.address(), Reason.BANNED);
        suppressions.add(dead.address(), Reason.REQUESTED);
        suppressions.add(dead.address(), Reason.PERMANENT_FAILURE);
        List<Recipient> people = List.of(refuses, dead);

        assertThat(header(mailing(Mailings.Kind.SPOT, false), people, 1)).isNull();
        assertThat(header(mailing(Mailings.Kind.SPOT, true), people, 1)).contains("To: refuses@example.jp");
        assertThat(header(mailing(Mailings.Kind.SPOT, true), people, 2)).isNull();
    }

    /// Null when nothing is sent.
    private @Nullable String header(MailingId mailing, List<Recipient> people, int no) {
        Composition composed = source.prepare(mailing, people).compose(no, "x@todoku.example", NOW);
        return composed instanceof Composition.Mail mail ? new String(mail.header(), ISO_8859_1) : null;
    }

    private MailingId mailing(Mailings.Kind kind, boolean evenOptedOut) {
        long mail = mails.save(1, "回収", new MailDraft(MailDraft.Format.TEXT, "recall", List.of(new MailDraft.Block("回収します", "", null))));
        MailingId mailing = mailings.create(new Mailings.NewMailing(
                kind, Environment.SANDBOX, 1, null, 30, mails.freeze(mail, values.names()), sender, NOW.plusSeconds(3600)));
        recipients.fromGroups(mailing, List.of(group));
        if (evenOptedOut) recipients.evenOptedOut(mailing);
        return mailing;
    }

    private Recipient person(int no, String address, String state) {
        database.client().sql("INSERT INTO domain (name) VALUES ('example.jp') ON CONFLICT DO NOTHING").update();
        record Row(long customer, long address) {}
        Row row = database.client().sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id) SELECT :address, :address, id FROM domain WHERE name = 'example.jp' RETURNING id)
                INSERT INTO customer (address_id, created_at, changed_at) SELECT id, now(), now() FROM a RETURNING id, address_id
                """).param("address", address).query((r, n) -> new Row(r.getLong(1), r.getLong(2))).single();
        database.client().sql("INSERT INTO membership (group_id, customer_id, state, since) VALUES (:group, :customer, :state, now())")
                .param("group", group).param("customer", row.customer()).param("state", state).update();
        return new Recipient(no, new AddressId(row.address()), row.customer());
    }
}
