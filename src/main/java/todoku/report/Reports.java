package todoku.report;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import tools.jackson.databind.json.JsonMapper;

/// Asks what became of campaigns.
@Component
public class Reports {
    /// Rows of a list of causes or replies; the rest is small.
    private static final int TOP = 20;
    /// Bars in one chart.
    private static final int BARS = 60;
    private static final List<Duration> STEPS = List.of(
            Duration.ofMinutes(1),
            Duration.ofMinutes(10),
            Duration.ofHours(1),
            Duration.ofHours(6),
            Duration.ofDays(1),
            Duration.ofDays(7));
    private static final String SELECT =
            """
            SELECT c.id, c.name, k.name AS category, m.id AS mailing, v.subject, v.format, CASE WHEN m.held THEN 'PAUSED' ELSE m.state END AS state, m.started_at, m.first_pass_at, m.ended_at,
                   m.environment, m.details_gone_at, m.kind = 'SPOT' AS spot, coalesce(c.opted_out_count, 0) AS opted_out,
                   ARRAY(SELECT g.name FROM mailing_group mg JOIN customer_group g ON g.id = mg.group_id
                          WHERE mg.mailing_id = m.id ORDER BY g.name) AS groups,
                   coalesce(f.openers, openers_of(m.id)) AS openers,
                   coalesce(f.clickers, clickers_of(m.id)) AS clickers,
                   coalesce(f.clicks, clicks_of(m.id)) AS clicks
              FROM campaign c JOIN mailing m ON m.id = c.mailing_id JOIN mail_version v ON v.id = m.mail_version_id
              LEFT JOIN category k ON k.id = m.category_id
              LEFT JOIN mailing_figures f ON f.mailing_id = m.id
            """;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient db;
    private final Mailings mailings;

    public Reports(Database database, Mailings mailings) {
        this.db = database.client();
        this.mailings = mailings;
    }

    /// The campaigns that have begun to send, newest first, before this id (`Long.MAX_VALUE` at first).
    List<Report> page(Collection<Long> departments, long before, int limit) {
        return db.sql(SELECT
                        + """
                         WHERE c.department_id = ANY (:departments) AND c.id < :before ORDER BY c.id DESC LIMIT :limit
                        """)
                .param("departments", departments.toArray(Long[]::new))
                .param("before", before)
                .param("limit", limit)
                .query(this::report)
                .list();
    }

    /// Empty when there is no such campaign in these departments, or it has not begun.
    Optional<Report> find(Collection<Long> departments, long campaign) {
        return db.sql(SELECT + " WHERE c.id = :id AND c.department_id = ANY (:departments)")
                .param("id", campaign)
                .param("departments", departments.toArray(Long[]::new))
                .query(this::report)
                .optional();
    }

    private Report report(ResultSet row, int n) throws SQLException {
        long mailing = row.getLong("mailing");
        return new Report(
                row.getLong("id"),
                mailing,
                row.getString("name"),
                row.getString("category"),
                row.getString("subject"),
                row.getString("format"),
                Arrays.asList((String[]) row.getArray("groups").getArray()),
                row.getString("state"),
                instant(row.getTimestamp("started_at")),
                instant(row.getTimestamp("first_pass_at")),
                instant(row.getTimestamp("ended_at")),
                mailings.progress(new MailingId(mailing)),
                excluded(mailing),
                row.getInt("openers"),
                row.getInt("clickers"),
                row.getInt("clicks"),
                row.getString("environment").equals("SANDBOX"),
                instant(row.getTimestamp("details_gone_at")),
                row.getBoolean("spot"),
                row.getInt("opted_out"));
    }

    private Map<String, Integer> excluded(long mailing) {
        Map<String, Integer> excluded = new TreeMap<>();
        db.sql("SELECT reason, count FROM planning_exclusion WHERE mailing_id = :mailing")
                .param("mailing", mailing)
                .query(row -> {
                    excluded.put(row.getString(1), row.getInt(2));
                });
        return excluded;
    }

    /// Without the destinations, which cost more: [#destinations(Report)].
    Report.Lists lists(Report report) {
        if (!report.hasDetails()) return kept(report.mailing());
        long mailing = report.mailing();
        return new Report.Lists(links(mailing), causes(mailing), replies(mailing), List.of(), moments(mailing, report.startedAt()));
    }

    /// The largest, each with its share.
    List<Report.Destination> destinations(Report report) {
        return report.hasDetails() ? destinations(report.mailing()) : kept(report.mailing()).destinations();
    }

    private Report.Lists kept(long mailing) {
        return JSON.readValue(
                db.sql("SELECT lists FROM mailing_figures WHERE mailing_id = :mailing").param("mailing", mailing).query(String.class).single(),
                Report.Lists.class);
    }

