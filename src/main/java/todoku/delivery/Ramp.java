package todoku.delivery;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.ZoneId;
import org.jspecify.annotations.Nullable;

/// One address of ours on its way to be known at one provider: so many mails today, more tomorrow when today was used and
/// nobody complained. Its day begins in the morning: what is left over goes out when people are awake. Safe for many
/// threads.
final class Ramp {
    /// With the first hour of an office.
    private static final LocalTime MORNING = LocalTime.of(9, 0);
    /// Begins the name of a destination whose provider nobody knows.
    static final String NOBODYS = "#";
    /// More refused recipients than one in so many are a complaint.
    private static final int REFUSED_ONE_IN = 20;

    private final long ip;
    private final String provider;
    private final WarmupPlan plan;
    private final ZoneId zone;
    private LocalDate day;
    private int step;
    private int mails;
    /// At least so many today, as it was stored; the tallies say it better once all lanes are met.
    private int told;
    private int refused;
    private int blocked;
    /// The day before was not good enough for a step.
    private boolean held;

    /// One day as it is stored.
    record Day(LocalDate day, int step, int mails, int refused, int blocked) {}

    /// @param last the last day that is known; null for a new one
    Ramp(long ip, String provider, WarmupPlan plan, ZoneId zone, @Nullable Day last, Instant now) {
        this.ip = ip;
        this.provider = provider;
        this.plan = plan;
        this.zone = zone;
        this.day = day(now);
        if (last == null) return;
        day = last.day();
        step = last.step();
        refused = last.refused();
        blocked = last.blocked();
        if (day.equals(day(now))) {
            told = last.mails();
            return;
        }
        mails = last.mails();
        roll(now);
    }

    long ip() {
        return ip;
    }

    String provider() {
        return provider;
    }

    /// How many more may begin today.
    synchronized int free(Instant now) {
        roll(now);
        int limit = limit();
        return limit == 0 ? Integer.MAX_VALUE : Math.max(0, limit - sent());
    }

    /// 0 when the plan has ended.
    synchronized int limit() {
        return plan.mails(provider, step);
    }

    synchronized void add(int count, Instant now) {
        roll(now);
        mails += count;
    }

    /// What a lane of this provider was given since the morning, before the last restart.
    synchronized void join(Tally tally, Instant now) {
        roll(now);
        mails += tally.since(begins(day));
    }

    /// A recipient was refused for good.
    synchronized void refused() {
        refused++;
    }

    /// They refused us, or asked for less.
    synchronized void blocked() {
        blocked++;
    }

    /// When the next day begins.
    Instant next(Instant now) {
        return begins(day(now).plusDays(1));
    }

    synchronized Day today(Instant now) {
        roll(now);
        return new Day(day, step, sent(), refused, blocked);
    }

    synchronized boolean isHeld() {
        return held;
    }

    /// What the plan would allow tomorrow if today goes on as it does; 0 = no limit.
    synchronized int tomorrow(Instant now) {
        roll(now);
        return plan.mails(provider, isUsed() && !isComplainedOf() ? step + 1 : step);
    }

    /// 0 at a provider with a name.
    long destination() {
        return provider.startsWith(NOBODYS) ? Long.parseLong(provider.substring(NOBODYS.length())) : 0;
    }

    synchronized Warmup shown(@Nullable Provider whose, @Nullable String destination, Instant now) {
        int tomorrow = tomorrow(now);
        return new Warmup(
                ip, whose, destination, step + 1, plan.days(provider), sent(), limit(), tomorrow, held, isComplainedOf(), next(now));
    }

    /// Whether this day says anything about the next.
    synchronized boolean isWorthWriting() {
        return isComplainedOf() || isUsed();
    }

    private void roll(Instant now) {
        LocalDate today = day(now);
        if (!today.isAfter(day)) return;
        held = isComplainedOf();
        if (isUsed() && !held) step++;
        day = today;
        mails = 0;
        told = 0;
        refused = 0;
        blocked = 0;
    }

    private boolean isComplainedOf() {
        return blocked > 0 || sent() >= REFUSED_ONE_IN && refused * REFUSED_ONE_IN > sent();
    }

    private boolean isUsed() {
        int limit = limit();
        return limit > 0 && sent() * 2 >= limit;
    }

    private int sent() {
        return Math.max(mails, told);
    }

    private LocalDate day(Instant now) {
        return day(now, zone);
    }

    /// A day of sending begins in the morning.
    static LocalDate day(Instant now, ZoneId zone) {
        return now.atZone(zone).minusNanos(MORNING.toNanoOfDay()).toLocalDate();
    }

    private Instant begins(LocalDate on) {
        return on.atTime(MORNING).atZone(zone).toInstant();
    }
}
