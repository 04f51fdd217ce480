package todoku.campaign;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;
import todoku.delivery.Why;
import todoku.delivery.standing.Standings;

/// How far a campaign is towards each destination, by its batches: cheap at any size. A stopped one is counted by its
/// results: whoever waited waits no longer.
@Component
class Lanes {
    /// Rows of their own; the smaller destinations share the last one.
    private static final int ROWS = 9;

    private final JdbcClient db;
    private final Standings standings;

    Lanes(Database database, Standings standings) {
        this.db = database.client();
        this.standings = standings;
    }

    /// Most remaining first; none when its recipients are no longer kept.
    List<Lane> of(long mailing) {
        List<Lane> all = db.sql(
                        """
                        WITH batch AS (
                            SELECT destination_id, sum(planned) AS planned, sum(untouched) AS untouched FROM (
                                SELECT b.destination_id, b.last_no - b.first_no + 1 AS planned,
                                       CASE WHEN m.state = 'STOPPED' THEN b.last_no - b.first_no + 1 - (
                                                 SELECT count(*) FROM recipient_result x
                                                  WHERE x.mailing_id = b.mailing_id AND x.no BETWEEN b.first_no AND b.last_no)
                                            WHEN b.state = 'ENDED' THEN 0 ELSE b.last_no - b.open_upto END AS untouched
                                  FROM delivery_batch b JOIN mailing m ON m.id = b.mailing_id
                                 WHERE b.mailing_id = :mailing AND b.destination_id <> 0 AND m.details_gone_at IS NULL
                                UNION ALL
                                -- Planned before their domains were resolved: where they are now.
                                SELECT coalesce(n.destination_id, 0), count(*), count(*) FILTER (WHERE CASE WHEN m.state = 'STOPPED' THEN NOT EXISTS (
                                                 SELECT FROM recipient_result x WHERE x.mailing_id = p.mailing_id AND x.no = p.no)
                                            ELSE b.state = 'WAITING' END)
                                  FROM delivery_batch b JOIN mailing m ON m.id = b.mailing_id
                                  JOIN mailing_recipient p ON p.mailing_id = b.mailing_id AND p.no BETWEEN b.first_no AND b.last_no
                                  JOIN address a ON a.id = p.address_id JOIN domain n ON n.id = a.domain_id
                                 WHERE b.mailing_id = :mailing AND b.destination_id = 0 AND m.details_gone_at IS NULL GROUP BY 1) placed
                             GROUP BY destination_id),
                        waiting AS (
                            SELECT destination_id, count(*) AS n, min(due_at) AS due, max(reply_id) AS reply_id
                              FROM waiting_message WHERE mailing_id IN (SELECT id FROM mailing WHERE id = :mailing AND state <> 'STOPPED') GROUP BY destination_id)
                        SELECT d.name, b.planned, b.untouched + coalesce(w.n, 0) AS remaining, coalesce(w.n, 0) AS waiting,
                               w.due, r.text
                          FROM batch b JOIN destination d ON d.id = b.destination_id
                          LEFT JOIN waiting w ON w.destination_id = b.destination_id
                          LEFT JOIN reply_text r ON r.id = w.reply_id
                         ORDER BY 3 DESC, 2 DESC, 1
                        """)
                .param("mailing", mailing)
                .query((row, n) -> new Lane(
                        row.getString("name"),
                        row.getInt("planned"),
                        Math.min(row.getInt("planned"), row.getInt("remaining")),
                        row.getInt("waiting"),
                        CampaignTable.instant(row, "due"),
                        row.getString("text"),
                        null,
                        1))
                .list();
        List<Lane> lanes = all.size() <= ROWS + 1 ? all : shortened(all);
        Map<String, Why> slowed = standings.slowed(
                lanes.stream().filter(lane -> lane.remaining() > 0).map(Lane::destination).toList());
        return lanes.stream().map(lane -> lane.slowed(slowed.get(lane.destination()))).toList();
    }

    private static List<Lane> shortened(List<Lane> all) {
        List<Lane> lanes = new ArrayList<>(all.subList(0, ROWS));
        List<Lane> rest = all.subList(ROWS, all.size());
        lanes.add(new Lane(
                "",
                rest.stream().mapToInt(Lane::planned).sum(),
                rest.stream().mapToInt(Lane::remaining).sum(),
                rest.stream().mapToInt(Lane::waiting).sum(),
                null,
                null,
                null,
                rest.size()));
        return lanes;
    }
}
