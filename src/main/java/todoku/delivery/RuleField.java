package todoku.delivery;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// One number of a [Rule]. Its word stands in the data file, in the database, in the form and, behind
/// `delivery.field.`, in the texts.
public enum RuleField {
    CONNECTIONS(1, 200),
    CONNECTIONS_PER_SECOND(0, 100),
    MAILS_PER_CONNECTION(1, 10_000),
    MAILS_PER_SECOND(0, 10_000),
    MAILS_PER_MINUTE(0, 600_000),
    MAILS_PER_HOUR(0, 36_000_000),
    MAILS_PER_DAY(0, 100_000_000),
    /// Nearly half of the time is the most that may be avoided.
    AVOID_HOUR_MINUTES(0, 25),
    SLOW_MINUTES(1, 1_440),
    STOP_WHEN_LIMITED(0, 1),
    CUT_MINUTES(1, 1_440),
    REST_MINUTES(1, 1_440),
    ALARM_MINUTES(1, 1_440),
    RESET_MEANS_LATER(0, 1),
    /// Which [TlsRule].
    TLS(0, 2),
    /// Minutes of the day, in the zone of the installation.
    QUIET_FROM(0, 1_439),
    /// As above; the same as the beginning: there are no quiet hours.
    QUIET_TO(0, 1_439);

    private static final Pattern CLOCK = Pattern.compile("([01]?[0-9]|2[0-3]):([0-5][0-9])");
    private static final int HOUR_MINUTES = 60;

    private final int least;
    private final int most;

    RuleField(int least, int most) {
        this.least = least;
        this.most = most;
    }

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public int least() {
        return least;
    }

    public int most() {
        return most;
    }

    /// One of a few ways, each with a text of its own; not how many.
    public boolean isChoice() {
        return most <= 2;
    }

    /// A time of the day, written as 21:30.
    public boolean isClock() {
        return this == QUIET_FROM || this == QUIET_TO;
    }

    /// As it stands in the data file, in the database and in the form.
    public String written(int value) {
        return isClock() ? String.format(Locale.ROOT, "%02d:%02d", value / HOUR_MINUTES, value % HOUR_MINUTES) : Integer.toString(value);
    }

    static @Nullable RuleField of(String word) {
        for (RuleField field : values()) if (field.word().equals(word)) return field;
        return null;
    }

    /// The number that was written; null when it is none, or not one of those allowed here.
    @Nullable Integer parse(String written) {
        if (isClock()) {
            Matcher clock = CLOCK.matcher(written);
            return clock.matches() ? Integer.parseInt(clock.group(1)) * HOUR_MINUTES + Integer.parseInt(clock.group(2)) : null;
        }
        if (!written.matches("[0-9]{1,9}")) return null;
        int value = Integer.parseInt(written);
        return value < least || value > most ? null : value;
    }
}
