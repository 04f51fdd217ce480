package todoku.suppression;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.AddressId;
import todoku.event.LedgerEntry;
import todoku.event.MailingId;
import todoku.event.Reason;

/// What failed at some addresses and when they last worked: read for a batch of events, brought up to date in memory in
/// the order of the events, and written back in the same transaction.
final class FailureHistory {
    private final JdbcClient db;
    private final Map<AddressId, Person> people = new LinkedHashMap<>();

    private FailureHistory(JdbcClient db) {
        this.db = db;
    }

    private record Failure(Reason reason, @Nullable MailingId mailing, @Nullable Integer no, Instant at) {}

    private record Success(long event, @Nullable MailingId mailing, @Nullable Integer no) {}

    private static final class Person {
        final Map<Long, Failure> failures = new TreeMap<>();
        final Map<Long, Failure> added = new TreeMap<>();
        @Nullable Success success;
        boolean changed;
    }

    static FailureHistory of(JdbcClient db, Collection<AddressId> addresses) {
        var history = new FailureHistory(db);
        Long[] ids = addresses.stream().map(AddressId::value).distinct().toArray(Long[]::new);
        db.sql("SELECT * FROM address_failure WHERE address_id = ANY (:ids)").param("ids", ids).query(row -> {
            long mailing = row.getLong("mailing_id");
            @Nullable MailingId of = row.wasNull() ? null : new MailingId(mailing);
            int no = row.getInt("recipient_no");
            var failure = new Failure(
                    Reason.valueOf(row.getString("reason")),
                    of,
                    row.wasNull() ? null : no,
                    row.getTimestamp("at").toInstant());
            history.person(new AddressId(row.getLong("address_id"))).failures.put(row.getLong("event_id"), failure);
        });
        db.sql("SELECT * FROM address_success WHERE address_id = ANY (:ids)").param("ids", ids).query(row -> {
            long mailing = row.getLong("mailing_id");
            @Nullable MailingId of = row.wasNull() ? null : new MailingId(mailing);
            int no = row.getInt("recipient_no");
            history.person(new AddressId(row.getLong("address_id"))).success =
                    new Success(row.getLong("event_id"), of, row.wasNull() ? null : no);
        });
        return history;
    }

    private Person person(AddressId address) {
        return people.computeIfAbsent(address, _ -> new Person());
    }

    /// Only an address that has failed before is of interest.
    void delivered(AddressId address, LedgerEntry entry) {
        Person person = people.get(address);
        if (person == null || person.failures.isEmpty()) return;
        if (person.success != null && person.success.event() >= entry.id()) return;
        person.success = new Success(entry.id(), entry.event().mailing(), entry.event().recipientNo());
        person.changed = true;
    }

    /// A mail that came back was not delivered after all. The same event twice is the same as once.
    void failed(AddressId address, LedgerEntry entry, Reason reason) {
        Person person = person(address);
        Success success = person.success;
        if (success != null
                && success.mailing() != null
                && Objects.equals(success.mailing(), entry.event().mailing())
                && Objects.equals(success.no(), entry.event().recipientNo())) {
            person.success = null;
            person.changed = true;
        }
        var failure = new Failure(
                reason, entry.event().mailing(), entry.event().recipientNo(), entry.event().happenedAt());
        if (person.failures.putIfAbsent(entry.id(), failure) == null) person.added.put(entry.id(), failure);
    }

    boolean reaches(AddressId address, FailureRule rule) {
        Person person = person(address);
        long after = rule.consecutive() && person.success != null ? person.success.event() : Long.MIN_VALUE;
        return person.failures.entrySet().stream()
                        .filter(failure -> failure.getKey() > after && failure.getValue().reason() == rule.reason())
                        .count()
                >= rule.threshold();
    }

    void write() {
        writeFailures();
        Map<AddressId, @Nullable Success> changed = new HashMap<>();
        people.forEach((address, person) -> {
            if (person.changed) changed.put(address, person.success);
        });
        if (changed.isEmpty()) return;
        db.sql("DELETE FROM address_success WHERE address_id = ANY (:ids)")
                .param("ids", changed.keySet().stream().map(AddressId::value).toArray(Long[]::new))
                .update();
        List<AddressId> addresses = new ArrayList<>();
        List<Success> successes = new ArrayList<>();
        changed.forEach((address, success) -> {
            if (success == null) return;
            addresses.add(address);
            successes.add(success);
        });
        db.sql("""
                INSERT INTO address_success (address_id, event_id, mailing_id, recipient_no)
                SELECT * FROM unnest(:address::bigint[], :event::bigint[], :mailing::bigint[], :no::int[])
                """)
                .param("address", addresses.stream().map(AddressId::value).toArray(Long[]::new))
                .param("event", successes.stream().map(Success::event).toArray(Long[]::new))
                .param("mailing", successes.stream().map(s -> value(s.mailing())).toArray(Long[]::new))
                .param("no", successes.stream().map(Success::no).toArray(Integer[]::new))
                .update();
    }

    private void writeFailures() {
        record Row(AddressId address, long event, Failure failure) {}
        List<Row> rows = new ArrayList<>();
        people.forEach((address, person) ->
                person.added.forEach((event, failure) -> rows.add(new Row(address, event, failure))));
        if (rows.isEmpty()) return;
        db.sql("""
                INSERT INTO address_failure (address_id, event_id, reason, mailing_id, recipient_no, at)
                SELECT * FROM unnest(:address::bigint[], :event::bigint[], :reason::text[], :mailing::bigint[], :no::int[],
                                     :at::timestamptz[])
                ON CONFLICT DO NOTHING
                """)
                .param("address", rows.stream().map(r -> r.address().value()).toArray(Long[]::new))
                .param("event", rows.stream().map(Row::event).toArray(Long[]::new))
                .param("reason", rows.stream().map(r -> r.failure().reason().name()).toArray(String[]::new))
                .param("mailing", rows.stream().map(r -> value(r.failure().mailing())).toArray(Long[]::new))
                .param("no", rows.stream().map(r -> r.failure().no()).toArray(Integer[]::new))
                .param("at", rows.stream().map(r -> r.failure().at().atOffset(UTC).toString()).toArray(String[]::new))
                .update();
    }

    private static @Nullable Long value(@Nullable MailingId mailing) {
        return mailing == null ? null : mailing.value();
    }
}
