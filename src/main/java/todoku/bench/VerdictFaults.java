package todoku.bench;

import java.io.IOException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import todoku.bench.FaultReport.Round;
import todoku.bench.VerdictCase.Expected;
import todoku.bench.VerdictCase.Found;
import todoku.delivery.Carrier;
import todoku.delivery.Engine;
import todoku.delivery.EngineSettings;
import todoku.delivery.MxCarrier;
import todoku.delivery.Providers;
import todoku.delivery.Shaping;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Timeouts;
import todoku.mailing.Result;

/// Some destinations have receivers that misbehave, each in a way of its own; the others are well. Everybody must get the
/// verdict that fits the conduct of their receiver, nobody may be pressed, and nobody who is well may wait for them. Then
/// the receivers are healed, and whoever still waits must get one mail.
final class VerdictFaults {
    /// Instead of the minutes of RFC 5321. Whoever stands behind a receiver that drips stands for so long.
    private static final Timeouts TIMEOUTS = new Timeouts(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(5));
    private static final Shaping SHAPING = new Shaping(5, 100, 0, Duration.ofSeconds(2));
    private static final List<Duration> PAUSES = List.of(Duration.ofSeconds(1), Duration.ofSeconds(2));
    /// What the clocks of two programs, and a busy machine, may make of a pause.
    private static final Duration TOLERANCE = Duration.ofMillis(100);

    /// Those who are well may take so many times as long as when all are well, since some of them share two processors with
    /// everything that is tried again, and so much longer, which is less than one wait for one receiver.
    private static final double SLOWER_TIMES = 2;
    private static final double SLOWER_SECONDS = 4;

    /// For all verdicts.
    private static final Duration PATIENCE = Duration.ofMinutes(4);
    /// The verdicts must stay so, while those who wait are tried again.
    private static final int STAYS_SECONDS = 8;

    private static final int LOOK_MILLIS = 100;

    private final FaultGround ground;
    private final @Nullable Certificates certificates;

    private VerdictFaults(FaultGround ground, @Nullable Certificates certificates) {
        this.ground = ground;
        this.certificates = certificates;
    }

    /// What receivers say and do not say.
    static VerdictFaults of(FaultGround ground) {
        return new VerdictFaults(ground, null);
    }

    /// Receivers that encrypt, when they are well.
    static VerdictFaults ofTls(FaultGround ground) throws IOException {
        return new VerdictFaults(ground, Certificates.in(ground.home));
    }

    Round round(List<VerdictCase> cases) throws IOException, InterruptedException {
        List<Refuser> refusers = new ArrayList<>();
        try {
            for (VerdictCase one : cases) refusers.add(Refuser.before(ground.sinkPort(), one.conduct(), atTheReceiver(), certificates));
            return new Campaign(cases, refusers).round();
        } finally {
            for (Refuser refuser : refusers) refuser.close();
        }
    }

    private static List<Duration> atTheReceiver() {
        return PAUSES.stream().map(pause -> pause.minus(TOLERANCE)).toList();
    }

    /// The first destinations are those of the cases.
    private final class Campaign {
        private final List<VerdictCase> cases;
        private final List<Refuser> refusers;

        Campaign(List<VerdictCase> cases, List<Refuser> refusers) {
            this.cases = cases;
            this.refusers = refusers;
        }

