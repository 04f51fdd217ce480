package todoku.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import todoku.delivery.Why.What;
import todoku.mail.smtp.Reply;

/// How hard one destination is pressed from one of our addresses at this moment, by all lanes that do so: never harder than its [Shaping], less
/// after a sign of "too much", not at all after a block, and then slowly again: one mail tries, and connections come back
/// one by one.
///
/// Providers count by the address that mails come from, whichever of their domains they are for. So the destinations of a
/// provider with a name have one pace in common: its limits, its connections, and what it says about us. Cuts, silence and
/// whatever else is the matter with single hosts stay with the destination. Safe for many threads.
final class Pace {
    private enum State {
        FLOWING,
        /// Some connections were given up; from `next` on they come back.
        SLOWED,
        /// Nothing until `next`.
        RESTING,
        /// One mail on one connection.
        PROBING
    }

    /// Connections come back in so many parts of the time they were given up for.
    private static final int STEPS = 5;
    /// Dialogues that were open together are refused together: that is one sign, not many. A part of the slow time.
    private static final int GRACE = 30;
    /// A probe nobody heard of again.
    private static final long PROBE_NANOS = Duration.ofMinutes(15).toNanos();
    /// They have answered so lately that a cut is a sign and not a dead host.
    private static final long LATELY_NANOS = Duration.ofMinutes(5).toNanos();
    /// Mail for the first priority waits for the only connection.
    private static final long WANTED_NANOS = Duration.ofSeconds(2).toNanos();
    /// Lanes do not all begin again at the same second after the full hour.
    private static final int SPREAD_SECONDS = 60;
    private static final long PROMPT_NANOS = Duration.ofMillis(50).toNanos();
    /// Nobody gives work back for so little.
    private static final Duration SHORTLY = Duration.ofSeconds(5);
    private static final int HOUR_SECONDS = 3_600;
    /// Who has not asked again for so long no longer wants a connection.
    private static final long WAITS_NANOS = Duration.ofSeconds(1).toNanos();

    private final LaneKey lane;
    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Tokens seconds;
    private final Tokens minutes;
    private final Tokens connects;
    private final Tally tally;
    private final Meter meter;
    private volatile Provider provider;
    private volatile Shaping shaping;
    private volatile State state = State.FLOWING;
    private volatile @Nullable Ramp ramp;
    /// What all destinations of the provider have in common; null where the destination is nobody's, or this is it.
    private volatile @Nullable Pace common;
    /// Those that found no connection free, in the order in which they came, and when each asked last.
    private final Map<Pace, Long> inLine = new LinkedHashMap<>();
    private volatile boolean hasAnswered;
    /// Since the last look.
    private volatile boolean heard;
    private volatile boolean answeredSinceCut;
    private int cutsInARow;
    private volatile @Nullable Why why;
    private volatile @Nullable Why limit;
    private int allowed;
    private long next;
    private long reducedAt;
    private long answeredAt;
    private long probeAt;
    private boolean probing;
    /// Taken by lanes that have not begun them yet.
    private int reserved;
    private long wait;
    private int openForAll;
    private int openForFirst;
    private long firstWantedAt;

    Pace(LaneKey lane, Provider provider, Shaping shaping, Tally tally, InstantSource clock, LongSupplier nanos) {
        this.lane = lane;
        this.provider = provider;
        this.shaping = shaping;
        this.tally = tally;
        this.clock = clock;
        this.nanos = nanos;
        long now = nanos.getAsLong();
        seconds = new Tokens(shaping.mailsPerSecond(), now);
        minutes = new Tokens(shaping.mailsPerMinute() / 60.0, now);
        connects = new Tokens(shaping.connectionsPerSecond(), now);
        meter = new Meter(now);
        allowed = shaping.connections();
        reducedAt = now - Duration.ofDays(1).toNanos();
        answeredAt = reducedAt;
        firstWantedAt = reducedAt;
    }

    // ── what is asked ──

    LaneKey lane() {
        return lane;
    }

    Shaping shaping() {
        return shaping;
    }

    Provider provider() {
        return provider;
    }

