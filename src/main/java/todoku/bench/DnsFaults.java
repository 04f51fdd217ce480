package todoku.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import todoku.bench.DnsTrouble.End;
import todoku.bench.FaultReport.Round;
import todoku.delivery.Engine;
import todoku.delivery.MxCarrier;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.dns.DnsMailHosts;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Timeouts;

/// Domains that have one trouble each in DNS, beside domains that are well, and all of them are new: each recipient ends as
/// DNS says, or waits and gets his mail when DNS is well again; those who are well do not wait for the others; and nobody
/// is asked all the time.
final class DnsFaults {
    private static final int WELL = 20;
    private static final int LIMIT_SECONDS = 300;
    private static final int LOOK_MILLIS = 50;
    /// Longer than the three tries of a question and the fifteen seconds of its answer, twice.
    private static final int LASTS_SECONDS = 45;
    /// An answer is remembered for thirty seconds when it was none; each question is put three times at most.
    private static final int MEMORY_SECONDS = 30;
    private static final int TRIES = 3;
    /// Longer than any answer that was none, or no, is remembered.
    private static final Duration FORGOTTEN = Duration.ofMinutes(10);
    /// Those who are well: beside what they need when all are. New domains that are asked about together wait two seconds for
    /// the last answer, and the next ones after them.
    private static final double SLOWER_AT_MOST = 1.5;
    private static final double SLOWER_BESIDES = 4;

    private final FaultGround ground;
    private double wellSeconds = -1;
    private int rounds;

    DnsFaults(FaultGround ground) {
        this.ground = ground;
    }

