package todoku.simulation;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Answer;
import todoku.mail.smtp.Incoming;
import todoku.mail.smtp.Pause;
import todoku.mail.smtp.Session;
import todoku.mail.smtp.SmtpServer;

/// Every domain of the world, played by one SMTP server on a loopback port.
///
/// As [MailHosts] it routes every domain to itself, so an engine that uses it cannot reach anybody else; it refuses
/// everyone who is not on this machine. Mails are counted all and kept as far as there is room.
public final class SimulatedInternet implements MailHosts, AutoCloseable {
    /// This domain does not exist.
    public static final String NO_DOMAIN = "nodomain.example";
    /// This domain takes no mail (RFC 7505).
    public static final String NULL_MX = "nullmx.example";

    /// What a careful list still contains.
    private static final double UNKNOWN_SHARE = 0.01;
    private static final double GMAIL_GREY_SHARE = 0.05;
    private static final double FULL_SHARE = 0.002;
    /// docomo drops a session at its 101st recipient.
    private static final int DOCOMO_MAILS_PER_CONNECTION = 100;
    /// Remembered first attempts; when full, all are forgotten and greylisted once more.
    private static final int MAX_GREY = 500_000;
    /// More than any engine under test opens.
    private static final SmtpServer.Limits LIMITS =
            new SmtpServer.Limits(20_000, 2_048, 32 * 1024 * 1024, 100, Duration.ofMinutes(5), Duration.ofMinutes(10));
    /// Longer headers are not searched for a Message-ID.
    private static final int MAX_HEADER_BYTES = 64 * 1024;

    private static final List<Behaviour> ANYBODY = List.of(new Behaviour.UnknownUsers(UNKNOWN_SHARE));

    private final InstantSource clock;
    private final Function<byte[], Boolean> verifier;
    private final SmtpServer server;
    private final Map<String, List<Behaviour>> behaviours = new ConcurrentHashMap<>();
    private final Map<String, Boolean> grey = new ConcurrentHashMap<>();
    private final Mailbox mailbox = new Mailbox();
    private final Fingerprints seen = new Fingerprints();
    private final AtomicLong received = new AtomicLong();
    private final AtomicLong duplicates = new AtomicLong();
    private final AtomicLong unverified = new AtomicLong();

    /// Starts on a free loopback port. The verifier sees every mail before it is counted; usually it checks DKIM.
    public static SimulatedInternet start(InstantSource clock, Pause pause, Function<byte[], Boolean> verifier)
            throws IOException {
        return new SimulatedInternet(clock, pause, verifier);
    }

    private SimulatedInternet(InstantSource clock, Pause pause, Function<byte[], Boolean> verifier) throws IOException {
        this.clock = clock;
        this.verifier = verifier;
        behave("gmail.com", new Behaviour.GreyLists(GMAIL_GREY_SHARE), new Behaviour.UnknownUsers(UNKNOWN_SHARE));
        behave("docomo.ne.jp", new Behaviour.RateLimited(DOCOMO_MAILS_PER_CONNECTION), new Behaviour.UnknownUsers(UNKNOWN_SHARE));
        for (String domain : List.of("ezweb.ne.jp", "au.com", "softbank.ne.jp", "i.softbank.jp")) {
            behave(domain, new Behaviour.UnknownUsers(UNKNOWN_SHARE), new Behaviour.MailboxFull(FULL_SHARE));
        }
        this.server = SmtpServer.start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), "mx.simulation.example",
                LIMITS, pause, Receiver::new);
    }

    /// From now on this domain behaves like this, and only like this.
    public void behave(String domain, Behaviour... manners) {
        behaviours.put(domain.toLowerCase(Locale.ROOT), List.of(manners));
    }

    /// How this domain behaves.
    public List<Behaviour> behaviour(String domain) {
        return behaviours.getOrDefault(domain.toLowerCase(Locale.ROOT), ANYBODY);
    }

    @Override
    public Route resolve(String domain) {
        return switch (domain.toLowerCase(Locale.ROOT)) {
            case NO_DOMAIN -> new Route.NoSuchDomain("no such domain: " + domain);
            case NULL_MX -> new Route.NullMx(domain + " takes no mail");
            default -> new Route.Hosts(List.of(new Route.Host("mx." + domain, InetAddress.getLoopbackAddress(), port())));
        };
    }

    /// The port of the one server.
    public int port() {
        return server.port();
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
        server.close();
    }

    private void take(Incoming mail) {
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
    private boolean isFirstAttempt(String address) {
        if (grey.size() >= MAX_GREY) grey.clear();
        return grey.putIfAbsent(address, Boolean.TRUE) == null;
    }

    /// One connection.
    private final class Receiver implements Session {
        private int taken;
        private Duration thinking = Duration.ZERO;

        @Override
        public Answer connected(InetAddress peer) {
            return peer.isLoopbackAddress()
                    ? Answer.say(220, "ESMTP simulated")
                    : Answer.say(554, "5.7.1 this internet is simulated").thenHangUp();
        }

        @Override
        public Answer mail(String from) {
            thinking = Duration.ZERO;
            return Answer.say(250, "2.1.0 Ok");
        }

        @Override
        public Answer rcpt(String to) {
            String address = to.toLowerCase(Locale.ROOT);
            for (Behaviour behaviour : behaviour(Words.domain(address))) {
                switch (behaviour) {
                    case Behaviour.Accepts() -> {}
                    case Behaviour.GreyLists(double share) -> {
                        if (Fingerprints.within(share, "grey ", address) && isFirstAttempt(address)) return Words.greyListed(to);
                    }
                    case Behaviour.MailboxFull(double share) -> {
                        if (Fingerprints.within(share, "full ", address)) return Words.mailboxFull(to);
                    }
                    case Behaviour.UnknownUsers(double share) -> {
                        if (Fingerprints.within(share, "unknown ", address)) return Words.unknownUser(to);
                    }
                    case Behaviour.RateLimited(int mails) -> {
                        if (taken >= mails) return Words.tooMany();
                    }
                    case Behaviour.Slow(Duration perMail) -> thinking = perMail;
                }
            }
            return Answer.say(250, "2.1.5 Ok");
        }

        @Override
        public Answer message(Incoming mail) {
            taken++;
            take(mail);
            return Answer.say(250, "2.0.0 Ok: taken by the simulation").after(thinking);
        }
    }
}
