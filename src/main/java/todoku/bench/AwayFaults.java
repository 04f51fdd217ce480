package todoku.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import todoku.bench.AwayReceiver.Manner;
import todoku.bench.FaultReport.Round;
import todoku.delivery.Engine;
import todoku.delivery.EngineSettings;
import todoku.delivery.EngineView;
import todoku.delivery.MxCarrier;
import todoku.delivery.Provider;
import todoku.delivery.Providers;
import todoku.delivery.Rule;
import todoku.delivery.RuleField;
import todoku.delivery.Why;
import todoku.event.MailingId;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Timeouts;
import todoku.mailing.Progress;

/// The receiver of one destination is away for a long time, with the rules as they are shipped and the pauses as they are
/// meant: the others notice nothing, the engine tries with one mail at a time and says why, nobody is ended, and afterwards
/// the destination gets its mails no faster than its rule says.
final class AwayFaults {
    private static final int LIMIT_SECONDS = 300;
    private static final int LOOK_MILLIS = 100;
    /// So much of the destination's mail is taken before it goes away.
    private static final int TAKEN_SHARE = 4;
    /// While connections are given up one after the other (twenty seconds a step), more than one mail tries.
    private static final int OPENS_WITHIN_SECONDS = 120;
    /// After the return: longer than a rest and the second pause of a recipient.
    private static final int DRAIN_SECONDS = 45 * 60;
    /// The others: beside what they need when all is well. Other work of the machine is in both figures.
    private static final double SLOWER_AT_MOST = 1.5;
    private static final double SLOWER_BESIDES = 2;
    /// An even rate saves up a tenth of a second's worth.
    private static final double SAVED = 1.1;
    private static final Set<Why.What> SAID = EnumSet.of(Why.What.NO_ANSWER, Why.What.STOPPED, Why.What.CUT);

    private final FaultGround ground;
    private final int outageSeconds;
    private @Nullable Double wellSeconds;

    AwayFaults(FaultGround ground, int outageSeconds) {
        this.ground = ground;
        this.outageSeconds = outageSeconds;
    }

    Round round(int number) throws IOException {
        double well = well();
        Manner manner = Manner.values()[number % Manner.values().length];
        String domain = Shop.domain(1 + number % Shop.DESTINATIONS); // each round another one: they come back slowly
        int leavesAfter = Math.max(1, ground.size / Shop.DESTINATIONS / TAKEN_SHARE);
        try (AwayReceiver receiver = AwayReceiver.before(ground.sinkPort(), leavesAfter, manner);
                Engine engine = engine(domain, receiver.port())) {
            return round(domain, manner, receiver, engine, well);
        }
    }

    private Round round(String domain, Manner manner, AwayReceiver receiver, Engine engine, double well) throws IOException {
        Rule rule = Providers.shipped().find(Provider.DEFAULT).orElseThrow().rule();
        int perSecond = rule.get(RuleField.MAILS_PER_SECOND);
        int connections = rule.get(RuleField.CONNECTIONS);
        int probeSeconds = 60 * Math.max(rule.get(RuleField.CUT_MINUTES), rule.get(RuleField.REST_MINUTES));
        MailingId mailing = plan(engine);
        long began = System.nanoTime();
        double others = -1;
        double opensAfter = -1;
        Why said = null;
        boolean saidAlways = true;
        boolean told = false;
        while (others < 0 || !receiver.isAway() || seconds(receiver.leftAt()) < outageSeconds) {
            if (seconds(began) > LIMIT_SECONDS + outageSeconds) throw new IOException("the destination got no mail, or the others did not: " + ground.shop.mailings.progress(mailing));
            if (!told && receiver.isAway()) {
                told = true;
                System.err.printf(Locale.ROOT, "%s is away since %s%n", domain, ground.shop.clock.instant());
            }
            if (others < 0 && restOfOthers(mailing, domain) == 0) others = seconds(began);
            EngineView.Destination there = receiver.isAway() ? destination(engine, domain) : null;
            if (there != null) {
                Why why = there.why();
                if (why != null && SAID.contains(why.what())) said = why;
                if (opensAfter < 0 && there.state() == EngineView.State.RESTING) opensAfter = seconds(receiver.leftAt());
                if (opensAfter >= 0 && why == null && there.state() != EngineView.State.IDLE) saidAlways = false;
            }
            Programs.rest(LOOK_MILLIS);
        }
        Progress atReturn = ground.shop.mailings.progress(mailing);
        int tried = tried(mailing);
        long[] knocks = byMinute(receiver.leftAt(), receiver.knocks());
        long knocksLater = Arrays.stream(knocks).skip(OPENS_WITHIN_SECONDS / 60).max().orElse(0);
        System.err.printf(Locale.ROOT, "%s comes back; connections by minute: %s%n", domain, Arrays.toString(knocks));
        receiver.comeBack();
        long back = System.nanoTime();
        double first = -1;
        double last = -1;
        int remaining = atReturn.remaining();
        while (remaining > 0 && seconds(back) < DRAIN_SECONDS) {
            Programs.rest(LOOK_MILLIS);
            if (first < 0 && !receiver.drained().isEmpty()) first = (receiver.drained().getFirst() - back) / 1e9;
            remaining = ground.shop.mailings.progress(mailing).remaining();
            last = seconds(back);
        }
        int late = remaining;
        if (late > 0) endPauses(engine, mailing);
        if (first < 0 && !receiver.drained().isEmpty()) first = (receiver.drained().getFirst() - back) / 1e9;
        long most = mostInASecond(receiver.drained());
        boolean nobodyEnded = atReturn.failed() == 0 && atReturn.skipped() == 0 && atReturn.unknown() == 0;
        boolean probed = knocksLater <= 1;
        boolean shaped = most <= perSecond * SAVED && receiver.mostServed() <= connections;
        boolean others2 = others <= well * SLOWER_AT_MOST + SLOWER_BESIDES;
        boolean soon = first >= 0 && first <= probeSeconds;
        Round round = Tally.of(ground, mailing, nobodyEnded && probed && shaped && others2 && soon && said != null && saidAlways && atReturn.remaining() > 0, 0);
        return round.goesOnAfter(first)
                .showing(String.format(
                        Locale.ROOT,
                        "%s %s for %d s, %d recipients left%s; the others %.1f s (%.1f s when all is well); connections in the first %d minutes %s, later at most %d a minute (%d in all); the lane rests after %.0f s: %s; %d were tried, nobody was ended%s; back: first mail after %.0f s, all after %.0f s, %d later than that; at most %d mails a second (rule %d) on %d connections (rule %d)",
                        domain, manner, outageSeconds, atReturn.remaining(), atReturn.remaining() > 0 ? "" : " (NONE)",
                        others, well, OPENS_WITHIN_SECONDS / 60,
                        Arrays.toString(Arrays.copyOf(knocks, Math.min(knocks.length, OPENS_WITHIN_SECONDS / 60))), knocksLater,
                        Arrays.stream(knocks).sum(), opensAfter, said == null ? "NOTHING" : said.what() + " " + said.reply(), tried,
                        nobodyEnded ? "" : " (WRONG)", first, last, late, most, perSecond, receiver.mostServed(), connections));
    }