        Round round() throws IOException, InterruptedException {
            double well = whenAllAreWell();
            refusers.forEach(Refuser::misbehave);
            long began = System.nanoTime();
            try (Engine engine = engine()) {
                Instant planned = ground.shop.clock.instant();
                MailingId mailing = plan();
                engine.wake();
                awaitVerdicts(mailing);
                Programs.rest(STAYS_SECONDS * 1_000);
                double beside = seconds(planned, mailing);
                Map<String, List<Found>> found = found(mailing);
                List<String> wrong = wrong(found);
                wrong.addAll(pressed((System.nanoTime() - began) / 1e9));
                wrong.addAll(encrypted());
                if (beside > SLOWER_TIMES * well + SLOWER_SECONDS) wrong.add("the healthy destinations waited for the others");
                refusers.forEach(Refuser::heal);
                int most = refusers.stream().mapToInt(Refuser::mostTimes).max().orElse(0);
                Double goesOn = goesOn(mailing);
                ground.shop.awaitEnd(mailing, PATIENCE);
                Round round = Tally.of(ground, mailing, true, expected(found, Result.State.UNKNOWN), expected(found, Result.State.FAILED));
                wrong.addAll(inTheClear());
                return round.losing(wrong.size())
                        .goesOnAfter(goesOn)
                        .showing(String.format(
                                Locale.ROOT, "%d behaviours, %s; most attempts for a recipient %d; the healthy destinations took %.1f s, %.1f s when all are well",
                                cases.size(), wrong.isEmpty() ? "all with the expected verdict" : "WRONG: " + String.join(" | ", wrong), most,
                                beside, well));
            }
        }

        /// How long the campaign takes for the destinations that are always well; nothing of it is left.
        private double whenAllAreWell() throws IOException, InterruptedException {
            try (Engine engine = engine()) {
                Instant planned = ground.shop.clock.instant();
                MailingId mailing = plan();
                engine.wake();
                ground.shop.awaitEnd(mailing, PATIENCE);
                Round round = Tally.of(ground, mailing, true, 0);
                if (round.lost() + round.twice() + round.unlisted() > 0) throw new IOException("not even when all are well: " + round);
                return seconds(planned, mailing);
            }
        }

        private Engine engine() throws IOException {
            EngineSettings usual = ground.shop.settings();
            var settings = new EngineSettings(
                    usual.dataDirectory(), usual.messageIdDomain(), usual.secret(), Providers.allAlike(SHAPING), PAUSES,
                    usual.journalSlots(), usual.zone());
            var engine = new Engine(
                    ground.database, ground.shop.source, carrier(), settings, ground.shop.clock);
            engine.start();
            return engine;
        }

        private Carrier carrier() throws IOException {
            if (certificates == null) return new MxCarrier(this::route, "todoku.example", TIMEOUTS);
            Map<String, TlsDemands.Demand> demands = new HashMap<>();
            for (int i = 0; i < cases.size(); i++) demands.put(Shop.domain(i + 1), cases.get(i).demand());
            return TlsDemands.carrier(this::route, TIMEOUTS, demands, certificates);
        }

        private Route route(String domain) {
            int port = ground.sinkPort();
            for (int i = 0; i < refusers.size(); i++) if (domain.equals(Shop.domain(i + 1))) port = refusers.get(i).port();
            return new Route.Hosts(List.of(new Route.Host(Certificates.host(domain), InetAddress.getLoopbackAddress(), port)));
        }

        private MailingId plan() {
            return ground.shop.plan(ground.group, ground.version, ground.shop.senders.get(ground.sender)).mailing();
        }

        private void awaitVerdicts(MailingId mailing) throws IOException {
            long limit = System.nanoTime() + PATIENCE.toNanos();
            while (!wrong(found(mailing)).isEmpty() && System.nanoTime() < limit) Programs.rest(LOOK_MILLIS);
        }

        /// What everybody is told of, by domain.
        private Map<String, List<Found>> found(MailingId mailing) {
            Map<String, List<Found>> found = new HashMap<>();
            ground.database.client().sql("""
                    SELECT d.name, x.state, x.reason, coalesce(x.attempts, w.attempts, 0) AS tries, coalesce(t.text, '') AS reply,
                           count(*) AS recipients
                      FROM mailing_recipient r JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                      LEFT JOIN recipient_result x ON x.mailing_id = r.mailing_id AND x.no = r.no
                      LEFT JOIN waiting_message w ON w.mailing_id = r.mailing_id AND w.no = r.no
                      LEFT JOIN reply_text t ON t.id = coalesce(x.reply_id, w.reply_id)
                     WHERE r.mailing_id = :mailing GROUP BY 1, 2, 3, 4, 5
                    """).param("mailing", mailing.value()).query(row -> {
                String state = row.getString("state");
                String reason = row.getString("reason");
                found.computeIfAbsent(row.getString("name"), _ -> new ArrayList<>())
                        .add(new Found(
                                state == null ? null : Result.State.valueOf(state),
                                reason == null ? null : Reason.valueOf(reason),
                                row.getInt("tries"),
                                row.getString("reply"),
                                row.getInt("recipients")));
            });
            return found;
        }

