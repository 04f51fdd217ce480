package todoku.sender.doctor;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;
import todoku.mail.tls.StsSource;

/// Examines a sender the way large receivers will. May take some seconds.
public final class DomainDoctor {
    /// A DNS that denies this name knows only a network of its own.
    private static final String ALWAYS_THERE = "jp";

    private final Dns dns;
    private final SpfCheck spf;
    private final DkimCheck dkim;
    private final DmarcChecks dmarc;
    private final HostChecks hosts;

    public DomainDoctor(Dns dns, TlsProbe tls, StsSource policies, InstantSource clock) {
        this.dns = dns;
        this.spf = new SpfCheck(dns);
        this.dkim = new DkimCheck(dns);
        this.dmarc = new DmarcChecks(dns);
        this.hosts = new HostChecks(dns, tls, policies, clock);
    }

    /// What receivers ask for first comes first.
    public List<Check> examine(Subject subject) {
        String from = subject.fromDomain();
        if (ReservedNames.has(from)) return List.of(Check.of("dns", Verdict.UNKNOWN, "reserved", from));
        Optional<ForeignDomains.Foreign> foreign = ForeignDomains.of(from);
        if (foreign.isPresent())
            return List.of(Check.of("foreign", Verdict.FAIL, foreign.get().kind(), from, foreign.get().operator()));
        DnsAnswer<String> first = dns.texts(from);
        if (!first.known() && !dns.mailHosts(from).known())
            return List.of(Check.of("dns", Verdict.UNKNOWN, "silent", from)); // otherwise each question waits by itself
        if (first.noSuchName() && dns.mailHosts(ALWAYS_THERE).noSuchName())
            return List.of(Check.of("dns", Verdict.UNKNOWN, "closed", from));
        List<Check> checks = new ArrayList<>();
        checks.add(spf.of("spf", subject.returnDomain(), subject));
        if (!subject.returnDomain().equals(from)) checks.add(spf.of("spf-from", from, subject).atMost(Verdict.WARN));
        checks.addAll(dkim.of(subject));
        List<Check> policies = dmarc.of(subject);
        checks.addAll(policies.subList(0, policies.size() - 1));
        checks.add(hosts.reverse(subject));
        checks.add(hosts.helo(subject));
        checks.add(hosts.takesMail("from-mx", from));
        if (!subject.returnDomain().equals(from)) checks.add(hosts.takesMail("return-mx", subject.returnDomain()));
        checks.add(hosts.links(subject));
        checks.add(policies.getLast());
        checks.add(hosts.encryptionOfReplies(from));
        checks.add(hosts.reportsOfEncryption(from));
        return checks;
    }
}