    /// Why less than the rule allows is sent; null when all is well.
    @Nullable Why why() {
        if (state != State.FLOWING) connections();
        Why adapted = why;
        if (adapted != null) return adapted;
        Pace all = common;
        if (all != null) return all.why();
        Why reached = limit;
        return reached == null ? quiet() : reached;
    }

    /// Whether only what somebody waits for may be sent now.
    boolean isQuiet() {
        return stretch() != null;
    }

    private @Nullable Why quiet() {
        QuietHours.Stretch now = stretch();
        return now == null ? null : new Why(What.QUIET_HOURS, null, provider.key(), now.since(), now.until(), allowed, allowed);
    }

    private QuietHours.@Nullable Stretch stretch() {
        return QuietHours.of(provider.rule()).at(clock.instant(), tally.zone());
    }

    boolean isResting() {
        Pace all = common;
        return restsItself() || all != null && all.restsItself();
    }

    private boolean restsItself() {
        if (state != State.RESTING) return false;
        synchronized (this) {
            advance();
            return state == State.RESTING;
        }
    }

    /// How much longer it rests; 0 when it does not.
    long restNanos() {
        Pace all = common;
        long rest = all == null ? 0 : all.restNanos();
        synchronized (this) {
            return restsItself() ? Math.max(Math.max(1, next - nanos.getAsLong()), rest) : rest;
        }
    }

    /// How many connections there may be now.
    int connections() {
        Pace all = common;
        int common = all == null ? Integer.MAX_VALUE : all.connections();
        synchronized (this) {
            advance();
            return Math.min(allowed, common);
        }
    }

    /// How many of them a lane may have. One of several is kept for the first priority; the only one goes to it first.
    int connectionsFor(boolean firstOnly) {
        Pace all = common;
        int own = ownConnectionsFor(firstOnly);
        return all == null ? own : Math.min(own, all.ownConnectionsFor(firstOnly));
    }

    private int ownConnectionsFor(boolean firstOnly) {
        if (state == State.FLOWING) {
            int most = shaping.connections();
            return firstOnly || most == 1 ? 1 : most - 1;
        }
        synchronized (this) {
            advance();
            if (shaping.connections() == 1 || allowed == 0) return allowed;
            if (allowed > 1) return firstOnly ? 1 : allowed - 1;
            if (firstOnly) {
                firstWantedAt = nanos.getAsLong();
                return openForAll == 0 ? 1 : 0;
            }
            return openForFirst == 0 && nanos.getAsLong() - firstWantedAt > WANTED_NANOS ? 1 : 0;
        }
    }

    /// A lane is about to open a connection. Where a provider's destinations share them, those that have none take turns:
    /// who has waited longest goes first.
    /// @return false when it must wait
    boolean open(boolean firstOnly) {
        Pace all = common;
        if (all != null && !all.openFor(this, firstOnly, open() > 0)) return false;
        opened(firstOnly, 1);
        return true;
    }

    private synchronized boolean openFor(Pace who, boolean firstOnly, boolean hasSome) {
        boolean free = (firstOnly ? openForFirst : openForAll) < ownConnectionsFor(firstOnly);
        if (!firstOnly) {
            forgetThoseGone();
            boolean next = inLine.isEmpty() || inLine.keySet().iterator().next() == who;
            if (!free || !next) {
                if (!hasSome) inLine.put(who, nanos.getAsLong());
                return false;
            }
            inLine.remove(who);
        }
        if (free) opened(firstOnly, 1);
        return free;
    }

    private void forgetThoseGone() {
        if (inLine.isEmpty()) return;
        long now = nanos.getAsLong();
        inLine.values().removeIf(asked -> now - asked > WAITS_NANOS);
    }

    /// A connection is closed, or was not opened after all.
    void closed(boolean firstOnly) {
        opened(firstOnly, -1);
        Pace all = common;
        if (all != null) all.opened(firstOnly, -1);
    }

    private synchronized void opened(boolean firstOnly, int change) {
        if (firstOnly) openForFirst += change;
        else openForAll += change;
    }

    /// Whether another destination of the same provider waits for a connection.
    boolean isWanted() {
        Pace all = common;
        return all != null && all.isWaitedFor(this);
    }

