package todoku.guard;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.delivery.Standstill;
import todoku.event.MailingId;
import todoku.guard.SystemEvent.Severity;

/// システムログ: what the system did or met by itself. Errors and warnings are notices until somebody has seen them.
public final class SystemLog {
    /// Older ones are forgotten.
    static final Duration KEPT = Duration.ofDays(365);
    private static final int DETAIL_CHARS = 2_000;

    private static final String EVENT = """
            SELECT e.*, c.id AS whose, c.name AS campaign_name, c.department_id
              FROM system_event e
              LEFT JOIN campaign c ON c.id = coalesce(e.campaign_id, (SELECT id FROM campaign WHERE mailing_id = e.mailing_id))
            """;

    private final JdbcClient db;
    private final InstantSource clock;

    public SystemLog(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    void write(Severity severity, String kind, MailingId mailing, List<String> figures) {
        write(clock.instant(), severity, kind, mailing.value(), "", figures, "");
    }

    /// @return its number, for [#over]
    public long write(
            Instant at, Severity severity, String kind, @Nullable Long mailing, String subject, List<String> figures, String detail) {
        return insert(at, severity, kind, mailing, null, subject, figures, detail);
    }

    private long insert(
            Instant at, Severity severity, String kind, @Nullable Long mailing, @Nullable Long campaign, String subject, List<String> figures, String detail) {
        return db.sql("""
                INSERT INTO system_event (at, severity, kind, mailing_id, campaign_id, subject, figures, detail)
                VALUES (:at, :severity, :kind, :mailing, :campaign, :subject, :figures::text[], :detail) RETURNING id
                """)
                .param("at", at.atOffset(UTC))
                .param("severity", severity.name())
                .param("kind", kind)
                .param("mailing", mailing)
                .param("campaign", campaign)
                .param("subject", subject)
                .param("figures", figures.toArray(String[]::new))
                .param("detail", detail.length() > DETAIL_CHARS ? detail.substring(0, DETAIL_CHARS) : detail)
                .query(Long.class)
                .single();
    }

    /// About a campaign that has no mailing yet, in the caller's transaction.
    public void ofCampaign(Severity severity, String kind, long campaign) {
        insert(clock.instant(), severity, kind, null, campaign, "", List.of(), "");
    }

    /// As above, of something that goes on until [#ended]: written once, however often it is met.
    public void begun(Severity severity, String kind, long campaign, String detail) {
        boolean known = db.sql("SELECT EXISTS (SELECT FROM system_event WHERE kind = :kind AND campaign_id = :campaign AND over_at IS NULL)")
                .param("kind", kind)
                .param("campaign", campaign)
                .query(Boolean.class)
                .single();
        if (!known) insert(clock.instant(), severity, kind, null, campaign, "", List.of(), detail);
    }

    public void ended(String kind, long campaign) {
        db.sql("UPDATE system_event SET over_at = :now WHERE kind = :kind AND campaign_id = :campaign AND over_at IS NULL")
                .param("now", clock.instant().atOffset(UTC))
                .param("kind", kind)
                .param("campaign", campaign)
                .update();
    }

    /// What had begun is over.
    public void over(long id, Instant at) {
        db.sql("UPDATE system_event SET over_at = :at WHERE id = :id AND over_at IS NULL")
                .param("at", at.atOffset(UTC))
                .param("id", id)
                .update();
    }

    /// @param severity at least this
    /// @param before   only those with smaller numbers
    public List<SystemEvent> page(Severity severity, long before, int limit) {
        List<String> severities = List.of(Severity.values()).subList(severity.ordinal(), Severity.values().length).stream()
                .map(Severity::name)
                .toList();
        return db.sql(EVENT + "WHERE e.severity = ANY(:severities::text[]) AND e.id < :before ORDER BY e.id DESC LIMIT :limit")
                .param("severities", severities.toArray(String[]::new))
                .param("before", before)
                .param("limit", limit)
                .query(SystemLog::event)
                .list();
    }

    /// Errors and warnings nobody has seen, the newest first.
    public List<SystemEvent> open(int limit) {
        return db.sql(EVENT + "WHERE e.severity <> 'INFO' AND e.seen_at IS NULL ORDER BY e.id DESC LIMIT :limit")
                .param("limit", limit)
                .query(SystemLog::event)
                .list();
    }

    /// The standstill that has not ended, as far as it is written; null when there is none.
    public @Nullable Standstill standstill() {
        return db.sql("SELECT kind, at FROM system_event WHERE kind LIKE 'STANDSTILL\\_%' AND over_at IS NULL ORDER BY id DESC LIMIT 1")
                .query((row, _) -> new Standstill(
                        Standstill.Cause.valueOf(row.getString("kind").substring("STANDSTILL_".length())),
                        row.getObject("at", OffsetDateTime.class).toInstant()))
                .optional()
                .orElse(null);
    }

    /// Ends what a process that died has left: it stands no more.
    void standsNoMore() {
        db.sql("UPDATE system_event SET over_at = :now WHERE kind LIKE 'STANDSTILL\\_%' AND over_at IS NULL")
                .param("now", clock.instant().atOffset(UTC))
                .update();
    }

    Optional<SystemEvent> find(long id) {
        return db.sql(EVENT + "WHERE e.id = :id").param("id", id).query(SystemLog::event).optional();
    }

    /// False when somebody had seen it already.
    public boolean seen(long id, long by) {
        return db.sql("UPDATE system_event SET seen_at = :now, seen_by = :by WHERE id = :id AND seen_at IS NULL")
                        .param("now", clock.instant().atOffset(UTC))
                        .param("by", by)
                        .param("id", id)
                        .update()
                == 1;
    }

    /// Forgets what is older than a year.
    public void forgetOld() {
        db.sql("DELETE FROM system_event WHERE at < :at")
                .param("at", clock.instant().minus(KEPT).atOffset(UTC))
                .update();
    }

    private static SystemEvent event(ResultSet row, int ignored) throws SQLException {
        long mailing = row.getLong("mailing_id");
        long campaign = row.getLong("whose");
        return new SystemEvent(
                row.getLong("id"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                Severity.valueOf(row.getString("severity")),
                row.getString("kind"),
                mailing == 0 ? null : mailing,
                campaign == 0 ? null : new SystemEvent.Named(campaign, row.getString("campaign_name"), row.getLong("department_id")),
                row.getString("subject"),
                List.of((String[]) row.getArray("figures").getArray()),
                row.getString("detail"),
                instant(row, "over_at"),
                instant(row, "seen_at"));
    }

    private static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }
}
