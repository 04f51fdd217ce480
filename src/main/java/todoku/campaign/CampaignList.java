package todoku.campaign;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.campaign.CampaignRow.Shown;
import todoku.database.Database;
import todoku.mailing.Progress;

/// Campaigns as lists show them, the newest first.
@Component
class CampaignList {
    private static final String SELECT =
            """
            SELECT c.id, c.state, c.why, c.name, k.name AS category, c.kind = 'SPOT' AS spot, coalesce(v.subject, w.subject) AS subject, coalesce(v.format, w.format) AS format,
                   ARRAY(SELECT g.name FROM campaign_group cg JOIN customer_group g ON g.id = cg.group_id
                          WHERE cg.campaign_id = c.id ORDER BY g.name) AS groups,
                   coalesce(m.started_at, c.scheduled_at) AS starts_at, m.ended_at, m.id AS mailing_id,
                   coalesce(m.planned, c.reserved_count) AS planned, p.*
              FROM campaign c
              LEFT JOIN mailing m ON m.id = c.mailing_id
              LEFT JOIN mail_version v ON v.id = c.mail_version_id AND c.state <> 'DRAFT'
              LEFT JOIN mail w ON w.id = c.mail_id
              LEFT JOIN category k ON k.id = c.category_id
              CROSS JOIN LATERAL (
                   SELECT coalesce(sum(delivered), 0) AS delivered, coalesce(sum(failed), 0) AS failed,
                          coalesce(sum(skipped), 0) AS skipped, coalesce(sum(unknown), 0) AS unknown
                     FROM mailing_progress WHERE mailing_id = c.mailing_id) p
            """;

    private final JdbcClient db;

    CampaignList(Database database) {
        this.db = database.client();
    }

    /// The campaigns before this id; begin with `Long.MAX_VALUE`.
    List<CampaignRow> page(Set<Long> departments, Shown shown, long before, int limit) {
        return db.sql(SELECT
                        + """
                         WHERE c.department_id = ANY (:departments) AND c.state = ANY (:states) AND c.id < :before
                         ORDER BY c.id DESC LIMIT :limit
                        """)
                .param("departments", departments.toArray(Long[]::new))
                .param("states", names(shown.states))
                .param("before", before)
                .param("limit", limit)
                .query(CampaignList::row)
                .list();
    }

    Optional<CampaignRow> find(long id) {
        return db.sql(SELECT + " WHERE c.id = :id").param("id", id).query(CampaignList::row).optional();
    }

    /// How many campaigns each list has, in the order of [Shown].
    List<Integer> counts(Set<Long> departments) {
        List<Integer> counts = new ArrayList<>();
        for (Shown shown : Shown.values())
            counts.add(db.sql("SELECT count(*) FROM campaign WHERE department_id = ANY (:departments) AND state = ANY (:states)")
                    .param("departments", departments.toArray(Long[]::new))
                    .param("states", names(shown.states))
                    .query(Integer.class)
                    .single());
        return counts;
    }

    private static String[] names(Collection<CampaignState> states) {
        return states.stream().map(Enum::name).toArray(String[]::new);
    }

    private static CampaignRow row(ResultSet row, int n) throws SQLException {
        String[] groups = (String[]) row.getArray("groups").getArray();
        return new CampaignRow(
                row.getLong("id"),
                CampaignState.valueOf(row.getString("state")),
                row.getString("why"),
                row.getString("name"),
                row.getString("category"),
                row.getBoolean("spot"),
                row.getString("subject"),
                row.getString("format"),
                Arrays.asList(groups),
                CampaignTable.instant(row, "starts_at"),
                CampaignTable.instant(row, "ended_at"),
                progress(row));
    }

    private static @Nullable Progress progress(ResultSet row) throws SQLException {
        Integer planned = row.getObject("planned", Integer.class);
        if (planned == null) return null;
        int delivered = row.getInt("delivered");
        int failed = row.getInt("failed");
        int skipped = row.getInt("skipped");
        int unknown = row.getInt("unknown");
        return new Progress(
                planned, delivered, failed, skipped, unknown, planned - delivered - failed - skipped - unknown, 0);
    }
}
