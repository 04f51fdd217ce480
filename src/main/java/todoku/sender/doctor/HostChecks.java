package todoku.sender.doctor;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.xbill.DNS.ReverseMap;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;
import todoku.mail.policy.MailRecords;
import todoku.mail.policy.ReverseNames;
import todoku.mail.tls.StsPolicy;
import todoku.mail.tls.StsSource;

/// Our machines as others see them, and whether the domains themselves take mail.
final class HostChecks {
    private static final Duration SOON = Duration.ofDays(14);
    private static final int HTTPS = 443;
    private static final List<Verdict> LOUDEST = List.of(Verdict.FAIL, Verdict.WARN, Verdict.UNKNOWN, Verdict.ADVICE, Verdict.PASS);

    private final Dns dns;
    private final TlsProbe tls;
    private final StsSource policies;
    private final InstantSource clock;
    private final MailRecords records;

    HostChecks(Dns dns, TlsProbe tls, StsSource policies, InstantSource clock) {
        this.dns = dns;
        this.tls = tls;
        this.policies = policies;
        this.clock = clock;
        this.records = new MailRecords(dns);
    }

    /// The name of each sending address, back and forth; the worst of them is said.
    Check reverse(Subject subject) {
        if (subject.ways().isEmpty()) return Check.of("ptr", Verdict.UNKNOWN, "no-addresses");
        List<String> names = new ArrayList<>();
        Check otherName = null;
        for (Subject.Way way : subject.ways()) {
            InetAddress address = way.address();
            String helo = way.heloName();
            String ip = address.getHostAddress();
            ReverseNames reverse = ReverseNames.of(dns, address);
            if (reverse.confirmed().isEmpty()) {
                if (reverse.trouble() != null) return Check.of("ptr", Verdict.UNKNOWN, "unknown", ip);
                return reverse.names().isEmpty()
                        ? mend(Check.of("ptr", Verdict.FAIL, "missing", ip), address, helo)
                        : Check.of("ptr", Verdict.FAIL, "one-way", ip, reverse.names().getFirst())
                                .copy(reverse.names().getFirst(), type(address), ip);
            }
            names.add(ip + " ⇄ " + reverse.confirmed().getFirst());
            boolean ours = reverse.confirmed().stream().anyMatch(helo::equalsIgnoreCase);
            if (!helo.isEmpty() && !ours)
                otherName = mend(
                        Check.of("ptr", Verdict.WARN, "other-name", ip, reverse.confirmed().getFirst(), helo),
                        address,
                        helo);
        }
        return otherName != null ? otherName : Check.of("ptr", Verdict.PASS, "pass", String.join(", ", names));
    }

    private static Check mend(Check check, InetAddress address, String name) {
        if (name.isEmpty()) return check;
        return check.copy(ReverseMap.fromAddress(address).toString(true), "PTR", name + ".");
    }

    private static String type(InetAddress address) {
        return address instanceof Inet4Address ? "A" : "AAAA";
    }

    /// Each name we say, against the addresses we say it from; the worst of them is told.
    Check helo(Subject subject) {
        Map<String, List<InetAddress>> said = new LinkedHashMap<>();
        for (Subject.Way way : subject.ways()) said.computeIfAbsent(way.heloName(), _ -> new ArrayList<>()).add(way.address());
        if (said.isEmpty()) said.put(subject.heloName(), List.of());
        List<Check> checks = said.entrySet().stream().map(name -> helo(name.getKey(), name.getValue())).toList();
        return checks.stream()
                .filter(check -> check.verdict() != Verdict.PASS)
                .min(Comparator.comparing(Check::verdict, Comparator.comparing(verdict -> LOUDEST.indexOf(verdict))))
                .orElse(Check.of("helo", Verdict.PASS, "pass", String.join(", ", said.keySet())));
    }

    private Check helo(String helo, List<InetAddress> addresses) {
        if (helo.isEmpty()) return Check.of("helo", Verdict.ADVICE, "blank");
        List<InetAddress> found = new ArrayList<>();
        for (DnsAnswer<InetAddress> answer : List.of(dns.ipv4(helo), dns.ipv6(helo))) {
            if (!answer.known()) return Check.of("helo", Verdict.UNKNOWN, "unknown", helo);
            found.addAll(answer.records());
        }
        if (addresses.isEmpty() && !found.isEmpty()) return Check.of("helo", Verdict.UNKNOWN, "no-addresses", helo);
        if (addresses.stream().anyMatch(found::contains)) return Check.of("helo", Verdict.PASS, "pass", helo);
        Check wrong = Check.of("helo", Verdict.WARN, found.isEmpty() ? "missing" : "elsewhere", helo);
        if (addresses.isEmpty()) return wrong;
        InetAddress first = addresses.getFirst();
        return wrong.copy(helo, type(first), first.getHostAddress());
    }

