package todoku.delivery.standing;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import todoku.delivery.Why;
import todoku.delivery.WhySentence;
import todoku.delivery.standing.Standing.Cause;
import todoku.mail.smtp.TlsTrouble;
import todoku.web.Page;

/// Tells a [Standing] in one plain sentence.
public final class StandingSentence {
    private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm");
    private static final DateTimeFormatter ANOTHER_DAY = DateTimeFormatter.ofPattern("M/d HH:mm");
    private static final int CODE_DIGITS = 3;

    private StandingSentence() {}

    public static String of(Standing standing, Page page) {
        return of(standing, page::t, page.zone(), page.now());
    }

    public static String of(Standing standing, WhySentence.Words words, ZoneId zone, Instant now) {
        Why why = standing.why();
        return words.of(
                key(standing),
                standing.destination(),
                String.format(Locale.ROOT, "%,d", standing.mails()),
                standing.attempts(),
                clock(standing.at(), zone, now),
                clock(standing.next(), zone, now),
                clock(standing.expiresAt(), zone, now),
                code(standing.reply(), words),
                why == null ? "" : WhySentence.of(why, words, zone, now),
                detail(standing, words));
    }

    private static String key(Standing standing) {
        String key = "delivery.standing." + standing.cause();
        String variant = switch (standing.cause()) {
            case PAUSED, STOPPED, STANDSTILL, NOT_PLANNED, IDLE -> standing.detail();
            case AGAIN, UNDER_WAY -> standing.detail().isEmpty() && standing.cause() == Cause.AGAIN && standing.reply() == null
                    ? "silent"
                    : standing.detail();
            case FIRST_PERCENT, UNRESOLVED -> standing.mails() > 0 ? "MAILING" : "";
            case FAILED, SKIPPED, UNKNOWN -> standing.detail().isEmpty() ? "OTHER" : "";
            default -> "";
        };
        String whole = variant.isEmpty() ? key : key + "." + variant;
        boolean unsafe = standing.cause() == Cause.AGAIN && TlsTrouble.read(standing.reply()) != null;
        return unsafe ? whole + ".unsafe" : whole;
    }

    private static String detail(Standing standing, WhySentence.Words words) {
        return switch (standing.cause()) {
            case FAILED, SKIPPED, UNKNOWN -> standing.detail().isEmpty() ? "" : words.of("report.why." + standing.detail());
            default -> standing.detail();
        };
    }

    private static String clock(@Nullable Instant at, ZoneId zone, Instant now) {
        if (at == null) return "";
        ZonedDateTime there = at.atZone(zone);
        boolean today = there.toLocalDate().equals(now.atZone(zone).toLocalDate());
        return (today ? TODAY : ANOTHER_DAY).format(there);
    }

    /// The code is enough for a sentence; the whole reply is shown beside it.
    private static String code(@Nullable String reply, WhySentence.Words words) {
        if (reply == null) return words.of("delivery.standing.no-reply");
        String unsafe = WhySentence.ofTrouble(reply, words);
        if (!unsafe.isEmpty()) return unsafe;
        boolean isReply = reply.length() > CODE_DIGITS && reply.chars().limit(CODE_DIGITS).allMatch(Character::isDigit);
        return isReply ? reply.substring(0, CODE_DIGITS) : reply;
    }
}
