package todoku.customer.timeline;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// How far a reader has come in each of the three sources.
///
/// @param mail    events of the address below this id are still to come
/// @param state   events of the history below this id
/// @param records records before this time, and of this time those below the id
record Place(long mail, long state, Instant records, long record) {
    /// Later than any record: PostgreSQL knows no year above 294276.
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private static final Pattern WRITTEN = Pattern.compile("(\\d{1,19})_(\\d{1,19})_(-?\\d{1,18})_(\\d{1,19})");
    static final Place NEWEST = new Place(Long.MAX_VALUE, Long.MAX_VALUE, LATEST, Long.MAX_VALUE);

    /// The newest for anything that was not written by [#toString].
    static Place of(String written) {
        Matcher matcher = WRITTEN.matcher(written);
        if (!matcher.matches()) return NEWEST;
        try {
            long micros = Long.parseLong(matcher.group(3));
            Instant at = Instant.ofEpochSecond(Math.floorDiv(micros, 1_000_000), Math.floorMod(micros, 1_000_000) * 1_000);
            return new Place(
                    Long.parseLong(matcher.group(1)),
                    Long.parseLong(matcher.group(2)),
                    at.isAfter(LATEST) ? LATEST : at,
                    Long.parseLong(matcher.group(4)));
        } catch (NumberFormatException | DateTimeException tooLarge) {
            return NEWEST;
        }
    }

    @Override
    public String toString() {
        long micros = Math.addExact(Math.multiplyExact(records.getEpochSecond(), 1_000_000L), records.getNano() / 1_000);
        return mail + "_" + state + "_" + micros + "_" + record;
    }
}