    private synchronized boolean isWaitedFor(Pace by) {
        forgetThoseGone();
        return inLine.size() > (inLine.containsKey(by) ? 1 : 0);
    }

    synchronized int open() {
        return openForAll + openForFirst;
    }

    /// Reserves as many of these mails as may begin now, so that no two lanes count on the same ones. They [#begun], or are
    /// given back.
    int take(int wanted) {
        Pace all = common;
        int own = takeItself(wanted, all == null);
        if (all == null || own == 0) return own;
        int both = all.takeItself(own, true);
        if (both == own) return own;
        giveBackItself(own - both);
        synchronized (this) {
            wait = Math.max(wait, all.waitNanos());
        }
        return both;
    }

    /// @param limited whether the limits of the provider count here
    private synchronized int takeItself(int wanted, boolean limited) {
        long now = nanos.getAsLong();
        advance();
        wait = PROMPT_NANOS;
        int free = switch (state) {
            case RESTING -> 0;
            case PROBING -> probing && now - probeAt < PROBE_NANOS ? 0 : 1;
            case FLOWING, SLOWED -> limited ? Math.min(withinRates(now), withinLimits()) - reserved : wanted;
        };
        int taken = Math.clamp(free, 0, wanted);
        reserved += taken;
        if (state == State.PROBING && taken > 0) {
            probing = true;
            probeAt = now;
        }
        return taken;
    }

    private int withinRates(long now) {
        int free = Math.min(seconds.available(now), minutes.available(now));
        if (free == 0) wait = Math.max(seconds.waitNanos(now), minutes.waitNanos(now));
        return free;
    }

    /// So many of those taken begin now.
    void begun(int mails) {
        begunItself(mails);
        Pace all = common;
        if (all != null) all.begunItself(mails);
    }

    private synchronized void begunItself(int mails) {
        reserved -= mails;
        seconds.take(mails);
        minutes.take(mails);
        count(mails);
        meter.add(mails);
    }

    /// So many of those taken do not begin.
    void giveBack(int mails) {
        giveBackItself(mails);
        Pace all = common;
        if (all != null) all.giveBackItself(mails);
    }

    private synchronized void giveBackItself(int mails) {
        reserved -= mails;
        probing = false;
    }

    /// Until another may begin; after [#take] has taken none.
    synchronized long waitNanos() {
        return wait;
    }

    private void count(int mails) {
        Instant now = clock.instant();
        tally.add(mails, now);
        Ramp known = ramp;
        if (known != null) known.add(mails, now);
    }

    /// From now on part of this provider's; null when it is nobody's.
    void share(@Nullable Pace all) {
        if (common == all) return;
        common = all;
        if (all != null) all.absorb(tally);
    }

    private synchronized void absorb(Tally joined) {
        tally.addAll(joined);
        Ramp known = ramp;
        if (known != null) known.join(joined, clock.instant());
    }

    /// The address becomes known here, day by day; null when it is.
    synchronized void warm(@Nullable Ramp now) {
        Ramp before = ramp;
        if (before == now) return;
        ramp = now;
        if (now != null) now.join(tally, clock.instant());
    }

    /// Whether a rule says that it is enough for now: whoever holds work here gives it back to other addresses.
    boolean isSpent() {
        Pace all = common;
        if (all != null) return all.isSpent();
        Why rule = limit;
        if (rule == null || rule.until() == null) return false;
        return Duration.between(clock.instant(), rule.until()).compareTo(SHORTLY) > 0;
    }

    /// A connection is about to be opened: how long it must wait for its turn.
    long connectNanos() {
        Pace all = common;
        return all == null ? ownConnectNanos() : all.ownConnectNanos();
    }

    private synchronized long ownConnectNanos() {
        long now = nanos.getAsLong();
        long turn = connects.waitNanos(now);
        connects.take(1);
        return turn;
    }

    /// Whether mails must be counted beyond a restart.
    boolean countsHours() {
        Shaping rule = shaping;
        Pace all = common;
        return rule.mailsPerHour() > 0 || rule.mailsPerDay() > 0 || ramp != null || all != null && all.ramp != null;
    }