        /// Destinations whose recipients have another verdict than they must have.
        private List<String> wrong(Map<String, List<Found>> found) {
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < Shop.DESTINATIONS; i++) {
                List<Found> there = found.getOrDefault(Shop.domain(i + 1), List.of());
                if (!expected(i).isMetBy(there)) wrong.add((i < cases.size() ? cases.get(i).toString() : "well") + " → " + there);
            }
            return wrong;
        }

        private Expected expected(int destination) {
            return destination < cases.size() ? cases.get(destination).expected() : Expected.delivered(1);
        }

        /// How many must have ended so.
        private long expected(Map<String, List<Found>> found, Result.State state) {
            long sum = 0;
            for (int i = 0; i < cases.size(); i++) {
                if (expected(i).state() == state)
                    sum += found.getOrDefault(Shop.domain(i + 1), List.of()).stream().mapToLong(Found::recipients).sum();
            }
            return sum;
        }

        /// Receivers that were tried more often than they must be: recipients before their pause was over, or connections
        /// before the rest was. At first all connections are opened at once, and then one for each rest.
        private List<String> pressed(double seconds) {
            List<String> pressed = new ArrayList<>();
            double rests = seconds / SHAPING.rest().minus(TOLERANCE).toMillis() * 1_000;
            for (int i = 0; i < cases.size(); i++) {
                Refuser refuser = refusers.get(i);
                if (refuser.tooSoon() > 0) pressed.add(cases.get(i) + ": " + refuser.tooSoon() + " asked again too soon");
                if (expected(i).rests() && refuser.connections() > SHAPING.connections() + rests + 1)
                    pressed.add(cases.get(i) + ": " + refuser.connections() + " connections in " + seconds + " s");
            }
            return pressed;
        }

        /// Receivers that cannot have got a mail encrypted and say so: then what they count is wrong.
        private List<String> encrypted() {
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < cases.size(); i++) {
                int encrypted = refusers.get(i).encrypted();
                if (!cases.get(i).encrypted() && encrypted > 0) wrong.add(cases.get(i) + ": " + encrypted + " encrypted");
            }
            return wrong;
        }

        /// Receivers whose mails went in the clear although they must not, or need not.
        private List<String> inTheClear() {
            List<String> wrong = new ArrayList<>();
            for (int i = 0; i < cases.size(); i++) {
                int inTheClear = refusers.get(i).inTheClear();
                if (cases.get(i).encrypted() && inTheClear > 0) wrong.add(cases.get(i) + ": " + inTheClear + " IN THE CLEAR");
            }
            return wrong;
        }

        /// From planning to the last mail of those who are always well.
        private double seconds(Instant planned, MailingId mailing) {
            OffsetDateTime last = ground.database.client().sql("""
                    SELECT max(x.at) FROM recipient_result x
                      JOIN mailing_recipient r ON r.mailing_id = x.mailing_id AND r.no = x.no
                      JOIN address a ON a.id = r.address_id JOIN domain d ON d.id = a.domain_id
                     WHERE x.mailing_id = :mailing AND d.name > :refusing
                    """)
                    .param("mailing", mailing.value())
                    .param("refusing", Shop.domain(cases.size()))
                    .query(OffsetDateTime.class)
                    .single();
            return Duration.between(planned, last.toInstant()).toMillis() / 1e3;
        }

        /// Seconds until somebody who waited is sent to; null where nobody did.
        private @Nullable Double goesOn(MailingId mailing) throws IOException {
            int remaining = ground.shop.mailings.progress(mailing).remaining();
            if (remaining == 0) return null;
            long began = System.nanoTime();
            while (ground.shop.mailings.progress(mailing).remaining() == remaining && System.nanoTime() - began < PATIENCE.toNanos())
                Programs.rest(LOOK_MILLIS);
            return (System.nanoTime() - began) / 1e9;
        }
    }
}
