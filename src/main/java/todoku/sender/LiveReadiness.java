package todoku.sender;

import java.net.URI;
import java.security.PublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.mail.dns.TextRecords;

/// Whether this installation may send to the real internet: each condition, met or not, and what it found.
public final class LiveReadiness {
    private final JdbcClient db;
    private final Installations installations;
    private final Senders senders;
    private final TextRecords texts;

    public LiveReadiness(JdbcClient db, Installations installations, Senders senders, TextRecords texts) {
        this.db = db;
        this.installations = installations;
        this.senders = senders;
        this.texts = texts;
    }

    /// One condition. The text keys `settings.live.<name>` and `settings.live.<name>.why` say it.
    ///
    /// @param found what was looked at, such as the name of a DNS record
    public record Check(String name, boolean met, String found) {
        public String key() {
            return "settings.live." + name;
        }
    }

    private record Profile(String address, String returnPath, String domain, String selector) {}

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
            checks.add(new Check("dkim", isPublished(profile), profile.selector() + "._domainkey." + profile.domain()));
            checks.add(new Check("return-path", !isReserved(profile.returnPath()), profile.returnPath()));
        }
        return checks;
    }

    private List<Profile> profiles() {
        return db.sql(
                        """
                        SELECT p.address, p.return_path, d.name, d.selector
                          FROM sender_profile p JOIN signing_domain d ON d.id = p.signing_domain_id
                         ORDER BY p.id LIMIT 20
                        """)
                .query((row, n) -> new Profile(row.getString(1), row.getString(2), row.getString(3), row.getString(4)))
                .list();
    }

    private boolean isPublished(Profile profile) {
        if (isReserved(profile.address())) return false;
        PublicKey ours = senders.publicKey(profile.selector(), profile.domain()).orElse(null);
        if (ours == null) return false;
        String wanted = Base64.getEncoder().encodeToString(ours.getEncoded());
        return texts.of(profile.selector() + "._domainkey." + profile.domain()).stream()
                .anyMatch(record -> record.replaceAll("\\s", "").contains("p=" + wanted));
    }

    private static boolean isSecure(String url) {
        return url.startsWith("https://") && !isReserved("@" + URI.create(url).getHost());
    }

    /// Names that exist only in books and tests (RFC 2606, RFC 6761).
    private static boolean isReserved(String address) {
        String domain = address.substring(address.lastIndexOf('@') + 1);
        String last = domain.substring(domain.lastIndexOf('.') + 1);
        return List.of("example", "test", "invalid", "localhost").contains(last)
                || domain.matches("(.*\\.)?example\\.(com|net|org|jp|co\\.jp|ne\\.jp)");
    }
}
