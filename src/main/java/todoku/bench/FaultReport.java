package todoku.bench;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;

/// What the kills left behind, by instant.
final class FaultReport {
    /// When, and what goes wrong.
    enum Fault {
        PLANNING("kill -9 while the campaign is planned"),
        AFTER_MARK("kill -9 after the open mark, before the dialogue"),
        COMPOSING("kill -9 while a mail is composed"),
        BEFORE_DOT_IS_WRITTEN("kill -9 when the journal knows the dot, before it is written"),
        BETWEEN_DOT_AND_REPLY("kill -9 with 10 dialogues or more between final dot and reply"),
        AFTER_REPLY("kill -9 after a reply, before its commit"),
        BEFORE_COMMIT("kill -9 before COMMIT"),
        IN_COMMIT("kill -9 in the middle of COMMIT"),
        AT_RANDOM("kill -9 at a random time"),
        BACKEND_IN_COMMIT("kill -9 of the PostgreSQL backend in COMMIT"),
        DATABASE("kill -9 of PostgreSQL at a random time"),
        BOTH("kill -9 of both at a random time"),
        IMPORT("kill -9 during an import, at a random time"),
        FROZEN("a node is frozen, another takes over, the first wakes", TAKEN_OVER_WITHIN),
        NODE_GONE("a node and its disk are gone, another takes over", TAKEN_OVER_WITHIN),
        DATABASE_FROZEN("PostgreSQL is frozen for a while and wakes"),
        DATABASE_STOPPED("PostgreSQL is shut down and started again after a while"),
        JOURNAL_DISK_FULL("the disk of a node is full when it starts, and while it sends"),
        DATABASE_DISK_FULL("the disk of PostgreSQL is full for a while"),
        RECEIVER("the receiver breaks at every step: end, reset, 421"),
        REFUSALS("receivers refuse at every step, put off, have had enough"),
        NONSENSE("receivers drip, never end, answer with garbage"),
        TLS("receivers with bad certificates, with none, breaking off"),
        DNS("DNS gives every wrong answer there is, and heals", ANSWERED_WITHIN),
        RECEIVER_AWAY("the receiver of one destination is away for long", TRIED_WITHIN),
        RESTORED("a backup of the middle is restored; a person ends it as unknown"),
        RESTORED_SENT("a backup of the middle is restored; a person sends to the rest"),
        BACKUP("./todoku backup while it sends, restored; a person sends to the rest"),
        ERROR_RATE("addresses turn out to be none: the error rate passes its limit"),
        FOLLOWERS("kill -9 of the product while its followers read"),
        POISON("the same, and some events cannot be followed"),
        LEFT("people unsubscribe, are banned, are deleted while a campaign runs"),
        TABS("people at two browsers edit, reserve, pause, resume, stop at once"),
        CLOCK("the clock of one of two nodes leaps by an hour, either way"),
        DATABASE_CLOCK("the clock of PostgreSQL leaps by an hour, either way"),
        MIDNIGHT("a server in another zone, over midnight at a month's end");

        final String what;
        final double goesOnWithin;

        Fault(String what) {
            this(what, GOES_ON_WITHIN);
        }

        Fault(String what, double goesOnWithin) {
            this.what = what;
            this.goesOnWithin = goesOnWithin;
        }
    }

    /// One fault and what it left behind.
    ///
    /// @param hit whether it came where it should, and everybody noticed who should
    /// @param lost recipients with neither a mail at the receiver nor a line on the unknown list, and wrong sums
    /// @param twice Message-IDs in two complete mails
    /// @param unknown on the list
    /// @param bound no more may be on it
    /// @param theirs of the unknown, those whose mail the receiver has
    /// @param unlisted mails at the receiver for which we have neither a reply nor a line on the list
    /// @param goesOnSeconds from the end of the fault, or from the death of a node, to the next verdict or mail
    /// @param shown what else this fault is about, in words and figures; empty when there is nothing else
    record Round(
            boolean hit, long lost, long twice, long unknown, long bound, long theirs, long unlisted, @Nullable Double goesOnSeconds, String shown) {
        Round(boolean hit, long lost, long twice, long unknown, long bound, long theirs, long unlisted) {
            this(hit, lost, twice, unknown, bound, theirs, unlisted, null, "");
        }

        boolean isKept(Fault fault) {
            Double seconds = goesOnSeconds;
            return lost == 0 && twice == 0 && unlisted == 0 && unknown <= bound && (seconds == null || seconds <= fault.goesOnWithin);
        }

        /// Hit only when this was seen too.
        Round hitWhen(boolean seen) {
            return new Round(hit && seen, lost, twice, unknown, bound, theirs, unlisted, goesOnSeconds, shown);
        }

        Round goesOnAfter(@Nullable Double seconds) {
            return new Round(hit, lost, twice, unknown, bound, theirs, unlisted, seconds, shown);
        }

        /// So many more are lost, or have a verdict that does not fit.
        Round losing(long more) {
            return new Round(hit, lost + more, twice, unknown, bound, theirs, unlisted, goesOnSeconds, shown);
        }

        /// No more may be unknown.
        Round within(long bound) {
            return new Round(hit, lost, twice, unknown, bound, theirs, unlisted, goesOnSeconds, shown);
        }

        Round showing(String figures) {
            return new Round(hit, lost, twice, unknown, bound, theirs, unlisted, goesOnSeconds, figures);
        }
    }

