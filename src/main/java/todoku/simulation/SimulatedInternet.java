package todoku.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Incoming;
import todoku.mail.smtp.Pause;
import todoku.mail.smtp.SmtpServer;

/// Every domain of the world, played by SMTP servers on loopback ports: one for each provider of
/// `simulation/providers.rules`, and one for everybody else.
///
/// As [MailHosts] it routes every domain to itself, so an engine that uses it cannot reach anybody else; it refuses
/// everyone who is not on this machine. Mails are counted all and kept as far as there is room.
public final class SimulatedInternet implements MailHosts, AutoCloseable {
    /// This domain does not exist.
    public static final String NO_DOMAIN = "nodomain.example";
    /// This domain takes no mail (RFC 7505).
    public static final String NULL_MX = "nullmx.example";

    /// Remembered first attempts; when full, all are forgotten and greylisted once more.
    private static final int MAX_GREY = 500_000;
    /// More than any engine under test opens.
    private static final SmtpServer.Limits LIMITS =
            new SmtpServer.Limits(20_000, 2_048, 32 * 1024 * 1024, 100, Duration.ofMinutes(5), Duration.ofMinutes(10));
    /// Longer headers are not searched for a Message-ID.
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private final InstantSource clock;
    private final Function<byte[], Boolean> verifier;
    private final Doormen doormen;
    /// By provider; the shared one of all other domains among them.
    private final Map<String, SmtpServer> servers = new LinkedHashMap<>();
    private final Map<String, List<Behaviour>> scripts = new ConcurrentHashMap<>();
    private final Map<String, Boolean> grey = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> complaints = new ConcurrentHashMap<>();
    private final Mailbox mailbox = new Mailbox();
    private final Fingerprints seen = new Fingerprints();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong unverified = new AtomicLong();

    /// Starts on free loopback ports. The verifier sees every mail before it is counted; usually it checks DKIM.
    public static SimulatedInternet start(InstantSource clock, Pause pause, Function<byte[], Boolean> verifier)
            throws IOException {
        return start(clock, pause, verifier, 1);
    }

    /// The same, in a world where time runs so many times faster: for the limits of its providers, and for their patience.
    public static SimulatedInternet start(InstantSource clock, Pause pause, Function<byte[], Boolean> verifier, int faster)
            throws IOException {
        return new SimulatedInternet(clock, pause, verifier, faster);
    }

    private SimulatedInternet(InstantSource clock, Pause pause, Function<byte[], Boolean> verifier, int faster)
            throws IOException {
        this.clock = clock;
        this.verifier = verifier;
        List<SimulatedProvider> providers = ProviderFile.shipped();
        this.doormen = new Doormen(providers, clock, faster);
        try {
            for (SimulatedProvider provider : providers) servers.put(provider.key(), listen(provider, pause));
        } catch (IOException e) {
            close();
            throw e;
        }
    }

    private SmtpServer listen(SimulatedProvider provider, Pause pause) throws IOException {
        var anyPort = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        String name = provider.isDefault() ? "mx.simulation.example" : provider.host();
        return SmtpServer.start(
                anyPort, name, LIMITS, pause, () -> new Visit(this, doormen, doormen.provider(provider.key())));
    }

    /// From now on this domain behaves like this, and only like this: the limits of its provider do not hold for it.
    public void behave(String domain, Behaviour... manners) {
        scripts.put(domain.toLowerCase(Locale.ROOT), List.of(manners));
    }

    /// From now on this provider bears more, or less.
    public void limit(String provider, Limit limit, int value) {
        doormen.limit(provider, limit, value);
    }

    @Nullable List<Behaviour> scripted(String domain) {
        return scripts.get(domain);
    }

    @Override
    public Route resolve(String domain) {
        String name = domain.toLowerCase(Locale.ROOT);
        return switch (name) {
            case NO_DOMAIN -> new Route.NoSuchDomain("no such domain: " + domain);
            case NULL_MX -> new Route.NullMx(domain + " takes no mail");
            default ->
                new Route.Hosts(List.of(new Route.Host(doormen.hostOf(name), InetAddress.getLoopbackAddress(), port(name))));
        };
    }

    /// Where mail for this domain goes.
    private int port(String domain) {
        String key = scripts.containsKey(domain) ? SimulatedProvider.DEFAULT : doormen.of(domain).key();
        return Objects.requireNonNull(servers.get(key)).port();
    }

    /// How many mails were taken.
    public long received() {
        return received.get();
    }

    /// How many of them had been taken before: the same Message-ID to the same recipient.
    public long duplicates() {
        return duplicates.get();
    }

    /// How many of them the verifier did not like.
    public long unverified() {
        return unverified.get();
    }

    /// What its providers have said about us because their limits were exceeded, and how often.
    public SortedMap<String, Long> complaints() {
        var all = new TreeMap<String, Long>();
        complaints.forEach((said, often) -> all.put(said, often.sum()));
        return all;
    }

    void complained(String said) {
        complaints.computeIfAbsent(said, _ -> new LongAdder()).increment();
    }

    /// The newest mails first.
    public List<SimulatedMail> mails(int limit) {
        return mailbox.newest(limit);
    }

    /// One mail, as long as it is kept.
    public Optional<SimulatedMail> mail(long id) {
        return mailbox.find(id);
    }

    @Override
    public void close() {
        servers.values().forEach(SmtpServer::close);
    }

    void take(Incoming mail) {
        String messageId = messageId(mail.content());
        boolean verified = verifier.apply(mail.content());
        for (String to : mail.recipients()) {
            String identity = messageId.isEmpty() ? new String(mail.content(), ISO_8859_1) : messageId;
            if (!seen.add(Fingerprints.of(identity + '\n' + to.toLowerCase(Locale.ROOT)))) duplicates.incrementAndGet();
            if (!verified) unverified.incrementAndGet();
            mailbox.add(id -> new SimulatedMail(id, clock.instant(), mail.from(), to, messageId, verified, mail.content()));
            received.incrementAndGet();
        }
    }

    private static String messageId(byte[] content) {
        String header = new String(content, 0, headerBytes(content), ISO_8859_1);
        int at = 0;
        while (at >= 0 && at < header.length()) {
            if (header.regionMatches(true, at, "Message-ID:", 0, 11)) {
                int open = header.indexOf('<', at);
                int close = header.indexOf('>', at);
                return open >= 0 && close > open ? header.substring(open, close + 1) : "";
            }
            int next = header.indexOf("\r\n", at);
            at = next < 0 ? -1 : next + 2;
        }
        return "";
    }

    private static int headerBytes(byte[] content) {
        int most = Math.min(content.length, MAX_HEADER_BYTES);
        for (int i = 2; i < most; i++) if (content[i] == '\r' && content[i - 1] == '\n' && content[i - 2] == '\r') return i;
        return most;
    }

    /// True the first time.
    boolean isFirstAttempt(String address) {
        if (grey.size() >= MAX_GREY) grey.clear();
        return grey.putIfAbsent(address, Boolean.TRUE) == null;
    }
}
