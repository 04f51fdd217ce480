package todoku.bench;

import java.util.Arrays;
import java.util.List;

/// `todoku bench NAME …`: one benchmark, its options behind its name.
public final class Bench {
    private static final List<String> ALL = List.of("compose", "import", "campaign", "launch", "stuck", "domains", "faults");

    private Bench() {}

    /// @return the exit code: 0 when it ran and what it counted adds up
    public static int run(String[] args) throws Exception {
        String name = args.length == 0 ? "" : args[0];
        String[] rest = args.length == 0 ? args : Arrays.copyOfRange(args, 1, args.length);
        try {
            return switch (name) {
                case "" -> all();
                case "campaign" -> CampaignBench.run(rest);
                case "import" -> ImportBench.run(rest);
                case "compose" -> ComposeBench.run(rest);
                case "launch" -> LaunchBench.run(rest);
                case "domains" -> DomainsBench.run(rest);
                case "stuck" -> StuckBench.run(rest);
                case "data" -> DataBench.run(rest);
                case "segment" -> SegmentBench.run(rest);
                case "pages" -> PagesBench.run(rest);
                case "faults" -> FaultsBench.run(rest);
                case Child.VICTIM -> Victim.run(rest); // not for people
                default -> {
                    System.err.println("unknown benchmark: " + name);
                    System.err.println(HELP);
                    yield 2;
                }
            };
        } catch (Options.Wrong e) {
            System.err.println(e.getMessage());
            System.err.println(HELP);
            return 2;
        }
    }

    /// One after the other; the worst exit code.
    private static int all() throws Exception {
        int worst = 0;
        for (String name : ALL) worst = Math.max(worst, run(new String[] {name}));
        return worst;
    }

    public static final String HELP = """
            todoku bench
                all benchmarks, one after the other
            todoku bench campaign [--size N] [--runs N] [--sinks N] [--peers all|none] [--past N] [--tls] [--json FILE]
                a campaign end to end into smtp-sink, signed (P1) and not (P2), in turn with Postfix and Postfix + OpenDKIM;
                --past: so many large mailings were sent before; --tls: P1 once more with STARTTLS, into Postfix with the discard transport
            todoku bench import [--file CSV] [--larger TIMES] [--runs N] [--json FILE]
                a shop's file of 10,000 lines, and ten times as many of the same kind
            todoku bench compose [--size N] [--runs N] [--json FILE]
                one mail of 10 KB from template and customer, without signature (P12)
            todoku bench launch [--size N] [--runs N] [--drain SECONDS] [--sinks N] [--json FILE]
                from "send" to the first mail (P4), heap of at most 512 MB while it drains (P5), bytes on disk a mail (P14)
            todoku bench stuck [--size N] [--runs N] [--sinks N] [--json FILE]
                5 and 1 of 20 destinations take connections and get nowhere: the rate of the others (P11)
            todoku bench domains [--domains N] [--mails N] [--runs N] [--sinks N] [--dns-millis N] [--idle SECONDS] [--json FILE]
                10,000 domains, 10 mails each, with a name server of its own, beside P2; what 10,000 lanes cost when idle
            todoku bench data --data DIR [--customers N] [--orders N] [--campaigns N] [--events N] [--json FILE]
                builds the database of a shop of 1,000,000 customers, 3,000,000 orders, 100 campaigns and 10,000,000 events, for ./todoku start --data DIR
            todoku bench segment --data DIR [--runs N] [--plans FILE] [--json FILE]
                how long the condition builder counts on that database (P7), for the commonest conditions; --plans: how PostgreSQL does it
            todoku bench pages --data DIR [--runs N] [--json FILE]
                how long pages and searches take on that database (P9)
            todoku bench faults [--size N] [--rounds N] [--only NAME,...] [--frozen SECONDS] [--away SECONDS] [--outage SECONDS] [--file CSV] [--json FILE]
                kill -9 at every instant that matters, nodes that freeze or vanish, a database that is away, full disks, bad receivers, certificates and DNS, an outage of --outage seconds, clocks that leap, an error rate over its limit, people who leave, two browsers at once, restored backups, then: lost, twice, unknown, counted at smtp-sink; NAME is that of the row, such as in-commit or receiver-away
            """;
}