    /// Writes down what its report shows: its recipients are about to leave. In the caller's transaction.
    void keepFigures(long mailing) {
        Instant startedAt = db.sql("SELECT started_at FROM mailing WHERE id = :mailing")
                .param("mailing", mailing)
                .query((row, _) -> Optional.ofNullable(row.getTimestamp(1)))
                .single()
                .map(Timestamp::toInstant)
                .orElse(null);
        var lists = new Report.Lists(
                links(mailing), causes(mailing), replies(mailing), destinations(mailing), moments(mailing, startedAt));
        about(mailing,
                        """
                        INSERT INTO mailing_figures (mailing_id, openers, clickers, clicks, lists)
                        SELECT :mailing, (SELECT count(*) FROM first_open WHERE mailing_id = :mailing),
                               count(DISTINCT no), count(*), :lists::jsonb
                          FROM first_click WHERE mailing_id = :mailing
                        """)
                .param("lists", JSON.writeValueAsString(lists))
                .update();
    }

    /// A question about one mailing, with its number in the text: then the question is planned with its partition alone, not with
    /// those of all mailings of the past.
    private JdbcClient.StatementSpec about(long mailing, String question) {
        return db.sql(question.replace(":mailing", Long.toString(mailing)));
    }

    private List<Report.Link> links(long mailing) {
        return about(mailing,
                        """
                        SELECT l.link_no, l.target, l.title, coalesce(k.clickers, 0) AS clickers
                          FROM mailing m JOIN tracked_link l ON l.mail_version_id = m.mail_version_id
                          LEFT JOIN (SELECT link_no, count(*) AS clickers FROM first_click WHERE mailing_id = :mailing
                                      GROUP BY link_no) k ON k.link_no = l.link_no
                         WHERE m.id = :mailing ORDER BY clickers DESC, l.link_no LIMIT 200
                        """)
                .query((row, n) -> new Report.Link(row.getInt(1), row.getString(2), row.getString(3), row.getInt(4)))
                .list();
    }

    private List<Report.Destination> destinations(long mailing) {
        return about(mailing,
                        """
                        SELECT d.name, count(*) AS planned, count(*) FILTER (WHERE x.state = 'DELIVERED') AS delivered,
                               count(*) FILTER (WHERE x.state = 'FAILED') AS failed, count(o.no) AS openers
                          FROM mailing_recipient r
                          JOIN address a ON a.id = r.address_id
                          JOIN domain d ON d.id = a.domain_id
                          LEFT JOIN recipient_result x ON x.mailing_id = r.mailing_id AND x.no = r.no
                          LEFT JOIN first_open o ON o.mailing_id = r.mailing_id AND o.no = r.no
                         WHERE r.mailing_id = :mailing GROUP BY d.name ORDER BY planned DESC, d.name LIMIT :top
                        """)
                .param("top", TOP)
                .query((row, n) -> new Report.Destination(
                        row.getString(1), row.getInt(2), row.getInt(3), row.getInt(4), row.getInt(5)))
                .list();
    }

    private List<Report.Cause> causes(long mailing) {
        return about(mailing,
                        """
                        SELECT state, coalesce(reason, 'OTHER'), count(*) FROM recipient_result
                         WHERE mailing_id = :mailing AND state <> 'DELIVERED' GROUP BY 1, 2 ORDER BY 3 DESC
                        """)
                .query((row, n) -> new Report.Cause(row.getString(1), row.getString(2), row.getInt(3)))
                .list();
    }

    private List<Report.Reply> replies(long mailing) {
        return about(mailing,
                        """
                        SELECT coalesce(x.reason, 'OTHER'), t.text, count(*) FROM recipient_result x JOIN reply_text t ON t.id = x.reply_id
                         WHERE x.mailing_id = :mailing AND x.state <> 'DELIVERED' GROUP BY 1, 2 ORDER BY 3 DESC LIMIT :top
                        """)
                .param("top", TOP)
                .query((row, n) -> new Report.Reply(row.getString(1), row.getString(2), row.getInt(3)))
                .list();
    }

    /// Opens and clicks by a step that fits the time they took, at most [#BARS] of them.
    private List<Report.Moment> moments(long mailing, @Nullable Instant from) {
        if (from == null) return List.of();
        Timestamp last = about(mailing,
                        """
                        SELECT max(at) FROM (SELECT max(at) AS at FROM first_open WHERE mailing_id = :mailing
                               UNION ALL SELECT max(at) FROM first_click WHERE mailing_id = :mailing) x
                        """)
                .query((row, n) -> Optional.ofNullable(row.getTimestamp(1)))
                .single()
                .orElse(null);
        if (last == null) return List.of();
        Duration span = Duration.between(from, last.toInstant());
        Duration step = STEPS.stream()
                .filter(candidate -> span.dividedBy(candidate) < BARS)
                .findFirst()
                .orElse(STEPS.getLast());
        int bars = (int) Math.min(BARS, span.dividedBy(step) + 1);
        int[] opens = counts("first_open", "no", mailing, from, step, bars);
        int[] clicks = counts("first_click", "no", mailing, from, step, bars);
        List<Report.Moment> moments = new ArrayList<>();
        for (int i = 0; i < bars; i++) moments.add(new Report.Moment(from.plus(step.multipliedBy(i)), opens[i], clicks[i]));
        return moments;
    }

