package todoku.sender.doctor;

import java.util.List;
import java.util.Locale;
import todoku.mail.dns.Dns;
import todoku.mail.policy.Dmarc;
import todoku.mail.policy.Dmarc.Alignment;
import todoku.mail.policy.DmarcRecord;
import todoku.mail.policy.MailRecords;

/// The policy, whether what we authenticate belongs to From, and the logo that stands on both.
final class DmarcChecks {
    private static final int ALL = 100;

    private final Dmarc dmarc;
    private final MailRecords records;

    DmarcChecks(Dns dns) {
        this.dmarc = new Dmarc(dns);
        this.records = new MailRecords(dns);
    }

    List<Check> of(Subject subject) {
        Dmarc.Finding finding = dmarc.find(subject.fromDomain());
        return List.of(policy(subject, finding), alignment(subject, finding), logo(subject, finding));
    }

    private static Check policy(Subject subject, Dmarc.Finding finding) {
        String domain = subject.fromDomain();
        DmarcRecord record = finding.record();
        // a record found further up counts only when there is none at the domain itself
        boolean sure = finding.trouble() == null || record != null && finding.foundAt().equals(domain);
        if (!sure) return Check.of("dmarc", Verdict.UNKNOWN, "unknown", domain);
        if (record == null) {
            if (finding.duplicates() > 1)
                return Check.of("dmarc", Verdict.FAIL, "several", "_dmarc." + domain, String.valueOf(finding.duplicates()));
            if (finding.unusable()) return Check.of("dmarc", Verdict.FAIL, "unusable", "_dmarc." + domain);
            return Check.of("dmarc", Verdict.FAIL, "missing", domain)
                    .copy("_dmarc." + domain, "TXT", "v=DMARC1; p=none; rua=mailto:dmarc@" + domain);
        }
        String at = "_dmarc." + finding.foundAt();
        String policy = String.valueOf(finding.policyFor(domain)).toLowerCase(Locale.ROOT);
        if (!record.broken().isEmpty()) return Check.of("dmarc", Verdict.WARN, "broken", at, record.broken());
        Integer percent = record.percent();
        if (percent != null && percent < ALL) return Check.of("dmarc", Verdict.WARN, "percent", at, percent.toString());
        if (record.testing()) return Check.of("dmarc", Verdict.ADVICE, "testing", at, policy);
        if (record.reports().isEmpty()) return Check.of("dmarc", Verdict.ADVICE, "no-reports", at, policy);
        return Check.of("dmarc", Verdict.PASS, policy.equals("none") ? "none" : "enforced", at, policy);
    }

    private Check alignment(Subject subject, Dmarc.Finding finding) {
        DmarcRecord record = finding.record();
        String from = subject.fromDomain();
        Alignment spf = dmarc.aligned(record != null && record.strictSpf(), subject.returnDomain(), from);
        Alignment dkim = subject.dkimDomain().isEmpty()
                ? Alignment.NO
                : dmarc.aligned(record != null && record.strictDkim(), subject.dkimDomain(), from);
        if (spf == Alignment.YES && dkim == Alignment.YES) return Check.of("alignment", Verdict.PASS, "both", from);
        if (record == null) // without any record nobody can say where an organization begins
            return Check.of("alignment", finding.trouble() == null ? Verdict.ADVICE : Verdict.UNKNOWN, "no-policy", from);
        if (spf == Alignment.UNKNOWN || dkim == Alignment.UNKNOWN) return Check.of("alignment", Verdict.UNKNOWN, "unknown", from);
        if (dkim == Alignment.YES) return Check.of("alignment", Verdict.WARN, "dkim-only", from, subject.returnDomain());
        if (spf == Alignment.YES) return Check.of("alignment", Verdict.WARN, "spf-only", from, subject.dkimDomain());
        return Check.of("alignment", Verdict.FAIL, "neither", from, subject.returnDomain());
    }

    private Check logo(Subject subject, Dmarc.Finding finding) {
        String domain = subject.fromDomain();
        MailRecords.Found own = records.logo(domain);
        // without one of its own the organization's is shown
        boolean inherits = own.state() == MailRecords.State.MISSING && !finding.organization().equals(domain);
        String at = inherits ? finding.organization() : domain;
        MailRecords.Found logo = inherits ? records.logo(at) : own;
        DmarcRecord record = finding.record();
        if (logo.state() == MailRecords.State.UNKNOWN) return Check.of("bimi", Verdict.UNKNOWN, "unknown", logo.name());
        if (record == null || !record.enforced()) return Check.of("bimi", Verdict.ADVICE, "policy");
        return switch (logo.state()) {
            case MISSING -> Check.of("bimi", Verdict.ADVICE, "missing", logo.name())
                    .copy(logo.name(), "TXT", "v=BIMI1; l=https://" + domain + "/logo.svg; a=https://" + domain + "/logo.pem");
            case BROKEN -> Check.of("bimi", Verdict.WARN, "broken", logo.name(), logo.detail());
            default -> Check.of("bimi", Verdict.PASS, records.logoCertified(at) ? "certified" : "plain", logo.detail());
        };
    }
}