    static final int OPEN_CONNECTIONS = Shop.DESTINATIONS * Installation.SHAPING.connections();
    /// What another node finds below the marks: one in dialogue and one ready for each connection.
    static final int OPEN_WINDOW = 2 * OPEN_CONNECTIONS;
    private static final double GOES_ON_WITHIN = 10;
    private static final double TAKEN_OVER_WITHIN = 90;
    /// Whoever asked just before the end waits for that answer first.
    private static final double ANSWERED_WITHIN = 30;
    /// The longest rest of the shipped rule for everybody without one of their own: ten minutes after connections were cut.
    private static final double TRIED_WITHIN = 601;

    /// Nothing of these is left to chance: each round must show what is promised.
    private static final Set<Fault> MEASURED = EnumSet.of(
            Fault.REFUSALS, Fault.NONSENSE, Fault.TLS, Fault.DNS, Fault.RECEIVER_AWAY, Fault.ERROR_RATE, Fault.FOLLOWERS, Fault.POISON,
            Fault.LEFT, Fault.TABS, Fault.CLOCK, Fault.DATABASE_CLOCK, Fault.MIDNIGHT);

    private final Map<Fault, List<Round>> rounds = new EnumMap<>(Fault.class);
    private final Map<Fault, String> skipped = new EnumMap<>(Fault.class);

    void add(Fault fault, Round round) {
        rounds.computeIfAbsent(fault, _ -> new ArrayList<>()).add(round);
    }

    /// What this machine cannot do.
    void skip(Fault fault, String why) {
        skipped.put(fault, why);
    }

    /// Whether every promise was kept, and every kind of fault came at least once where it should.
    boolean isKept() {
        return rounds.entrySet().stream().allMatch(one ->
                one.getValue().stream().allMatch(round -> round.isKept(one.getKey())) && isHit(one.getKey(), one.getValue()));
    }

    private static boolean isHit(Fault fault, List<Round> all) {
        return MEASURED.contains(fault) ? all.stream().allMatch(Round::hit) : all.stream().anyMatch(Round::hit);
    }

    void print(PrintStream out) {
        out.printf(Locale.ROOT, "%-66s %6s %4s %5s %6s %8s %6s %7s %9s %8s%n",
                "", "rounds", "hit", "lost", "twice", "unknown", "bound", "theirs", "unlisted", "goes on");
        rounds.forEach((fault, all) -> out.printf(
                Locale.ROOT, "%-66s %6d %4d %5d %6d %8s %6d %7d %9d %8s%n",
                fault.what, all.size(), sum(all, r -> r.hit() ? 1 : 0), sum(all, Round::lost), sum(all, Round::twice),
                "≤ " + most(all, Round::unknown), most(all, Round::bound), most(all, Round::theirs), sum(all, Round::unlisted), goesOn(all)));
        rounds.forEach((fault, all) -> all.stream()
                .filter(round -> !round.shown().isEmpty())
                .forEach(round -> out.printf(Locale.ROOT, "%s: %s%n", fault.what, round.shown())));
        skipped.forEach((fault, why) -> out.printf(Locale.ROOT, "%-66s skipped: %s%n", fault.what, why));
        out.printf(Locale.ROOT, "open connections: %d%n", OPEN_CONNECTIONS);
        out.println(isKept() ? "the guarantee was kept" : "THE GUARANTEE WAS BROKEN, or a fault never came where it should");
    }

    private static String goesOn(List<Round> all) {
        double most = slowest(all);
        return most < 0 ? "" : String.format(Locale.ROOT, "%.1f s", most);
    }

    private static double slowest(List<Round> all) {
        return all.stream().map(Round::goesOnSeconds).mapToDouble(s -> s == null ? -1 : s).max().orElse(-1);
    }

    private static long sum(List<Round> all, ToLongFunction<Round> figure) {
        return all.stream().mapToLong(figure).sum();
    }

    private static long most(List<Round> all, ToLongFunction<Round> figure) {
        return all.stream().mapToLong(figure).max().orElse(0);
    }

    String json() {
        Map<String, Object> faults = new LinkedHashMap<>();
        rounds.forEach((fault, all) -> {
            Map<String, Object> one = new LinkedHashMap<>();
            one.put("rounds", all.size());
            one.put("hit", sum(all, r -> r.hit() ? 1 : 0));
            one.put("lost", sum(all, Round::lost));
            one.put("twice", sum(all, Round::twice));
            one.put("unknown_at_most", most(all, Round::unknown));
            one.put("bound", most(all, Round::bound));
            one.put("unlisted", sum(all, Round::unlisted));
            double goesOn = slowest(all);
            if (goesOn >= 0) one.put("goes_on_seconds", goesOn);
            List<String> shown = all.stream().map(Round::shown).filter(text -> !text.isEmpty()).toList();
            if (!shown.isEmpty()) one.put("shown", shown);
            faults.put(fault.name(), one);
        });
        return new ObjectMapper().writerWithDefaultPrettyPrinter().writeValueAsString(Map.of("faults", faults, "kept", isKept())) + "\n";
    }
}
