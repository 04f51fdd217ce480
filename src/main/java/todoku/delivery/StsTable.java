package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.mail.tls.StsMemory;

/// The table of MTA-STS policies: beyond so many, new ones are not kept.
public final class StsTable implements StsMemory {
    private static final int MOST = 100_000;

    private final JdbcClient db;
    private final InstantSource clock;

    public StsTable(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    @Override
    public Optional<Kept> find(String domain) {
        return db.sql("SELECT policy_id, policy, fetched_at FROM mta_sts_policy WHERE domain = :domain AND until > :now")
                .param("domain", domain)
                .param("now", clock.instant().atOffset(UTC))
                .query((row, _) -> new Kept(
                        row.getString("policy_id"), row.getString("policy"), row.getTimestamp("fetched_at").toInstant()))
                .optional();
    }

    @Override
    public void keep(String domain, Kept policy, Instant until) {
        db.sql("""
                INSERT INTO mta_sts_policy (domain, policy_id, policy, fetched_at, until)
                SELECT :domain, :id, :policy, :fetched, :until
                 WHERE (SELECT count(*) FROM mta_sts_policy WHERE domain <> :domain) < :most
                ON CONFLICT (domain) DO UPDATE SET policy_id = EXCLUDED.policy_id, policy = EXCLUDED.policy,
                       fetched_at = EXCLUDED.fetched_at, until = EXCLUDED.until
                """)
                .param("domain", domain)
                .param("id", policy.id())
                .param("policy", policy.text())
                .param("fetched", policy.fetchedAt().atOffset(UTC))
                .param("until", until.atOffset(UTC))
                .param("most", MOST)
                .update();
    }

    /// What has run out is gone.
    public void forgetOld() {
        db.sql("DELETE FROM mta_sts_policy WHERE until <= :now").param("now", clock.instant().atOffset(UTC)).update();
    }
}
