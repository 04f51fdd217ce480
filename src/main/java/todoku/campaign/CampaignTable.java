package todoku.campaign;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.segment.Rules;

/// The rows of campaigns, read and written in the caller's transaction.
final class CampaignTable {
    private static final String SELECT =
            """
            SELECT c.*, ARRAY(SELECT group_id FROM campaign_group g WHERE g.campaign_id = c.id ORDER BY group_id) AS groups
              FROM campaign c WHERE c.id = :id
            """;

    private final JdbcClient db;

    CampaignTable(JdbcClient db) {
        this.db = db;
    }

    Optional<Campaign> find(long id) {
        return db.sql(SELECT).param("id", id).query(CampaignTable::campaign).optional();
    }

    /// Nobody else changes it before the transaction ends.
    Optional<Campaign> lock(long id) {
        return db.sql(SELECT + "FOR UPDATE OF c").param("id", id).query(CampaignTable::campaign).optional();
    }

    long insert(long departmentId, Campaign.Draft draft, Instant now, @Nullable Long by) {
        long id = db.sql(
                        """
                        INSERT INTO campaign (department_id, category_id, name, state, condition, mail_id, sender_id, scheduled_at, expiry_hours,
                                              kind, reach, once_per_address, spot_reason, no_advertising, changed_at, changed_by)
                        VALUES (:department, :category, :name, 'DRAFT', :condition::jsonb, :mail, :sender, :scheduled, :expiry,
                                CASE WHEN :spot::text IS NULL THEN 'GROUP' ELSE 'SPOT' END, :reach, :once, :spot, :declared, :now, :by)
                        RETURNING id
                        """)
                .param("department", departmentId)
                .param("category", draft.categoryId())
                .param("name", draft.name())
                .param("condition", Rules.json(draft.target().rule()))
                .param("mail", draft.mailId())
                .param("sender", draft.senderId())
                .param("scheduled", at(draft.scheduledAt()))
                .param("expiry", draft.expiryHours())
                .param("reach", draft.target().reach().name())
                .param("once", draft.target().once())
                .param("spot", draft.spot() == null ? null : draft.spot().reason())
                .param("declared", draft.spot() != null && draft.spot().noAdvertising())
                .param("now", at(now))
                .param("by", by)
                .query(Long.class)
                .single();
        groups(id, draft.target());
        return id;
    }

    void write(long id, Campaign.Draft draft, Instant now, @Nullable Long by) {
        db.sql(
                        """
                        UPDATE campaign SET category_id = :category, name = :name, condition = :condition::jsonb, mail_id = :mail,
                               sender_id = :sender, scheduled_at = :scheduled, expiry_hours = :expiry,
                               kind = CASE WHEN :spot::text IS NULL THEN 'GROUP' ELSE 'SPOT' END, reach = :reach, once_per_address = :once,
                               spot_reason = :spot, no_advertising = :declared,
                               changed_at = :now, changed_by = :by, version = version + 1
                         WHERE id = :id AND state = 'DRAFT'
                        """)
                .param("category", draft.categoryId())
                .param("name", draft.name())
                .param("condition", Rules.json(draft.target().rule()))
                .param("mail", draft.mailId())
                .param("sender", draft.senderId())
                .param("scheduled", at(draft.scheduledAt()))
                .param("expiry", draft.expiryHours())
                .param("reach", draft.target().reach().name())
                .param("once", draft.target().once())
                .param("spot", draft.spot() == null ? null : draft.spot().reason())
                .param("declared", draft.spot() != null && draft.spot().noAdvertising())
                .param("now", at(now))
                .param("by", by)
                .param("id", id)
                .update();
        db.sql("DELETE FROM campaign_group WHERE campaign_id = :id").param("id", id).update();
        groups(id, draft.target());
    }

    /// What will be sent, from the moment of the reservation.
    void freeze(long id, long mailVersionId, Audience.Count count, Instant startsAt) {
        db.sql(
                        """
                        UPDATE campaign SET mail_version_id = :version, reserved_count = :count, opted_out_count = :opted, scheduled_at = :at
                         WHERE id = :id
                        """)
                .param("version", mailVersionId)
                .param("count", count.planned())
                .param("opted", count.optedOutTotal())
                .param("at", at(startsAt))
                .param("id", id)
                .update();
    }

    void tested(long id, long mailing) {
        db.sql("UPDATE campaign SET test_mailing_id = :mailing WHERE id = :id")
                .param("mailing", mailing)
                .param("id", id)
                .update();
    }

    /// False when it was no longer in the state it leaves.
    boolean move(long id, CampaignState from, CampaignState to, @Nullable String why, Instant now, @Nullable Long by) {
        if (!from.mayBecome(to)) throw new IllegalArgumentException("no campaign goes from " + from + " to " + to);
        return db.sql(
                                """
                                UPDATE campaign SET state = :to, why = :why, changed_at = :now, changed_by = coalesce(:by, changed_by),
                                       version = version + 1
                                 WHERE id = :id AND state = :from
                                """)
                        .param("to", to.name())
                        .param("why", why)
                        .param("now", at(now))
                        .param("by", by)
                        .param("id", id)
                        .param("from", from.name())
                        .update()
                == 1;
    }

    private void groups(long id, Target target) {
        db.sql("INSERT INTO campaign_group (campaign_id, group_id) SELECT :id, unnest(:groups::bigint[])")
                .param("id", id)
                .param("groups", target.groups().toArray(Long[]::new))
                .update();
    }

    private static Campaign campaign(ResultSet row, int n) throws SQLException {
        Long[] groups = (Long[]) row.getArray("groups").getArray();
        return new Campaign(
                row.getLong("id"),
                row.getLong("department_id"),
                new Campaign.Draft(
                        row.getString("name"),
                        row.getObject("category_id", Long.class),
                        new Target(
                                Arrays.asList(groups),
                                Rules.read(row.getString("condition")),
                                Reach.valueOf(row.getString("reach")),
                                row.getBoolean("once_per_address")),
                        row.getObject("mail_id", Long.class),
                        row.getObject("sender_id", Long.class),
                        instant(row, "scheduled_at"),
                        row.getInt("expiry_hours"),
                        spot(row)),
                CampaignState.valueOf(row.getString("state")),
                row.getString("why"),
                row.getObject("mail_version_id", Long.class),
                row.getObject("reserved_count", Integer.class),
                row.getObject("opted_out_count", Integer.class),
                row.getObject("mailing_id", Long.class),
                row.getObject("test_mailing_id", Long.class),
                row.getObject("changed_at", OffsetDateTime.class).toInstant(),
                row.getObject("changed_by", Long.class),
                row.getInt("version"));
    }

    private static @Nullable Spot spot(ResultSet row) throws SQLException {
        String reason = row.getString("spot_reason");
        return reason == null ? null : new Spot(reason, row.getBoolean("no_advertising"));
    }

    static @Nullable Instant instant(ResultSet row, String column) throws SQLException {
        OffsetDateTime at = row.getObject(column, OffsetDateTime.class);
        return at == null ? null : at.toInstant();
    }

    private static @Nullable OffsetDateTime at(@Nullable Instant instant) {
        return instant == null ? null : instant.atOffset(UTC);
    }
}
