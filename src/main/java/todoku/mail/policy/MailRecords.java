package todoku.mail.policy;

import java.util.List;
import java.util.Locale;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;

/// The smaller promises of a domain: encryption towards it (RFC 8461), reports about that (RFC 8460), its logo (BIMI).
public final class MailRecords {
    private final Dns dns;

    public MailRecords(Dns dns) {
        this.dns = dns;
    }

    /// What stands under such a name.
    public enum State {
        GOOD,
        MISSING,
        /// there, but not as the standard wants it, or more than once
        BROKEN,
        UNKNOWN
    }

    /// @param name   of the TXT record
    /// @param detail the identifier, the address of reports or of the logo; or what DNS did not answer
    public record Found(State state, String name, String detail) {}

    /// `_mta-sts`: the policy itself stands on a web server, and its identifier here.
    public Found mtaSts(String domain) {
        return one("_mta-sts." + domain, "STSv1", "id", "[A-Za-z0-9]{1,32}");
    }

    /// `_smtp._tls`.
    public Found tlsReports(String domain) {
        return one("_smtp._tls." + domain, "TLSRPTv1", "rua", "(mailto|https):.+");
    }

    /// `default._bimi`: an SVG behind https.
    public Found logo(String domain) {
        return one("default._bimi." + domain, "BIMI1", "l", "https://.+\\.svg");
    }

    /// Whether the logo comes with a certificate of the trade mark, which some readers ask for.
    public boolean logoCertified(String domain) {
        List<VersionedTags> records = VersionedTags.all(dns.texts("default._bimi." + domain), "BIMI1");
        return records.size() == 1 && records.getFirst().get("a", "").toLowerCase(Locale.ROOT).startsWith("https://");
    }

    private Found one(String name, String version, String tag, String wanted) {
        DnsAnswer<String> texts = dns.texts(name);
        if (!texts.known()) return new Found(State.UNKNOWN, name, String.valueOf(texts.trouble()));
        List<VersionedTags> records = VersionedTags.all(texts, version);
        if (records.isEmpty()) return new Found(State.MISSING, name, "");
        String value = records.getFirst().get(tag, "");
        return new Found(records.size() == 1 && value.matches(wanted) ? State.GOOD : State.BROKEN, name, value);
    }
}
