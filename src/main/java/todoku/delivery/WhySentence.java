package todoku.delivery;

import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import todoku.event.Reason;
import todoku.mail.smtp.TlsTrouble;
import todoku.web.Page;

/// Tells a [Why] in one plain sentence.
public final class WhySentence {
    private static final DateTimeFormatter TODAY = DateTimeFormatter.ofPattern("HH:mm");
    private static final DateTimeFormatter ANOTHER_DAY = DateTimeFormatter.ofPattern("M/d HH:mm");
    private static final int CODE_DIGITS = 3;
    /// Those alarms are raised for that have words of their own.
    private static final Set<Reason> ALARMS = EnumSet.of(Reason.AUTH_FAILURE, Reason.POLICY_VIOLATION, Reason.BLOCKED);

    private WhySentence() {}

    /// Finds a text by its key and fills it in.
    @FunctionalInterface
    public interface Words {
        String of(String key, Object... arguments);
    }

    public static String of(Why why, Page page) {
        return of(why, page::t, page.zone(), page.now());
    }

    public static String of(Why why, Words words, ZoneId zone, Instant now) {
        return words.of(
                "delivery.why." + why.what() + variant(why),
                clock(why.since(), zone, now),
                said(why.reply()),
                String.format(Locale.ROOT, "%,d", why.from()),
                why.to(),
                clock(why.until(), zone, now),
                ofTrouble(why.reply(), words));
    }

    /// What is to be mended is another thing for each reason.
    private static String variant(Why why) {
        if (why.what() == Why.What.LIMITED && why.reply() == null) return ".silent";
        Reason reason = why.reason();
        return why.what() == Why.What.ALARM && reason != null && ALARMS.contains(reason) ? "." + reason : "";
    }

    /// Tells what was kept in place of a reply when the way was not safe; empty for a reply.
    public static String ofTrouble(@Nullable String said, Page page) {
        return ofTrouble(said, page::t);
    }

    public static String ofTrouble(@Nullable String said, Words words) {
        TlsTrouble trouble = TlsTrouble.read(said);
        return trouble == null ? "" : words.of("delivery.tls." + trouble.kind(), trouble.host(), trouble.detail());
    }

    private static String clock(@Nullable Instant at, ZoneId zone, Instant now) {
        if (at == null) return "";
        ZonedDateTime there = at.atZone(zone);
        boolean today = there.toLocalDate().equals(now.atZone(zone).toLocalDate());
        return (today ? TODAY : ANOTHER_DAY).format(there);
    }

    /// The code is enough for a sentence; the whole reply is shown beside it.
    private static String said(@Nullable String reply) {
        if (reply == null) return "";
        boolean isReply = reply.length() > CODE_DIGITS && reply.chars().limit(CODE_DIGITS).allMatch(Character::isDigit);
        return isReply ? reply.substring(0, CODE_DIGITS) : reply;
    }
}