    // ── what is told ──

    /// They have said something about a recipient or a mail: they talk to us.
    void answered() {
        Pace all = common;
        if (all != null) all.answered();
        if (!heard) heard = true;
        if (!answeredSinceCut) answeredSinceCut = true;
        if (hasAnswered && state != State.PROBING) return;
        synchronized (this) {
            hasAnswered = true;
            answeredAt = nanos.getAsLong();
            if (state != State.PROBING) return;
            probing = false;
            state = State.SLOWED;
            next = nanos.getAsLong() + step();
            why = new Why(What.RECOVERING, null, "", clock.instant(), in(step()), allowed, allowed);
        }
    }

    /// A recipient was refused for good.
    void finallyRefused() {
        Ramp known = aboutUs().ramp;
        if (known != null) known.refused();
        answered();
    }

    /// The pace for what is said about us and not about a host.
    private Pace aboutUs() {
        Pace all = common;
        return all == null ? this : all;
    }

    /// Nothing was said: whoever was to try has not tried.
    void handedBack() {
        Pace all = common;
        if (all != null) all.handedBack();
        synchronized (this) {
            probing = false;
            count(-1);
        }
    }

    /// As below, from the only address there is.
    Duration refused(Action action, Reply reply, String rule) {
        return refused(action, reply, rule, false);
    }

    /// They refuse because of us.
    /// @param another whether another of our addresses goes on
    /// @return how long it takes until this one goes on
    Duration refused(Action action, Reply reply, String rule, boolean another) {
        // A single domain may refuse us for reasons of its own; rates and addresses are the provider's.
        return (action == Action.SLOW_DOWN || action == Action.SWITCH_ADDRESS || action == Action.ALARM ? aboutUs() : this)
                .refusedItself(action, reply, rule, another, aboutUs().ramp);
    }

    private synchronized Duration refusedItself(Action action, Reply reply, String rule, boolean another, @Nullable Ramp known) {
        String said = ReplyClassifier.stored(reply);
        if (known != null) known.blocked();
        switch (action) {
            case SLOW_DOWN -> tooMuch(shaping.slowDown(), What.SLOWED, What.LIMITED, said, rule);
            case SWITCH_ADDRESS -> rest(shaping.rest(), another ? What.ADDRESS_SWITCHED : What.ADDRESS_REFUSED, said, rule);
            case ALARM -> rest(shaping.alarm(), What.ALARM, said, rule);
            case STOP_LANE, CLEAN, REFUSE, RETRY -> rest(shaping.rest(), What.STOPPED, said, rule);
        }
        return Duration.ofNanos(Math.max(0, next - nanos.getAsLong()));
    }

    /// A connection was cut, or could not be opened. From those who have answered lately it is a sign; the others are
    /// away. So are those who have cut more in a row than could be open together: new ones too, and nobody got an answer.
    synchronized void cut(String how) {
        cutsInARow = answeredSinceCut ? 1 : cutsInARow + 1;
        answeredSinceCut = false;
        boolean lately = hasAnswered && nanos.getAsLong() - answeredAt < LATELY_NANOS && cutsInARow <= shaping.connections();
        if (lately) tooMuch(shaping.cut(), What.CUT, What.NO_ANSWER, how, provider.key());
        else rest(shaping.rest(), What.NO_ANSWER, how, provider.key());
    }

    /// They are there, but not as safe as the rule wants it.
    synchronized void notSafe(String trouble) {
        rest(shaping.rest(), What.NOT_SAFE, trouble, provider.key());
    }

    /// Our address cannot be used for them.
    synchronized void unusable(String why) {
        rest(shaping.rest(), What.NO_ADDRESS, why, provider.key());
    }

    /// Our settings were refused elsewhere at the same provider.
    void alarmed(Why elsewhere) {
        aboutUs().alarmedItself(elsewhere);
    }

    private synchronized void alarmedItself(Why elsewhere) {
        rest(shaping.alarm(), What.ALARM, elsewhere.reply(), elsewhere.rule());
    }

