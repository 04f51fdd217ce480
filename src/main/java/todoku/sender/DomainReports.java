package todoku.sender;

import static java.time.ZoneOffset.UTC;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.mail.dns.Dns;
import todoku.mail.tls.StsSource;
import todoku.sender.doctor.Check;
import todoku.sender.doctor.DomainDoctor;
import todoku.sender.doctor.Subject;
import todoku.sender.doctor.TlsProbe;
import todoku.sender.doctor.Verdict;

/// Has the domains of senders examined, and remembers what was found.
public final class DomainReports {
    /// Somebody else changes DNS, so nothing tells us.
    private static final Duration OLD = Duration.ofHours(23);

    private static final int AT_ONCE = 50;

    private final Database database;
    private final JdbcClient db;
    private final Senders senders;
    private final Installations installations;
    private final Dns dns;
    private final DomainDoctor doctor;
    private final OwnAddresses own;
    private final Executor background;
    private final InstantSource clock;

    /// @param background where a look is taken that nobody waits for
    public DomainReports(
            Database database, Senders senders, Installations installations, Dns dns, TlsProbe tls, StsSource policies, OwnAddresses own, Executor background, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.senders = senders;
        this.installations = installations;
        this.dns = dns;
        this.doctor = new DomainDoctor(dns, tls, policies, clock);
        this.own = own;
        this.background = background;
        this.clock = clock;
    }

    /// @param at     when it was looked at; null: never
    /// @param checks in the order they are shown
    public record Report(@Nullable Instant at, List<Check> checks) {
        /// Keeps its own copy.
        public Report {
            checks = List.copyOf(checks);
        }

        public long count(Verdict verdict) {
            return checks.stream().filter(check -> check.verdict() == verdict).count();
        }

        /// Those that cost mail.
        public List<Check> failing() {
            return checks.stream().filter(check -> check.verdict() == Verdict.FAIL).toList();
        }

        /// Those that cost mail and those that may.
        public List<Check> doubtful() {
            return checks.stream()
                    .filter(check -> check.verdict() == Verdict.FAIL || check.verdict() == Verdict.WARN)
                    .toList();
        }
    }

    private record Line(Check check, Instant at) {}

    /// What the last look found.
    public Report last(long profile) {
        List<Line> lines = db.sql(
                        """
                        SELECT name, verdict, finding, details, record_name, record_type, record_value, checked_at
                          FROM domain_check WHERE sender_profile_id = :id ORDER BY position
                        """)
                .param("id", profile)
                .query((row, n) -> new Line(check(row), row.getObject(8, OffsetDateTime.class).toInstant()))
                .list();
        return new Report(lines.isEmpty() ? null : lines.getFirst().at(), lines.stream().map(Line::check).toList());
    }

    private static Check check(ResultSet row) throws SQLException {
        String recordName = row.getString(5);
        return new Check(
                row.getString(1),
                Verdict.valueOf(row.getString(2)),
                row.getString(3),
                List.of((String[]) row.getArray(4).getArray()),
                recordName == null ? null : new Check.Copy(recordName, row.getString(6), row.getString(7)));
    }

    /// The profile writes from another domain now: what was found says nothing any more.
    void forget(long profile) {
        db.sql("DELETE FROM domain_check WHERE sender_profile_id = :id").param("id", profile).update();
    }

    /// Whether mail of this profile may really go out and nobody has looked at its domain yet.
    public boolean isUnexamined(long profile) {
        return installations.get().live() && last(profile).at() == null;
    }

    /// Looks without anybody waiting, where receivers will look as well.
    void examineSoon(long profile) {
        if (installations.get().live()) background.execute(() -> examine(profile));
    }

    /// What somebody about to send in a profile's name should know. Nothing in the sandbox, where no receiver looks.
    public List<Check> warnings(long profile) {
        return installations.get().live() ? last(profile).failing() : List.of();
    }

    /// Looks now, which takes some seconds; not to be called within a transaction.
    ///
    /// @return nothing when there is no such sender
    public Optional<Report> examine(long profile) {
        Senders.Row row = senders.find(profile).orElse(null);
        if (row == null) return Optional.empty();
        List<Check> checks = doctor.examine(subject(row));
        Instant now = clock.instant();
        database.inTransaction(() -> store(profile, checks, now));
        return Optional.of(new Report(now, checks));
    }

    /// Once a day for every sender; those that were never looked at first.
    public void refresh() {
        List<Long> due = db.sql(
                        """
                        SELECT p.id FROM sender_profile p LEFT JOIN domain_check c ON c.sender_profile_id = p.id AND c.position = 0
                         WHERE c.checked_at IS NULL OR c.checked_at < :old
                         ORDER BY c.checked_at NULLS FIRST, p.id LIMIT :most
                        """)
                .param("old", clock.instant().minus(OLD).atOffset(UTC))
                .param("most", AT_ONCE)
                .query(Long.class)
                .list();
        due.forEach(this::examine);
    }

    private Subject subject(Senders.Row row) {
        Installation installation = installations.get();
        Long domain = row.domain();
        SigningDomain signing = domain == null ? null : senders.domains().find(domain).orElse(null);
        return new Subject(
                row.profile().address(),
                row.profile().returnPath(),
                signing == null ? "" : signing.name(),
                signing == null ? List.of() : records(signing),
                SendingAddresses.of(installation, row.profile().pool(), own, dns),
                installation.heloName(),
                installation.linkBaseUrl());
    }

    private static List<Check.Copy> records(SigningDomain signing) {
        return signing.in(SigningKey.State.SIGNING).stream()
                .map(SigningKey::record)
                .filter(Objects::nonNull)
                .map(record -> new Check.Copy(record.name(), "TXT", record.value()))
                .toList();
    }

    private void store(long profile, List<Check> checks, Instant now) {
        // two looks at once: the second waits here, and its rows stay
        db.sql("SELECT id FROM sender_profile WHERE id = :id FOR UPDATE").param("id", profile).query(Long.class).optional();
        forget(profile);
        int position = 0;
        for (Check check : checks) {
            Check.Copy copy = check.copy();
            db.sql(
                            """
                            INSERT INTO domain_check (sender_profile_id, position, name, verdict, finding, details,
                                                      record_name, record_type, record_value, checked_at)
                            SELECT id, :position, :name, :verdict, :finding, :details, :recordName, :recordType, :recordValue, :now
                              FROM sender_profile WHERE id = :id
                            """)
                    .param("id", profile)
                    .param("position", position++)
                    .param("name", check.name())
                    .param("verdict", check.verdict().name())
                    .param("finding", check.finding())
                    .param("details", check.details().toArray(String[]::new))
                    .param("recordName", copy == null ? null : copy.name())
                    .param("recordType", copy == null ? null : copy.type())
                    .param("recordValue", copy == null ? null : copy.value())
                    .param("now", now.atOffset(UTC))
                    .update();
        }
    }
}
