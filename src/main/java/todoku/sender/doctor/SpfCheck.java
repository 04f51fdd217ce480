package todoku.sender.doctor;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;
import todoku.mail.policy.Spf;
import todoku.mail.policy.SpfResult;
import todoku.mail.policy.SpfResult.Code;

/// May our addresses send for the domain?
final class SpfCheck {
    /// From here on the next provider added breaks the limit of ten.
    private static final int MANY_LOOKUPS = 9;

    private static final String BEGIN = "v=spf1";

    private final Spf spf;

    SpfCheck(Dns dns) {
        this.spf = new Spf(dns);
    }

    Check of(String name, String domain, Subject subject) {
        String addresses = subject.addresses().stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
        DnsAnswer<String> records = spf.records(domain);
        if (!records.known()) return Check.of(name, Verdict.UNKNOWN, "unknown", domain);
        if (records.records().isEmpty()) return mend(Check.of(name, Verdict.FAIL, "missing", domain), domain, "", subject.addresses());
        if (records.records().size() > 1)
            return Check.of(name, Verdict.FAIL, "several", domain, String.valueOf(records.records().size()));
        if (subject.addresses().isEmpty()) return Check.of(name, Verdict.UNKNOWN, "no-addresses", domain);
        String record = records.records().getFirst();
        String sender = domain.equals(subject.returnDomain()) ? subject.returnPath() : "postmaster@" + domain;
        List<InetAddress> refused = new ArrayList<>();
        int lookups = 0;
        Check worst = Check.of(name, Verdict.PASS, "pass", domain, addresses);
        for (Subject.Way way : subject.ways()) {
            InetAddress address = way.address();
            SpfResult result = spf.check(address, sender, way.heloName());
            lookups = Math.max(lookups, result.lookups());
            if (result.code() == Code.TEMPERROR) return Check.of(name, Verdict.UNKNOWN, "unknown", domain);
            if (result.code() == Code.PERMERROR) return Check.of(name, Verdict.FAIL, "broken", domain, result.why());
            if (result.code() != Code.PASS) refused.add(address);
            else if (anybody(result.path())) worst = Check.of(name, Verdict.WARN, "anybody", domain);
            else if (worst.verdict() == Verdict.PASS)
                worst = Check.of(name, Verdict.PASS, "pass", domain, addresses, String.join(" → ", result.path()));
        }
        if (!refused.isEmpty()) {
            String which = refused.stream().map(InetAddress::getHostAddress).collect(Collectors.joining(", "));
            return mend(Check.of(name, Verdict.FAIL, "refused", domain, which), domain, record, refused);
        }
        boolean many = lookups >= MANY_LOOKUPS && worst.verdict() == Verdict.PASS;
        return many ? Check.of(name, Verdict.WARN, "many", domain, String.valueOf(lookups)) : worst;
    }

    private static boolean anybody(List<String> path) {
        String last = path.isEmpty() ? "" : path.getLast();
        return last.equalsIgnoreCase("all") || last.equalsIgnoreCase("+all");
    }

    /// The record as it stands with our addresses let in; a new one is mild until everything is known to pass.
    private static Check mend(Check check, String domain, String record, List<InetAddress> addresses) {
        if (addresses.isEmpty()) return check;
        String ours = addresses.stream()
                .map(address -> (address instanceof Inet4Address ? "ip4:" : "ip6:") + address.getHostAddress())
                .collect(Collectors.joining(" "));
        String rest = record.isEmpty() ? " ~all" : record.substring(BEGIN.length());
        return check.copy(domain, "TXT", BEGIN + " " + ours + rest);
    }
}