    /// As it was when this node stopped. A rest that has ended since goes on with one mail that tries.
    void restore(Why stored) {
        if (stored.what().isLimit()) return;
        (stored.what().isAboutHosts() ? this : aboutUs()).restoreItself(stored);
    }

    private synchronized void restoreItself(Why stored) {
        Instant now = clock.instant();
        Instant until = stored.until();
        boolean over = until == null || !until.isAfter(now);
        boolean rested = stored.to() == 0 || stored.what() == What.PROBING;
        if (over && !rested || state == State.RESTING) return;
        state = rested ? State.RESTING : State.SLOWED;
        allowed = rested ? 0 : Math.min(stored.to(), shaping.connections());
        next = nanos.getAsLong() + (over ? 0 : Duration.between(now, until).toNanos());
        why = stored;
    }

    /// A mail was reset after its end: they have had enough.
    void reset() {
        aboutUs().resetItself();
    }

    private synchronized void resetItself() {
        tooMuch(shaping.cut(), What.CUT, What.LIMITED, null, provider.key());
    }

    /// A mail ended in silence. That says nothing, unless it was the one that was to try.
    void silent() {
        Pace all = common;
        if (all != null) all.silentItself();
        silentItself();
    }

    private synchronized void silentItself() {
        if (state == State.PROBING) rest(shaping.rest(), What.NO_ANSWER, null, provider.key());
    }

    /// Somebody does not want to wait: one mail tries now.
    void tryNow() {
        Pace all = common;
        if (all != null) all.tryNowItself();
        tryNowItself();
    }

    private synchronized void tryNowItself() {
        if (state != State.RESTING) return;
        next = nanos.getAsLong();
        advance();
    }

    /// Another rule, or another provider.
    synchronized void shape(Provider provider, Shaping changed) {
        this.provider = provider;
        if (changed.equals(shaping)) return;
        shaping = changed;
        seconds.rate(changed.mailsPerSecond());
        minutes.rate(changed.mailsPerMinute() / 60.0);
        connects.rate(changed.connectionsPerSecond());
        if (state == State.FLOWING) allowed = changed.connections();
        allowed = Math.min(allowed, changed.connections());
    }

    // ── how it adapts ──

    private void tooMuch(Duration time, What slowed, What stopped, @Nullable String said, String rule) {
        long now = nanos.getAsLong();
        if (shaping.stopsWhenLimited() || state == State.PROBING || state == State.RESTING) {
            rest(time, stopped, said, rule);
            return;
        }
        boolean same = state == State.SLOWED && now - reducedAt < time.toNanos() / GRACE;
        if (!same && allowed == 1) {
            rest(time, stopped, said, rule);
            return;
        }
        next = now + time.toNanos();
        if (same) return;
        int before = allowed;
        allowed = Math.max(1, allowed / 2);
        reducedAt = now;
        state = State.SLOWED;
        why = new Why(slowed, said, rule, clock.instant(), in(time.toNanos()), before, allowed);
    }

    private void rest(Duration time, What what, @Nullable String said, String rule) {
        long until = nanos.getAsLong() + time.toNanos();
        boolean begins = state != State.RESTING;
        Why known = why;
        next = begins ? until : Math.max(next, until);
        if (begins || known == null || what == What.ALARM && known.what() != What.ALARM) {
            why = new Why(what, said, rule, clock.instant(), in(next - nanos.getAsLong()), begins ? allowed : 0, 0);
        } else {
            why = new Why(
                    known.what(), known.reply(), known.rule(), known.since(), in(next - nanos.getAsLong()), known.from(), 0);
        }
        state = State.RESTING;
        allowed = 0;
        probing = false;
        hasAnswered = false;
    }

    private void advance() {
        if (state == State.FLOWING) return;
        long now = nanos.getAsLong();
        if (state == State.RESTING && now - next >= 0) {
            state = State.PROBING;
            allowed = 1;
            probing = false;
            why = new Why(What.PROBING, said(), rule(), clock.instant(), null, 0, 1);
        }
        while (state == State.SLOWED && now - next >= 0) {
            int before = allowed++;
            next += Math.max(1, step());
            if (allowed >= shaping.connections()) flow();
            else why = new Why(What.RECOVERING, said(), rule(), clock.instant(), in(next - now), before, allowed);
        }
    }