    Round round() throws IOException {
        if (wellSeconds < 0) {
            undisturbed(); // warms up
            wellSeconds = undisturbed();
        }
        rounds++;
        DnsTrouble[] troubles = DnsTrouble.values();
        try (TroubledDns dns = TroubledDns.start();
                Socket refusing = new Socket()) {
            refusing.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)); // nobody listens
            Duration[] passed = {Duration.ZERO};
            InstantSource clock = () -> Instant.now().plus(passed[0]);
            try (Engine engine = engine(intoTheSinks(new DnsMailHosts(dns.resolver(), clock, false), refusing.getLocalPort()))) {
                long group = fill(troubles.length + WELL, i -> i <= troubles.length ? TroubledDns.domain(troubles[i - 1], rounds) : well(i - troubles.length, rounds));
                MailingId mailing = plan(engine, group);
                long began = System.nanoTime();
                while (remaining(mailing, "well-") > 0) rest(began);
                double well = seconds(began);
                while (seconds(began) < LASTS_SECONDS) Programs.rest(LOOK_MILLIS);
                Map<DnsTrouble, String> wrong = wrong(mailing);
                int waited = ground.shop.mailings.progress(mailing).remaining();
                int allowed = (int) Math.ceil(seconds(began) / MEMORY_SECONDS + 1) * TRIES;
                DnsTrouble most = troubles[0];
                for (DnsTrouble each : troubles) if (asked(dns, each) > asked(dns, most)) most = each;
                int asked = asked(dns, most);
                dns.heal();
                passed[0] = FORGOTTEN;
                long healed = System.nanoTime();
                while (ground.shop.mailings.progress(mailing).remaining() > 0 && seconds(healed) < LIMIT_SECONDS) Programs.rest(LOOK_MILLIS);
                double goesOn = seconds(healed);
                boolean soon = well <= wellSeconds * SLOWER_AT_MOST + SLOWER_BESIDES;
                return Tally.of(ground, mailing, waited > 0 && soon && asked <= allowed, 0, withoutHost(mailing).size())
                        .losing(wrong.size())
                        .goesOnAfter(goesOn)
                        .showing(String.format(
                                Locale.ROOT,
                                "%d troubles, %s; %d waited and got their mail within %.1f s of the end; %d domains that are well took %.1f s (%.1f s without the others); a domain was asked for at most %d times in %d s (%s; at most %d)",
                                troubles.length, wrong.isEmpty() ? "each as DNS says" : "WRONG: " + wrong, waited, goesOn, WELL, well,
                                wellSeconds, asked, LASTS_SECONDS, most, allowed));
            }
        }
    }

    private int asked(TroubledDns dns, DnsTrouble trouble) {
        return dns.asked(TroubledDns.domain(trouble, rounds));
    }

    /// How long those who are well need by themselves: domains nobody has asked about.
    private double undisturbed() throws IOException {
        rounds++;
        int share = WELL + DnsTrouble.values().length;
        try (TroubledDns dns = TroubledDns.start();
                Engine engine = engine(intoTheSinks(new DnsMailHosts(dns.resolver(), InstantSource.system(), false), 0))) {
            long group = fill(WELL, ground.size * WELL / share, i -> well(i, rounds));
            MailingId mailing = plan(engine, group);
            long began = System.nanoTime();
            while (remaining(mailing, "well-") > 0) rest(began);
            double seconds = seconds(began);
            Dumps.takenFrom(ground.mails);
            return seconds;
        }
    }

    private static String well(int number, int round) {
        return String.format(Locale.ROOT, "well-%02d.r%d.example", number, round);
    }

    private long fill(int domains, IntFunction<String> domain) {
        return fill(domains, ground.size, domain);
    }

    private long fill(int domains, int customers, IntFunction<String> domain) {
        long group = Shop.fill(ground.database, customers, "DNS " + rounds, domains, domain);
        Shop.settle(ground.database);
        return group;
    }

    /// What DNS says, with our receiver in place of the addresses.
    private MailHosts intoTheSinks(MailHosts dns, int refusing) {
        return domain -> {
            if (!(dns.resolve(domain) instanceof Route.Hosts there)) return dns.resolve(domain);
            return new Route.Hosts(
                    there.hosts().stream()
                            .map(host -> new Route.Host(
                                    host.name(),
                                    InetAddress.getLoopbackAddress(),
                                    TroubledDns.listens(host.address()) ? ground.sinkPort() : refusing))
                            .toList(),
                    there.names());
        };
    }

    private Engine engine(MailHosts hosts) {
        var engine = new Engine(
                ground.database, ground.shop.source, new MxCarrier(hosts, "todoku.example", Timeouts.STANDARD), ground.shop.settings(), ground.shop.clock);
        engine.start();
        return engine;
    }

    private MailingId plan(Engine engine, long group) {
        MailingId mailing = ground.shop.plan(group, ground.version, ground.shop.senders.get(ground.sender)).mailing();
        engine.wake();
        return mailing;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static void rest(long began) throws IOException {
        if (seconds(began) > LIMIT_SECONDS) throw new IOException("domains that are well do not get their mail");
        Programs.rest(LOOK_MILLIS);
    }

    /// Of the domains that begin so.
    private int remaining(MailingId mailing, String beginning) {
        return ground.database.client().sql("""
                SELECT count(*) FROM mailing_recipient r JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                 WHERE r.mailing_id = :mailing AND d.name LIKE :beginning || '%'
                   AND NOT EXISTS (SELECT FROM recipient_result x WHERE x.mailing_id = :mailing AND x.no = r.no)
                """).param("mailing", mailing.value()).param("beginning", beginning).query(Integer.class).single();
    }

    /// Domains whose recipients are not where they should be, and where they are.
    private Map<DnsTrouble, String> wrong(MailingId mailing) {
        Map<String, Set<String>> ends = new java.util.HashMap<>();
        ground.database.client().sql("""
                SELECT d.name, coalesce(x.state || coalesce(' ' || x.reason, ''), 'WAITS') AS state
                  FROM mailing_recipient r JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                  LEFT JOIN recipient_result x ON x.mailing_id = r.mailing_id AND x.no = r.no
                 WHERE r.mailing_id = :mailing
                """).param("mailing", mailing.value()).query(row -> {
            ends.computeIfAbsent(row.getString("name"), _ -> new HashSet<>()).add(row.getString("state"));
        });
        Map<DnsTrouble, String> wrong = new EnumMap<>(DnsTrouble.class);
        for (DnsTrouble trouble : DnsTrouble.values()) {
            Set<String> found = ends.getOrDefault(TroubledDns.domain(trouble, rounds), Set.of());
            Set<String> expected = expected(trouble.end);
            if (found.isEmpty() || !expected.containsAll(found)) wrong.put(trouble, trouble.end + " expected, " + found);
        }
        return wrong;
    }

    private static Set<String> expected(End end) {
        return switch (end) {
            case DELIVERED -> Set.of("DELIVERED");
            case NO_HOST -> Set.of("FAILED " + Reason.HOST_UNKNOWN);
            case WAITS -> Set.of("WAITS");
            case NOT_FAILED -> Set.of("DELIVERED", "WAITS");
        };
    }

    /// Who is to get no mail.
    private Set<String> withoutHost(MailingId mailing) {
        List<String> domains = new ArrayList<>();
        for (DnsTrouble trouble : DnsTrouble.values()) if (trouble.end == End.NO_HOST) domains.add(TroubledDns.domain(trouble, rounds));
        return ground.database
                .client()
                .sql("""
                SELECT a.as_written FROM mailing_recipient r JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                 WHERE r.mailing_id = :mailing AND d.name = ANY(:domains::text[])
                """)
                .param("mailing", mailing.value())
                .param("domains", domains.toArray(String[]::new))
                .query(String.class)
                .list()
                .stream()
                .collect(Collectors.toSet());
    }
}
