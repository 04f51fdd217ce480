package todoku.event;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Writes what happened. Safe for many threads; all state is in the database.
public final class EventLedger {
    /// What an event consists of, in this order, for a statement that changes something and writes what happened at once.
    public static final String INSERT =
            "INSERT INTO event (happened_at, kind, environment, mailing_id, recipient_no, address_id, detail)\n";

    private final JdbcClient db;

    public EventLedger(JdbcClient db) {
        this.db = db;
    }

    /// Appends in the caller's transaction, all in one statement.
    public void append(List<Event> events) {
        if (!events.isEmpty()) inserting(events, "").update();
    }

    /// As above, and says under which id each is found again, in the order given.
    public List<Long> appendNumbered(List<Event> events) {
        if (events.isEmpty()) return List.of();
        return inserting(events, "RETURNING id").query(Long.class).list().stream().sorted().toList();
    }

    private JdbcClient.StatementSpec inserting(List<Event> events, String returning) {
        return db.sql(INSERT + """
                SELECT * FROM unnest(:at::timestamptz[], :kind::text[], :environment::text[], :mailing::bigint[],
                                     :no::int[], :address::bigint[], :detail::jsonb[])
                """ + returning)
                .param("at", events.stream().map(e -> e.happenedAt().toString()).toArray(String[]::new))
                .param("kind", events.stream().map(e -> e.kind().name()).toArray(String[]::new))
                .param("environment", events.stream().map(e -> e.environment().name()).toArray(String[]::new))
                .param("mailing", events.stream().map(EventLedger::mailing).toArray(Long[]::new))
                .param("no", events.stream().map(Event::recipientNo).toArray(Integer[]::new))
                .param("address", events.stream().map(EventLedger::address).toArray(Long[]::new))
                .param("detail", events.stream().map(Event::detail).toArray(String[]::new));
    }

    private static @Nullable Long mailing(Event event) {
        MailingId mailing = event.mailing();
        return mailing == null ? null : mailing.value();
    }

    private static @Nullable Long address(Event event) {
        AddressId address = event.address();
        return address == null ? null : address.value();
    }
}