    private void flow() {
        state = State.FLOWING;
        allowed = shaping.connections();
        why = null;
    }

    private long step() {
        return shaping.slowDown().toNanos() / STEPS;
    }

    private @Nullable String said() {
        Why known = why;
        return known == null ? null : known.reply();
    }

    private String rule() {
        Why known = why;
        return known == null ? "" : known.rule();
    }

    private Instant in(long fromNow) {
        return clock.instant().plusNanos(fromNow);
    }

    // ── hours and days ──

    private int withinLimits() {
        Shaping rule = shaping;
        Ramp known = ramp;
        if (known == null && rule.avoidHour().isZero() && rule.mailsPerHour() == 0 && rule.mailsPerDay() == 0) {
            limit = null;
            return Integer.MAX_VALUE;
        }
        Instant now = clock.instant();
        long avoided = secondsOfAvoidedHour(rule, now);
        if (avoided > 0) return limited(What.FULL_HOUR, now, now.plusSeconds(avoided));
        int free = Integer.MAX_VALUE;
        if (rule.mailsPerHour() > 0) {
            free = rule.mailsPerHour() - tally.thisHour(now);
            if (free <= 0) return limited(What.HOUR_FULL, now, tally.nextHour(now));
        }
        if (rule.mailsPerDay() > 0) {
            free = Math.min(free, rule.mailsPerDay() - tally.today(now));
            if (free <= 0) return limited(What.DAY_FULL, now, tally.nextDay(now));
        }
        if (known != null) {
            free = Math.min(free, known.free(now));
            if (free <= 0) return limited(What.WARMING, now, known.next(now), known.limit());
        }
        limit = null;
        return free;
    }

    private int limited(What what, Instant now, Instant until) {
        return limited(what, now, until, allowed);
    }

    /// @param from for the sentence: the connections, or how many mails
    private int limited(What what, Instant now, Instant until, int from) {
        Why known = limit;
        if (known == null || known.what() != what || !until.equals(known.until()))
            limit = new Why(what, null, provider.key(), now, until, from, allowed);
        wait = Math.max(PROMPT_NANOS, Duration.between(now, until).toNanos());
        return 0;
    }

    /// How much longer nothing may begin because of the full hour; 0 when it is far.
    private long secondsOfAvoidedHour(Shaping rule, Instant now) {
        int around = (int) rule.avoidHour().toSeconds();
        if (around == 0) return 0;
        int second = Math.floorMod(now.getEpochSecond(), HOUR_SECONDS);
        int after = around + Math.floorMod(lane.destination(), SPREAD_SECONDS);
        if (second < after) return after - second;
        return second >= HOUR_SECONDS - around ? HOUR_SECONDS - second + after : 0;
    }

    // ── what pages show ──

    Tally tally() {
        return tally;
    }

    EngineView.Destination view(long id, String name, WorkFinder.Queued work, boolean idle) {
        boolean nothing = idle && open() == 0;
        Why said = why();
        Why now = nothing && said != null && said.what() == What.PROBING ? null : said;
        EngineView.State shown = now == null
                ? nothing ? EngineView.State.IDLE : EngineView.State.FLOWING
                : now.what() == What.ALARM
                        ? EngineView.State.ALARM
                        : isResting() || now.what().isLimit() ? EngineView.State.RESTING : EngineView.State.SLOWED;
        return new EngineView.Destination(
                id, name, provider, shown, open(), connections(), shaping.connections(), perMinute(), limitPerMinute(),
                work.fresh(), work.again(), now, List.of());
    }

    /// Once in a while, so that the rate is known.
    synchronized void look() {
        advance();
        if (heard) answeredAt = nanos.getAsLong();
        heard = false;
        meter.look(nanos.getAsLong());
    }

    synchronized int perMinute() {
        return meter.perMinute(nanos.getAsLong());
    }

    /// What the rule allows; 0 = no limit.
    int limitPerMinute() {
        return shaping.perMinute();
    }
}
