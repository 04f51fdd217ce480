package todoku.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.xbill.DNS.DClass;
import org.xbill.DNS.EDNSOption;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TSIG;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import todoku.delivery.Carrier;
import todoku.delivery.MxCarrier;
import todoku.delivery.Safety;
import todoku.delivery.TlsRule;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.SignedDns;
import todoku.mail.policy.MailRecords;
import todoku.mail.smtp.Timeouts;
import todoku.mail.tls.Dane;
import todoku.mail.tls.MtaSts;
import todoku.mail.tls.StsMemory;
import todoku.mail.tls.TlsPolicies;
import todoku.mail.tls.TrustedIssuers;

/// How safe the way to each destination must be, and who says so: nobody, our own rule, a policy of the domain, or its DNS.
final class TlsDemands {
    enum Demand {
        NOTHING(TlsRule.WHEN_OFFERED),
        /// A rule of ours.
        ENCRYPTED(TlsRule.REQUIRED),
        VERIFIED(TlsRule.VERIFIED),
        /// RFC 8461.
        MTA_STS(TlsRule.WHEN_OFFERED),
        /// RFC 7672.
        DANE(TlsRule.WHEN_OFFERED);

        private final TlsRule rule;

        Demand(TlsRule rule) {
            this.rule = rule;
        }
    }

    /// The five minutes for which a domain that is not safe is left alone are five seconds.
    private static final int FASTER = 60;
    private static final int TTL = 3_600;
    private static final int OWN_CERTIFICATE = 3;

    private final Map<String, Demand> byDomain;
    private final byte[] announced;

    private TlsDemands(Map<String, Demand> byDomain, byte[] announced) {
        this.byDomain = byDomain;
        this.announced = announced;
    }

    /// @param byDomain what is demanded there; of any other nothing
    static Carrier carrier(MailHosts hosts, Timeouts timeouts, Map<String, Demand> byDomain, Certificates certificates)
            throws IOException {
        var demands = new TlsDemands(byDomain, sha256(certificates.publicKey()));
        InstantSource clock = InstantSource.system();
        var issuers = new TrustedIssuers(certificates.issuers());
        var sts = new MtaSts(
                new MailRecords(demands.new Texts()), demands::policy, new Forgetful(), issuers, clock,
                task -> Thread.ofVirtual().start(task), (_, _) -> {});
        TlsPolicies policies = new Dane(SignedDns.checkedBy(demands.new Signed()), sts, clock);
        var safety = new Safety(policies, issuers, () -> FASTER * System.nanoTime());
        return demands.new ByRule(new MxCarrier(hosts, "todoku.example", timeouts, safety));
    }

    private static byte[] sha256(byte[] key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private Demand of(String domain) {
        return byDomain.getOrDefault(domain.toLowerCase(Locale.ROOT), Demand.NOTHING);
    }

    /// As if each destination were a provider with a rule of its own.
    private final class ByRule implements Carrier {
        private final MxCarrier carrier;

        ByRule(MxCarrier carrier) {
            this.carrier = carrier;
        }

        @Override
        public Connecting connect(String domain) {
            return carrier.connect(domain, of(domain).rule);
        }

        @Override
        public Connecting connect(String domain, TlsRule rule) {
            return carrier.connect(domain, of(domain).rule);
        }

        @Override
        public Connecting connect(String domain, TlsRule rule, From from) {
            return carrier.connect(domain, of(domain).rule, from);
        }

        @Override
        public String demanded(String domain, TlsRule rule) {
            return carrier.demanded(domain, of(domain).rule);
        }

        @Override
        public Served served(String domain) {
            return carrier.served(domain);
        }
    }

    // ── MTA-STS ──

    /// From the domain's web server.
    private String policy(String domain) {
        return "version: STSv1\nmode: enforce\nmx: " + Certificates.host(domain) + "\nmax_age: 604800\n";
    }

    private final class Texts implements Dns {
        private static final String LABEL = "_mta-sts.";

        @Override
        public DnsAnswer<String> texts(String name) {
            boolean has = name.startsWith(LABEL) && of(name.substring(LABEL.length())) == Demand.MTA_STS;
            return has ? DnsAnswer.of(List.of("v=STSv1; id=1")) : DnsAnswer.of(List.of());
        }

        @Override
        public DnsAnswer<InetAddress> ipv4(String name) {
            return DnsAnswer.of(List.of());
        }

        @Override
        public DnsAnswer<InetAddress> ipv6(String name) {
            return DnsAnswer.of(List.of());
        }

        @Override
        public DnsAnswer<String> mailHosts(String name) {
            return DnsAnswer.of(List.of());
        }

        @Override
        public DnsAnswer<String> names(InetAddress address) {
            return DnsAnswer.of(List.of());
        }
    }

    /// Every engine asks anew.
    private static final class Forgetful implements StsMemory {
        @Override
        public Optional<Kept> find(String domain) {
            return Optional.empty();
        }

        @Override
        public void keep(String domain, Kept policy, Instant until) {}
    }

    // ── DANE ──

    /// A resolver that says it has checked all signatures, and of whom there are some.
    private final class Signed implements Resolver {
        @Override
        public CompletionStage<Message> sendAsync(Message query, Executor executor) {
            return sendAsync(query);
        }

        @Override
        public CompletionStage<Message> sendAsync(Message query) {
            Record asked = query.getQuestion();
            String name = asked.getName().toString(true).toLowerCase(Locale.ROOT);
            String domain = name.substring(name.indexOf("mx.") < 0 ? 0 : name.indexOf("mx.") + 3);
            var answer = new Message(query.getHeader().getID());
            answer.getHeader().setFlag(Flags.QR);
            answer.addRecord(asked, Section.QUESTION);
            if (asked.getName().equals(Name.root) || of(domain) == Demand.DANE) answer.getHeader().setFlag(Flags.AD);
            try {
                if (asked.getType() == Type.MX) {
                    Name host = Name.fromString(Certificates.host(domain) + ".");
                    answer.addRecord(new MXRecord(asked.getName(), DClass.IN, TTL, 10, host), Section.ANSWER);
                }
                if (asked.getType() == Type.TLSA)
                    answer.addRecord(new TLSARecord(asked.getName(), DClass.IN, TTL, OWN_CERTIFICATE, 1, 1, announced), Section.ANSWER);
            } catch (TextParseException e) {
                return CompletableFuture.failedFuture(e);
            }
            return CompletableFuture.completedFuture(answer);
        }

        @Override
        public void setPort(int port) {}

        @Override
        public void setTCP(boolean flag) {}

        @Override
        public void setIgnoreTruncation(boolean flag) {}

        @Override
        public void setEDNS(int version, int payloadSize, int flags, List<EDNSOption> options) {}

        @Override
        public void setTSIGKey(TSIG key) {}

        @Override
        public void setTimeout(Duration timeout) {}
    }
}