    /// Whether a domain could take a reply or a bounce.
    Check takesMail(String name, String domain) {
        DnsAnswer<String> hosts = dns.mailHosts(domain);
        if (!hosts.known()) return Check.of(name, Verdict.UNKNOWN, "unknown", domain);
        if (hosts.records().stream().anyMatch(host -> !host.isEmpty()))
            return Check.of(name, Verdict.PASS, "mx", domain, hosts.records().getFirst());
        if (!hosts.records().isEmpty()) return Check.of(name, Verdict.FAIL, "null", domain);
        DnsAnswer<InetAddress> four = dns.ipv4(domain);
        DnsAnswer<InetAddress> six = dns.ipv6(domain);
        if (!four.records().isEmpty() || !six.records().isEmpty()) return Check.of(name, Verdict.PASS, "address", domain);
        boolean known = four.known() && six.known();
        return Check.of(name, known ? Verdict.FAIL : Verdict.UNKNOWN, known ? "nobody" : "unknown", domain);
    }

    Check links(Subject subject) {
        if (subject.linkBaseUrl().isEmpty()) return Check.of("tls", Verdict.ADVICE, "blank");
        URI url = URI.create(subject.linkBaseUrl());
        if (!"https".equals(url.getScheme()) || url.getHost() == null) return Check.of("tls", Verdict.FAIL, "plain", subject.linkBaseUrl());
        return certificate("tls", url.getHost(), url.getPort() < 0 ? HTTPS : url.getPort());
    }

    private Check certificate(String name, String host, int port) {
        TlsProbe.Answer answer = tls.ask(host, port);
        if (!answer.reached()) return Check.of(name, Verdict.UNKNOWN, "unreachable", host);
        Instant until = answer.validUntil();
        if (until == null) return Check.of(name, Verdict.FAIL, "untrusted", host, String.valueOf(answer.trouble()));
        String days = String.valueOf(Duration.between(clock.instant(), until).toDays());
        boolean soon = until.isBefore(clock.instant().plus(SOON));
        return Check.of(name, soon ? Verdict.WARN : Verdict.PASS, soon ? "soon" : "pass", host, days);
    }

    Check encryptionOfReplies(String domain) {
        MailRecords.Found found = records.mtaSts(domain);
        return switch (found.state()) {
            case UNKNOWN -> Check.of("mta-sts", Verdict.UNKNOWN, "unknown", found.name());
            case MISSING -> Check.of("mta-sts", Verdict.ADVICE, "missing", found.name())
                    .copy(found.name(), "TXT", "v=STSv1; id=" + clock.instant().getEpochSecond());
            case BROKEN -> Check.of("mta-sts", Verdict.WARN, "broken", found.name());
            case GOOD -> {
                Check web = certificate("mta-sts", "mta-sts." + domain, HTTPS);
                yield switch (web.verdict()) {
                    case FAIL -> web.atMost(Verdict.WARN);
                    case UNKNOWN -> web;
                    case PASS, ADVICE, WARN -> policy(domain, web);
                };
            }
        };
    }

    /// The record only says that there is a policy: what it holds must fit the mail hosts (RFC 8461 §3.2, §4.1).
    private Check policy(String domain, Check otherwise) {
        String text;
        try {
            text = policies.fetch(domain);
        } catch (IOException e) {
            return Check.of("mta-sts", Verdict.WARN, "no-policy", "mta-sts." + domain, String.valueOf(e.getMessage()));
        }
        Optional<StsPolicy> policy = StsPolicy.read(text);
        if (policy.isEmpty()) return Check.of("mta-sts", Verdict.WARN, "unreadable", "mta-sts." + domain);
        if (policy.get().mode() == StsPolicy.Mode.NONE) return Check.of("mta-sts", Verdict.ADVICE, "none", "mta-sts." + domain);
        DnsAnswer<String> answer = dns.mailHosts(domain);
        if (!answer.known()) return Check.of("mta-sts", Verdict.UNKNOWN, "unknown", domain);
        List<String> hosts = answer.records().isEmpty() ? List.of(domain) : answer.records();
        List<String> strange = hosts.stream().filter(host -> !host.isEmpty() && !policy.get().names(host)).toList();
        return strange.isEmpty()
                ? otherwise
                : Check.of("mta-sts", Verdict.WARN, "other-hosts", "mta-sts." + domain, String.join(", ", strange));
    }

    Check reportsOfEncryption(String domain) {
        MailRecords.Found found = records.tlsReports(domain);
        return switch (found.state()) {
            case UNKNOWN -> Check.of("tls-reports", Verdict.UNKNOWN, "unknown", found.name());
            case MISSING -> Check.of("tls-reports", Verdict.ADVICE, "missing", found.name())
                    .copy(found.name(), "TXT", "v=TLSRPTv1; rua=mailto:tls-reports@" + domain);
            case BROKEN -> Check.of("tls-reports", Verdict.WARN, "broken", found.name());
            case GOOD -> Check.of("tls-reports", Verdict.PASS, "pass", found.detail());
        };
    }
}
