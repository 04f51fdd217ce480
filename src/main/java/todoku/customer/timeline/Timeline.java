package todoku.customer.timeline;

import static java.time.ZoneOffset.UTC;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.CardPart;
import todoku.customer.Customer;
import todoku.customer.CustomerHistory;
import todoku.customer.record.CustomerRecords;
import todoku.database.Database;
import todoku.event.Event.Kind;

/// Reads what happened to one customer.
@Component
public class Timeline implements CardPart {
    /// Of one page.
    static final int PAGE = 50;
    private static final Duration YEAR = Duration.ofDays(365);
    /// Events of a year that are counted: nobody gets more mails.
    private static final int MOST_COUNTED = 5_000;

    private static final String NOT_OF_OTHERS =
            """
            AND NOT EXISTS (SELECT FROM recipient_of(event.mailing_id, event.recipient_no) r JOIN customer k ON k.id = r.customer_id
                             WHERE k.address_id = :address AND k.id <> :customer)
            """;

    private final JdbcClient db;
    private final CustomerHistory history;
    private final CustomerRecords records;
    private final InstantSource clock;

    Timeline(Database database, CustomerRecords records, InstantSource clock) {
        this.db = database.client();
        this.history = CustomerHistory.of(database.client());
        this.records = records;
        this.clock = clock;
    }

    /// Some of it.
    ///
    /// @param older where the next page begins; null when this is the end
    public record Part(Sort sort, List<Happening> happenings, @Nullable String older) {}

    /// Of the last year.
    public record Figures(int delivered, int opened, int clicked) {}

    /// What the page of the customer shows of it.
    public record Card(Figures figures, Part newest) {}

    @Override
    public String name() {
        return "timeline";
    }

    @Override
    public Card of(Customer customer, Operator operator) {
        return new Card(
                figures(customer.id(), customer.addressId()),
                of(customer.id(), customer.addressId(), operator.departments(Function.CUSTOMER_VIEW), Sort.ALL, ""));
    }

    private record Read<T extends Happening>(long id, T happening) {}

    /// @param before as an earlier [Part#older] said; empty = the newest
    public Part of(long customer, long address, Collection<Long> departments, Sort sort, String before) {
        Place place = Place.of(before);
        Deque<Read<? extends Happening>> mails = new ArrayDeque<>(sort.mails.isEmpty() ? List.of() : mails(customer, address, sort, place.mail()));
        Deque<Read<? extends Happening>> states = new ArrayDeque<>();
        if (sort.hasStates())
            history.before(customer, departments, place.state(), PAGE + 1)
                    .forEach(each -> states.add(new Read<>(each.id(), new Happening.State(each.entry()))));
        Deque<Read<? extends Happening>> bought = new ArrayDeque<>();
        if (sort.hasRecords())
            records.before(customer, place.records(), place.record(), PAGE + 1)
                    .forEach(each -> bought.add(new Read<>(each.row().id(), new Happening.Record(each.kind(), each.row()))));
        List<Happening> shown = new ArrayList<>();
        while (shown.size() < PAGE) {
            Deque<Read<? extends Happening>> next = latest(List.of(mails, states, bought));
            if (next == null) break;
            Read<? extends Happening> read = next.removeFirst();
            shown.add(read.happening());
            place = switch (read.happening()) {
                case Happening.Mail _ -> new Place(read.id(), place.state(), place.records(), place.record());
                case Happening.State _ -> new Place(place.mail(), read.id(), place.records(), place.record());
                case Happening.Record record -> new Place(place.mail(), place.state(), record.at(), read.id());
            };
        }
        boolean more = !mails.isEmpty() || !states.isEmpty() || !bought.isEmpty();
        return new Part(sort, shown, more ? place.toString() : null);
    }

    private static @Nullable Deque<Read<? extends Happening>> latest(List<Deque<Read<? extends Happening>>> sources) {
        @Nullable Deque<Read<? extends Happening>> latest = null;
        for (Deque<Read<? extends Happening>> source : sources) {
            if (source.isEmpty()) continue;
            if (latest == null || source.getFirst().happening().at().isAfter(latest.getFirst().happening().at())) latest = source;
        }
        return latest;
    }

    /// What an event of a shared address must not be: one of a mail to somebody else who has the address.
    private String own(long customer, long address) {
        boolean shared = db.sql("SELECT EXISTS (SELECT FROM customer WHERE address_id = :address AND id <> :customer)")
                .param("address", address).param("customer", customer).query(Boolean.class).single();
        return shared ? NOT_OF_OTHERS : "";
    }

    private List<Read<Happening.Mail>> mails(long customer, long address, Sort sort, long before) {
        return db.sql("""
                SELECT e.id, e.happened_at, e.kind, e.environment, e.mailing_id, e.recipient_no, e.detail ->> 'reason' AS reason, e.detail ->> 'device' AS device,
                       c.id AS campaign, v.subject, coalesce(l.title, l.target) AS link,
                       CASE WHEN e.kind IN ('DELIVERED', 'FAILED', 'UNKNOWN', 'BOUNCED') THEN (
                            SELECT t.text FROM result_of(e.mailing_id, e.recipient_no) x JOIN reply_text t ON t.id = x.reply_id) END AS reply
                  FROM (SELECT * FROM event WHERE address_id = :address AND id < :before AND kind = ANY (:kinds)
                           AND mailing_id IS NOT NULL AND recipient_no IS NOT NULL {own} ORDER BY id DESC LIMIT :limit) e
                  JOIN mailing m ON m.id = e.mailing_id AND m.kind <> 'TEST'
                  LEFT JOIN mail_version v ON v.id = m.mail_version_id
                  LEFT JOIN campaign c ON c.mailing_id = m.id
                  LEFT JOIN tracked_link l ON l.mail_version_id = m.mail_version_id AND l.link_no = (e.detail ->> 'link')::int
                 ORDER BY e.id DESC
                """.replace("{own}", own(customer, address)))
                .param("address", address)
                .param("customer", customer)
                .param("before", before)
                .param("kinds", sort.mails.stream().map(Kind::name).toArray(String[]::new))
                .param("limit", PAGE + 1)
                .query((row, _) -> new Read<>(
                        row.getLong("id"),
                        new Happening.Mail(
                                row.getTimestamp("happened_at").toInstant(), Kind.valueOf(row.getString("kind")),
                                row.getString("environment").equals("SANDBOX"), row.getLong("mailing_id"), row.getInt("recipient_no"),
                                row.getObject("campaign", Long.class), row.getString("subject"), row.getString("reason"),
                                row.getString("reply"), row.getString("link"), row.getString("device"))))
                .list();
    }

    public Figures figures(long customer, long address) {
        Instant since = clock.instant().minus(YEAR);
        return db.sql("""
                SELECT count(*) FILTER (WHERE kind = 'DELIVERED'), count(*) FILTER (WHERE kind = 'OPENED'),
                       count(DISTINCT (mailing_id, recipient_no)) FILTER (WHERE kind = 'CLICKED')
                  FROM (SELECT kind, mailing_id, recipient_no, happened_at FROM event WHERE address_id = :address {own}
                         ORDER BY id DESC LIMIT :most) e WHERE happened_at >= :since
                """.replace("{own}", own(customer, address)))
                .param("address", address)
                .param("customer", customer)
                .param("most", MOST_COUNTED)
                .param("since", since.atOffset(UTC))
                .query((row, _) -> new Figures(row.getInt(1), row.getInt(2), row.getInt(3)))
                .single();
    }
}
