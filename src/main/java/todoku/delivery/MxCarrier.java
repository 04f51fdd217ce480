package todoku.delivery;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Opening;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.Stage;
import todoku.mail.smtp.Timeouts;
import todoku.mail.smtp.Tls;
import todoku.mail.smtp.TlsTrouble;
import todoku.mail.tls.TlsPolicies;

/// Connects to the mail hosts of a domain, one after the other until one answers.
public final class MxCarrier implements Carrier {
    /// Beyond these nobody has ever answered; a hundred dead hosts must not hold a connection for an hour.
    private static final int MAX_HOSTS = 5;
    private static final int NO_MAIL_HERE = 521;
    /// An entry in an index of PostgreSQL holds some 2,700 bytes.
    private static final int MAX_NAMES_CHARS = 2_000;

    private final MailHosts hosts;
    private final String heloName;
    private final Timeouts timeouts;
    private final Families families;
    private final Safety safety;

    /// For hosts of our own, such as simulated ones: whatever the rules say, they are encrypted to if they offer it.
    public MxCarrier(MailHosts hosts, String heloName, Timeouts timeouts) {
        this(hosts, heloName, timeouts, Safety.ofOurOwn());
    }

    public MxCarrier(MailHosts hosts, String heloName, Timeouts timeouts, Safety safety) {
        this.hosts = hosts;
        this.heloName = heloName;
        this.timeouts = timeouts;
        this.families = new Families(System::nanoTime);
        this.safety = safety;
    }

    @Override
    public Connecting connect(String domain) {
        return connect(domain, TlsRule.WHEN_OFFERED);
    }

    @Override
    public Connecting connect(String domain, TlsRule rule) {
        return connect(domain, rule, From.ANYWHERE);
    }

    @Override
    public Connecting connect(String domain, TlsRule rule, From from) {
        return switch (hosts.resolve(domain)) {
            case Route.Hosts route -> connect(domain, route, rule, from);
            case Route.NoSuchDomain(String why) -> new Connecting.Nowhere(why);
            case Route.NullMx(String why) -> new Connecting.Nowhere(why);
            case Route.Later(String why) -> new Connecting.Failed(why);
        };
    }

    /// The names of all its hosts, also of those whose address nobody knows just now.
    @Override
    public Served served(String domain) {
        return switch (hosts.resolve(domain)) {
            case Route.Hosts route -> {
                String names = String.join(" ", route.names());
                yield new Served.By(names.length() <= MAX_NAMES_CHARS ? names : names.substring(0, MAX_NAMES_CHARS));
            }
            case Route.NoSuchDomain(String why) -> new Served.Nowhere(why);
            case Route.NullMx(String why) -> new Served.Nowhere(why);
            case Route.Later(String why) -> new Served.Later(why);
        };
    }

    @Override
    public String demanded(String domain, TlsRule rule) {
        return safety.of(domain, rule).words();
    }

    private Connecting connect(String domain, Route.Hosts route, TlsRule rule, From from) {
        Connecting known = safety.known(domain);
        if (known != null) return known;
        Safety.Domain wanted = safety.of(domain, rule);
        Connecting connecting = first(route, wanted, from);
        if (connecting instanceof Connecting.NotSafe notSafe) safety.remember(domain, notSafe);
        return connecting;
    }

    private Connecting first(Route.Hosts route, Safety.Domain wanted, From from) {
        InetAddress own = from.address();
        String helo = from.heloName().isEmpty() ? heloName : from.heloName();
        Connecting last = new Connecting.Failed("no host");
        Class<?> refused = null;
        List<Route.Host> tried = families.inOrder(route.hosts()).stream()
                .filter(host -> own == null || own.getClass() == host.address().getClass())
                .limit(MAX_HOSTS)
                .toList();
        if (own != null && tried.isEmpty() && !route.hosts().isEmpty())
            return new Connecting.NoAddress("they have no address like " + own.getHostAddress());
        if (own != null && !LocalAddress.isHere(own))
            return new Connecting.NoAddress(own.getHostAddress() + " is not on this machine");
        for (int i = 0; i < tried.size(); i++) {
            Route.Host host = tried.get(i);
            if (host.address().getClass() == refused) continue;
            var address = new InetSocketAddress(host.address(), host.port());
            Duration patience = Families.patience(host, tried.subList(i + 1, tried.size()), timeouts.connect());
            var limits = new Timeouts(patience, timeouts.command(), timeouts.message());
            TlsPolicies.Demand demand = wanted.of(host);
            Opening opening = switch (demand) {
                case TlsPolicies.Demand.Nothing(TlsTrouble trouble) -> new Opening.NotSafe(trouble);
                case TlsPolicies.Demand.Encryption(Tls tls) -> SmtpConnection.connect(own, address, helo, limits, tls);
            };
            if (opening instanceof Opening.FailedAt failed && failed.stage() == Stage.CONNECT) families.failed(host);
            if (opening instanceof Opening.FailedAt failed && failed.stage() == Stage.STARTTLS) {
                opening = SmtpConnection.connect(own, address, helo, limits, Tls.NEVER);
            }
            switch (opening) {
                case Opening.Opened(SmtpConnection connection) -> {
                    wanted.policy().opened(host, connection.isEncrypted());
                    safety.opened(host, connection);
                    return new Connecting.Ready(connection, wanted.words());
                }
                case Opening.RefusedAt(_, Reply reply) -> {
                    last = new Connecting.Refused(reply);
                    if (isForAllHosts(reply)) refused = host.address().getClass();
                }
                case Opening.NotSafe(TlsTrouble trouble) -> last = new Connecting.NotSafe(trouble, wanted.isByRule(demand));
                case Opening.FailedAt failed -> {
                    if (!(last instanceof Connecting.Refused)) last = new Connecting.Failed(failed.why()); // words say more
                }
            }
        }
        return last;
    }

    /// A refusal about us: to knock at their other doors as well makes it worse, unless by the other family we come from
    /// another address. A 4xx may be the trouble of one host, and
    /// 521 says that this one takes no mail at all (RFC 7504).
    private static boolean isForAllHosts(Reply reply) {
        return reply.code() == 421 || reply.isPermanent() && reply.code() != NO_MAIL_HERE;
    }
}
