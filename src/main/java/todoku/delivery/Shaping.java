package todoku.delivery;

import java.time.Duration;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;

/// How hard we may press one destination; 0 means no limit.
/// @param connections at most so many at once; where there is more than one, one is kept for the first priority
/// @param mailsPerConnection then the connection is closed and another opened
/// @param mailsPerSecond begun towards this destination
/// @param avoidHour nothing is begun so long before and after the full hour
/// @param slowDown how long half of the connections are given up after a sign of "too much"
/// @param stopsWhenLimited such a sign stops everything for that time instead
/// @param cut as slowDown, when connections are cut
/// @param rest how long the lane stops after a refusal about us or when nobody answers
/// @param alarm how long everything to the provider stops after a refusal of our settings
/// @param resetMeansLater they reset a connection when they have had enough, as au does: one who is cut so after the dot
///     is sent to once more, an hour later
/// @param tls how safe the way must be
public record Shaping(
        int connections,
        int connectionsPerSecond,
        int mailsPerConnection,
        int mailsPerSecond,
        int mailsPerMinute,
        int mailsPerHour,
        int mailsPerDay,
        Duration avoidHour,
        Duration slowDown,
        boolean stopsWhenLimited,
        Duration cut,
        Duration rest,
        Duration alarm,
        boolean resetMeansLater,
        TlsRule tls) {
    public Shaping {
        if (connections < 1 || mailsPerConnection < 1 || mailsPerSecond < 0) throw new IllegalArgumentException();
    }

    /// Whatever they complain of, everything stops for one and the same time.
    public Shaping(int connections, int mailsPerConnection, int mailsPerSecond, Duration rest, boolean resetMeansLater) {
        this(connections, 0, mailsPerConnection, mailsPerSecond, 0, 0, 0, Duration.ZERO, rest, true, rest, rest, rest, resetMeansLater,
                TlsRule.WHEN_OFFERED);
    }

    public Shaping(int connections, int mailsPerConnection, int mailsPerSecond, Duration rest) {
        this(connections, mailsPerConnection, mailsPerSecond, rest, false);
    }

    /// The same, as safe as this.
    public Shaping with(TlsRule safe) {
        return changed(connections, rate -> rate, avoidHour, time -> time, safe);
    }

    /// The even rate of a minute; 0 = no limit.
    int perMinute() {
        long bySecond = mailsPerSecond == 0 ? Long.MAX_VALUE : mailsPerSecond * 60L;
        long byMinute = mailsPerMinute == 0 ? Long.MAX_VALUE : mailsPerMinute;
        long least = Math.min(bySecond, byMinute);
        return least == Long.MAX_VALUE ? 0 : (int) Math.min(Integer.MAX_VALUE, least);
    }

    /// As where time runs so many times faster: for a simulated internet, in which nobody wants to wait for minutes, nor
    /// for the full hour to pass.
    Shaping faster(int times) {
        if (times == 1) return this;
        return changed(connections, rate -> often(rate, times), Duration.ZERO, time -> time.dividedBy(times), tls);
    }

    /// So many hundredths of the connections and rates; never nothing.
    Shaping weighing(int hundredths) {
        if (hundredths == SendingIp.WHOLE) return this;
        return changed(share(connections, hundredths), rate -> share(rate, hundredths), avoidHour, time -> time, tls);
    }

    private Shaping changed(int connections, IntUnaryOperator rate, Duration avoidHour, UnaryOperator<Duration> time, TlsRule tls) {
        return new Shaping(
                connections,
                rate.applyAsInt(connectionsPerSecond),
                mailsPerConnection,
                rate.applyAsInt(mailsPerSecond),
                rate.applyAsInt(mailsPerMinute),
                rate.applyAsInt(mailsPerHour),
                rate.applyAsInt(mailsPerDay),
                avoidHour,
                time.apply(slowDown),
                stopsWhenLimited,
                time.apply(cut),
                time.apply(rest),
                time.apply(alarm),
                resetMeansLater,
                tls);
    }

    private static int share(int number, int hundredths) {
        return number == 0 ? 0 : (int) Math.max(1, Math.round((double) number * hundredths / SendingIp.WHOLE));
    }

    private static int often(int number, int times) {
        return (int) Math.min(Integer.MAX_VALUE, (long) number * times);
    }
}