    /// How long the others need when nobody is away; the second campaign, because the first one warms up.
    private double well() throws IOException {
        Double known = wellSeconds;
        if (known != null) return known;
        double seconds = 0;
        String nobody = "";
        for (int i = 0; i < 2; i++) {
            try (Engine engine = engine(nobody, 0)) {
                MailingId mailing = plan(engine);
                long began = System.nanoTime();
                while (restOfOthers(mailing, Shop.domain(1)) > 0) {
                    if (seconds(began) > LIMIT_SECONDS) throw new IOException("it does not end even when nobody is away");
                    Programs.rest(LOOK_MILLIS);
                }
                seconds = seconds(began);
                while (ground.shop.mailings.progress(mailing).remaining() > 0) Programs.rest(LOOK_MILLIS);
                Round round = Tally.of(ground, mailing, true, 0);
                if (round.lost() + round.twice() + round.unknown() > 0) throw new IOException("it fails even when nobody is away: " + round);
            }
        }
        wellSeconds = seconds;
        return seconds;
    }

    private Engine engine(String domain, int port) {
        MailHosts hosts = asked -> new Route.Hosts(List.of(new Route.Host(
                "mx." + asked, InetAddress.getLoopbackAddress(), asked.equals(domain) ? port : ground.sinkPort())));
        var settings = EngineSettings.standard(ground.home, "shop.example", ground.shop.secrets.derive("message-id"));
        var engine = new Engine(
                ground.database, ground.shop.source, new MxCarrier(hosts, "todoku.example", Timeouts.STANDARD), settings, ground.shop.clock);
        engine.start();
        return engine;
    }

    private MailingId plan(Engine engine) {
        MailingId mailing = ground.shop.plan(ground.group, ground.version, ground.shop.senders.get(ground.sender)).mailing();
        engine.wake();
        return mailing;
    }

    private static double seconds(long since) {
        return (System.nanoTime() - since) / 1e9;
    }

    private static EngineView.@Nullable Destination destination(Engine engine, String domain) {
        return engine.view().destinations().stream().filter(one -> one.name().equals(domain)).findFirst().orElse(null);
    }

    private int restOfOthers(MailingId mailing, String domain) {
        return ground.database.client().sql("""
                SELECT count(*) FROM mailing_recipient r JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                 WHERE r.mailing_id = :mailing AND d.name <> :domain
                   AND NOT EXISTS (SELECT FROM recipient_result x WHERE x.mailing_id = :mailing AND x.no = r.no)
                """).param("mailing", mailing.value()).param("domain", domain).query(Integer.class).single();
    }

    /// Of those who wait, how many have an attempt behind them, and so a pause of their own.
    private int tried(MailingId mailing) {
        return ground.database.client()
                .sql("SELECT count(*) FROM waiting_message WHERE mailing_id = :mailing AND attempts > 0")
                .param("mailing", mailing.value())
                .query(Integer.class)
                .single();
    }

    /// Whoever still waits for a pause of his own goes now, so that everybody can be counted.
    private void endPauses(Engine engine, MailingId mailing) throws IOException {
        ground.database.client()
                .sql("UPDATE waiting_message SET due_at = now() WHERE mailing_id = :mailing AND due_at > now()")
                .param("mailing", mailing.value())
                .update();
        engine.wake();
        long began = System.nanoTime();
        while (ground.shop.mailings.progress(mailing).remaining() > 0 && seconds(began) < LIMIT_SECONDS) Programs.rest(LOOK_MILLIS);
    }

    private static long[] byMinute(long from, List<Long> times) {
        long last = times.stream().mapToLong(at -> at - from).max().orElse(0);
        long[] minutes = new long[(int) (Math.max(0, last) / 60_000_000_000L) + 1];
        for (long at : times) minutes[(int) (Math.max(0, at - from) / 60_000_000_000L)]++;
        return minutes;
    }

    /// Within any second, not only within those of the clock.
    private static long mostInASecond(List<Long> times) {
        List<Long> sorted = times.stream().sorted().toList();
        long most = 0;
        int from = 0;
        for (int i = 0; i < sorted.size(); i++) {
            while (sorted.get(i) - sorted.get(from) >= 1_000_000_000L) from++;
            most = Math.max(most, i - from + 1);
        }
        return most;
    }
}
