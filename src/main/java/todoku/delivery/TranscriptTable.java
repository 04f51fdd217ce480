package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.MailingId;
import todoku.mail.smtp.Transcript;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The dialogues that were kept: the last one of a recipient, for a fortnight, and of very many the newest.
public final class TranscriptTable {
    static final Duration KEPT = Duration.ofDays(14);
    static final int MOST = 100_000;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient db;
    private final InstantSource clock;

    public TranscriptTable(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.clock = clock;
    }

    /// How a dialogue ended.
    public enum Ended {
        DELIVERED,
        REFUSED,
        DEFERRED,
        BLOCKED,
        CUT,
        NOT_SAFE,
        HANDED_BACK
    }

    /// One dialogue.
    /// @param attempt the how manyeth it was
    public record Kept(long mailing, int no, Instant at, int attempt, Ended ended, Transcript transcript) {}

    public Optional<Kept> of(MailingId mailing, int no) {
        return db.sql("SELECT * FROM transcript WHERE mailing_id = :mailing AND no = :no")
                .param("mailing", mailing.value())
                .param("no", no)
                .query(TranscriptTable::kept)
                .optional();
    }

    private static Kept kept(ResultSet row, int ignored) throws SQLException {
        List<Transcript.Step> steps = new ArrayList<>();
        for (JsonNode step : JSON.readTree(row.getString("steps")))
            steps.add(new Transcript.Step(
                    Transcript.Part.valueOf(step.get("part").asString()), step.get("micros").asLong(), step.get("said").asString()));
        return new Kept(
                row.getLong("mailing_id"),
                row.getInt("no"),
                row.getObject("at", OffsetDateTime.class).toInstant(),
                row.getInt("attempt"),
                Ended.valueOf(row.getString("ended")),
                new Transcript(row.getString("host"), row.getString("ip"), row.getString("tls"), row.getInt("mail"), steps));
    }

    /// Of several about the same recipient the last one stays.
    void write(List<Kept> all) {
        if (all.isEmpty()) return;
        Map<Key, Kept> latest = new LinkedHashMap<>();
        for (Kept kept : all) latest.put(new Key(kept.mailing(), kept.no()), kept);
        List<Kept> rows = List.copyOf(latest.values());
        db.sql("""
                INSERT INTO transcript (mailing_id, no, at, attempt, ended, host, ip, tls, mail, steps)
                SELECT * FROM unnest(:mailing::bigint[], :no::int[], :at::timestamptz[], :attempt::int[], :ended::text[], :host::text[],
                                     :ip::text[], :tls::text[], :mail::int[], :steps::jsonb[])
                ON CONFLICT (mailing_id, no) DO UPDATE
                   SET at = EXCLUDED.at, attempt = EXCLUDED.attempt, ended = EXCLUDED.ended, host = EXCLUDED.host, ip = EXCLUDED.ip,
                       tls = EXCLUDED.tls, mail = EXCLUDED.mail, steps = EXCLUDED.steps
                """)
                .param("mailing", rows.stream().map(Kept::mailing).toArray(Long[]::new))
                .param("no", rows.stream().map(Kept::no).toArray(Integer[]::new))
                .param("at", rows.stream().map(kept -> kept.at().atOffset(UTC).toString()).toArray(String[]::new))
                .param("attempt", rows.stream().map(Kept::attempt).toArray(Integer[]::new))
                .param("ended", rows.stream().map(kept -> kept.ended().name()).toArray(String[]::new))
                .param("host", rows.stream().map(kept -> kept.transcript().host()).toArray(String[]::new))
                .param("ip", rows.stream().map(kept -> kept.transcript().ip()).toArray(String[]::new))
                .param("tls", rows.stream().map(kept -> kept.transcript().tls()).toArray(String[]::new))
                .param("mail", rows.stream().map(kept -> kept.transcript().mail()).toArray(Integer[]::new))
                .param("steps", rows.stream().map(kept -> steps(kept.transcript())).toArray(String[]::new))
                .update();
    }

    private static String steps(Transcript transcript) {
        return JSON.writeValueAsString(transcript.steps().stream()
                .map(step -> Map.of("part", step.part().name(), "micros", step.micros(), "said", ReplyText.withoutAddresses(step.said())))
                .toList());
    }

    /// What is older than a fortnight, and of very many all but the newest.
    public void forgetOld() {
        forget(KEPT, MOST);
    }

    void forget(Duration kept, int most) {
        db.sql("DELETE FROM transcript WHERE at < :at").param("at", clock.instant().minus(kept).atOffset(UTC)).update();
        db.sql("DELETE FROM transcript WHERE at <= (SELECT at FROM transcript ORDER BY at DESC OFFSET :most LIMIT 1)")
                .param("most", most)
                .update();
    }
}
