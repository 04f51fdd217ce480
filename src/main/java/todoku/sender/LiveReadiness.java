package todoku.sender;

import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.sender.SigningKey.DnsRecord;
import todoku.sender.doctor.ForeignDomains;

/// Whether this installation may send to the real internet: each condition, met or not, and what it found.
public final class LiveReadiness {
    private final JdbcClient db;
    private final Installations installations;
    private final SigningDomains domains;
    private final PublishedKeys published;
    private final DomainReports reports;

    public LiveReadiness(
            JdbcClient db, Installations installations, SigningDomains domains, PublishedKeys published, DomainReports reports) {
        this.db = db;
        this.installations = installations;
        this.domains = domains;
        this.published = published;
        this.reports = reports;
    }

    /// One condition. The text keys `settings.live.<name>` and `settings.live.<name>.why` say it.
    ///
    /// @param found what was looked at, such as the name of a DNS record
    public record Check(String name, boolean met, String found) {
        public String key() {
            return "settings.live." + name;
        }
    }

    private record Profile(long id, String name, String address, String returnPath, long domain) {}

    public List<Check> checks() {
        Installation installation = installations.get();
        List<Check> checks = new ArrayList<>();
        boolean shown = !installation.company().isBlank()
                && !installation.postalAddress().isBlank()
                && !installation.contact().isBlank();
        checks.add(new Check("display", shown, installation.company()));
        checks.add(new Check("base-url", isSecure(installation.linkBaseUrl()), installation.linkBaseUrl()));
        checks.add(new Check("helo", !installation.heloName().isBlank(), installation.heloName()));
        List<Profile> profiles = profiles();
        if (profiles.isEmpty()) checks.add(new Check("sender", false, ""));
        for (Profile profile : profiles) {
            if (ForeignDomains.of(profile.address()).isPresent()) checks.add(new Check("foreign", false, profile.address()));
            for (DnsRecord record : signing(profile.domain())) checks.add(new Check("dkim", published.shows(record), record.name()));
            checks.add(new Check("return-path", !PublishedKeys.isReserved(profile.returnPath()), profile.returnPath()));
        }
        return checks;
    }

    /// A sender whose domain was found wanting in something that does not forbid 本番, or was never looked at.
    public record Doubt(long profile, String name, DomainReports.Report report) {}

    /// From the last looks at the domains; nothing is asked anew.
    public List<Doubt> doubts() {
        List<Doubt> doubts = new ArrayList<>();
        for (Profile profile : profiles()) {
            DomainReports.Report report = reports.last(profile.id());
            if (report.at() == null || !report.doubtful().isEmpty()) doubts.add(new Doubt(profile.id(), profile.name(), report));
        }
        return doubts;
    }

    private List<Profile> profiles() {
        return db.sql(
                        """
                        SELECT id, name, address, return_path, signing_domain_id FROM sender_profile
                         WHERE signing_domain_id IS NOT NULL ORDER BY id
                        """)
                .query((row, n) -> new Profile(row.getLong(1), row.getString(2), row.getString(3), row.getString(4), row.getLong(5)))
                .list();
    }

    /// The records of the keys that sign for a domain now.
    private List<DnsRecord> signing(long domain) {
        return domains.find(domain).map(found -> found.in(SigningKey.State.SIGNING)).orElse(List.of()).stream()
                .map(SigningKey::record)
                .filter(Objects::nonNull)
                .toList();
    }

    private static boolean isSecure(String url) {
        return url.startsWith("https://") && !PublishedKeys.isReserved("@" + URI.create(url).getHost());
    }
}
