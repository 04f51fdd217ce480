package todoku.suppression;

import static java.time.ZoneOffset.UTC;

import java.time.InstantSource;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.AddressId;

/// Whom we must not mail. Safe for many threads; all state is in the database.
public final class Suppressions {
    private final JdbcClient db;
    private final InstantSource clock;

    public Suppressions(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    /// Why an address must not be mailed. An address may have several reasons.
    public enum Reason {
        PERMANENT_FAILURE,
        COMPLAINT,
        REQUESTED,
        BANNED
    }

    /// Of these addresses, the ones that must not be mailed. One question for a whole batch.
    public Set<AddressId> among(Collection<AddressId> addresses) {
        if (addresses.isEmpty()) return Set.of();
        return db.sql("SELECT DISTINCT address_id FROM suppression WHERE address_id = ANY (:addresses)")
                .param("addresses", addresses.stream().map(AddressId::value).toArray(Long[]::new))
                .query(Long.class)
                .list()
                .stream()
                .map(AddressId::new)
                .collect(Collectors.toSet());
    }

    /// Adding the same reason twice changes nothing.
    public void add(AddressId address, Reason reason) {
        db.sql("INSERT INTO suppression (address_id, reason, since) VALUES (:address, :reason, :now) ON CONFLICT DO NOTHING")
                .param("address", address.value())
                .param("reason", reason.name())
                .param("now", clock.instant().atOffset(UTC))
                .update();
    }
}
