package todoku.suppression;

import static java.time.ZoneOffset.UTC;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.AddressId;
import todoku.event.MailingId;

/// フリークエンシー制御 (B-04): nobody gets more than so many mails of campaigns in so many days. Decided when a mail is about
/// to go out, from the ledger: what was delivered, or may have been, in the same environment. Group campaigns, CSV and step
/// mails are held back; spot mails count but go out, and so do categories that are no advertising. Two campaigns that reach the same person
/// within the same seconds may both go out. Safe for many threads.
public final class FrequencyCap {
    static final int MOST_MAILS = 100;
    static final int MOST_DAYS = 90;
    /// A changed limit holds from then on.
    private static final Duration REMEMBERED = Duration.ofSeconds(3);

    private final JdbcClient db;
    private final InstantSource clock;
    private volatile @Nullable Known known;

    private record Known(Limit limit, Instant at) {}

    FrequencyCap(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    /// @param mails 0 = no limit
    public record Limit(int mails, int days, int version) {
        public boolean isOn() {
            return mails > 0;
        }

        boolean isUsable() {
            return mails >= 0 && mails <= MOST_MAILS && days >= 1 && days <= MOST_DAYS;
        }
    }

    public Limit limit() {
        return db.sql("SELECT mails, days, version FROM frequency_cap")
                .query((row, _) -> new Limit(row.getInt(1), row.getInt(2), row.getInt(3)))
                .single();
    }

    /// False when somebody else changed it since that version was read.
    boolean change(Limit wanted) {
        if (!wanted.isUsable()) throw new IllegalArgumentException("no such limit: " + wanted);
        int changed = db.sql("UPDATE frequency_cap SET mails = :mails, days = :days, version = version + 1 WHERE version = :version")
                .param("mails", wanted.mails())
                .param("days", wanted.days())
                .param("version", wanted.version())
                .update();
        known = null;
        return changed == 1;
    }

    /// Of these addresses, those that have had their share without this mailing.
    public Set<AddressId> reached(MailingId mailing, Collection<AddressId> addresses) {
        Limit limit = remembered();
        if (!limit.isOn() || addresses.isEmpty()) return Set.of();
        return db.sql("""
                SELECT v.address FROM mailing m LEFT JOIN category c ON c.id = m.category_id
                 CROSS JOIN unnest(:addresses::bigint[]) v (address)
                 WHERE m.id = :mailing AND m.kind IN ('GROUP', 'CSV', 'STEP') AND c.advertising IS NOT FALSE
                   AND (SELECT count(*) FROM event e JOIN mailing o ON o.id = e.mailing_id
                         WHERE e.address_id = v.address AND e.kind IN ('DELIVERED', 'UNKNOWN') AND e.happened_at >= :since
                           AND e.environment = m.environment AND o.id <> m.id AND o.kind IN ('GROUP', 'SPOT', 'CSV', 'STEP')) >= :mails
                """)
                .param("mailing", mailing.value())
                .param("addresses", addresses.stream().map(AddressId::value).toArray(Long[]::new))
                .param("since", clock.instant().minus(Duration.ofDays(limit.days())).atOffset(UTC))
                .param("mails", limit.mails())
                .query(Long.class)
                .list()
                .stream()
                .map(AddressId::new)
                .collect(Collectors.toSet());
    }

    private Limit remembered() {
        Known last = known;
        Instant now = clock.instant();
        if (last == null || now.isAfter(last.at().plus(REMEMBERED)) || now.isBefore(last.at())) {
            last = new Known(limit(), now);
            known = last;
        }
        return last.limit();
    }
}