    private int[] counts(String table, String who, long mailing, Instant from, Duration step, int bars) {
        int[] counts = new int[bars];
        String sql = table.equals("first_open")
                ? "SELECT floor(extract(epoch FROM at - :from) / :step)::int, count(*) FROM first_open WHERE mailing_id = :mailing GROUP BY 1"
                : """
                  SELECT floor(extract(epoch FROM at - :from) / :step)::int, count(*)
                    FROM (SELECT no, min(at) AS at FROM first_click WHERE mailing_id = :mailing GROUP BY no) k GROUP BY 1
                  """;
        about(mailing, sql)
                .param("from", Timestamp.from(from))
                .param("step", step.toSeconds())
                .query(row -> {
                    int bar = Math.clamp(row.getInt(1), 0, bars - 1);
                    counts[bar] += row.getInt(2);
                });
        return counts;
    }

    /// Which recipients a list shows.
    public enum Shown {
        ALL("true"),
        DELIVERED("x.state = 'DELIVERED'"),
        FAILED("x.state = 'FAILED'"),
        SKIPPED("x.state = 'SKIPPED'"),
        UNKNOWN("x.state = 'UNKNOWN'"),
        REMAINING("x.state IS NULL"),
        OPENED("o.no IS NOT NULL"),
        CLICKED("EXISTS (SELECT FROM first_click k WHERE k.mailing_id = :mailing AND k.no = r.no)");

        private final String condition;

        Shown(String condition) {
            this.condition = condition;
        }
    }

    private static final String RECIPIENT =
            """
            SELECT r.no, c.id AS customer_id, nullif(concat_ws(' ', c.family_name, c.given_name), '') AS name, a.as_written,
                   coalesce(x.state, CASE WHEN w.no IS NULL THEN 'PENDING' ELSE 'WAITING' END) AS state,
                   x.reason, coalesce(x.attempts, w.attempts, 0) AS attempts, x.at, t.text, o.at AS opened_at,
                   (SELECT count(*) FROM first_click k WHERE k.mailing_id = :mailing AND k.no = r.no) AS clicks
              FROM mailing_recipient r
              JOIN address a ON a.id = r.address_id
              LEFT JOIN customer c ON c.id = r.customer_id
              LEFT JOIN recipient_result x ON x.mailing_id = r.mailing_id AND x.no = r.no
              LEFT JOIN waiting_message w ON w.mailing_id = r.mailing_id AND w.no = r.no
              LEFT JOIN reply_text t ON t.id = coalesce(x.reply_id, w.reply_id)
              LEFT JOIN first_open o ON o.mailing_id = r.mailing_id AND o.no = r.no
             WHERE r.mailing_id = :mailing AND r.no > :after AND
            """;

    /// The recipients after a number, in order of numbers.
    List<Report.Recipient> recipients(long mailing, Shown shown, @Nullable String reason, int after, int limit) {
        return about(mailing, RECIPIENT + shown.condition + (reason == null ? "" : " AND x.reason = :reason") + " ORDER BY r.no LIMIT :limit")
                .param("after", after)
                .param("limit", limit)
                .params(reason == null ? Map.of() : Map.of("reason", reason))
                .query(Reports::recipient)
                .list();
    }

    /// Empty when there is no such recipient.
    Optional<Report.Recipient> recipient(long mailing, int no) {
        return recipients(mailing, Shown.ALL, null, no - 1, 1).stream().filter(found -> found.no() == no).findFirst();
    }

    /// Every recipient, in order, a chunk at a time: a log of a million lines needs no more memory than one of a thousand.
    void all(long mailing, Consumer<Report.Recipient> each) {
        int after = 0;
        List<Report.Recipient> chunk;
        do {
            chunk = recipients(mailing, Shown.ALL, null, after, 5_000);
            chunk.forEach(each);
            if (!chunk.isEmpty()) after = chunk.getLast().no();
        } while (!chunk.isEmpty());
    }

    private static Report.Recipient recipient(ResultSet row, int n) throws SQLException {
        return new Report.Recipient(
                row.getInt("no"),
                row.getObject("customer_id", Long.class),
                row.getString("name"),
                row.getString("as_written"),
                row.getString("state"),
                row.getString("reason"),
                row.getInt("attempts"),
                instant(row.getTimestamp("at")),
                row.getString("text"),
                instant(row.getTimestamp("opened_at")),
                row.getInt("clicks"));
    }

    /// How many of them each list shows.
    Map<Shown, Integer> counts(Report report) {
        Map<Shown, Integer> counts = new LinkedHashMap<>();
        counts.put(Shown.ALL, report.progress().planned());
        counts.put(Shown.DELIVERED, report.progress().delivered());
        counts.put(Shown.FAILED, report.progress().failed());
        counts.put(Shown.SKIPPED, report.progress().skipped());
        counts.put(Shown.UNKNOWN, report.progress().unknown());
        counts.put(Shown.REMAINING, report.progress().remaining());
        counts.put(Shown.OPENED, report.openers());
        counts.put(Shown.CLICKED, report.clickers());
        return counts;
    }

    static @Nullable Instant instant(@Nullable Timestamp at) {
        return at == null ? null : at.toInstant();
    }
}
