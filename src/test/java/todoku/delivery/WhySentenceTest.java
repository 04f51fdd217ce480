package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Test;
import todoku.delivery.Why.What;
import todoku.event.Reason;
import todoku.web.Texts;

class WhySentenceTest {
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
    private static final Instant SINCE = Instant.parse("2026-11-22T01:16:00Z");
    private static final Instant UNTIL = Instant.parse("2026-11-22T01:21:00Z");
    private static final String REPLY = "421 4.7.0 Too many connections, try again later";

    private final Texts texts = new Texts();

    @Test
    void one_plain_sentence_says_what_happened_and_what_comes_next() {
        assertThat(told(What.SLOWED, REPLY, SINCE))
                .isEqualTo("10:16 に「421」の応答があり、接続を 4 → 2 本に減らしました。10:21 から 1 本ずつ戻します。");
    }

    @Test
    void another_day_is_named() {
        assertThat(told(What.DAY_FULL, null, SINCE.minusSeconds(86_400))).contains("11/22 10:21 に再開します");
    }

    @Test
    void a_new_address_tells_its_limit_and_when_it_goes_on() {
        var why = new Why(What.WARMING, null, "gmail", SINCE, Instant.parse("2026-11-23T00:00:00Z"), 80_000, 5);
        assertThat(WhySentence.of(why, (key, arguments) -> texts.get(Locale.JAPANESE, key, arguments), ZONE, SINCE))
                .isEqualTo("新しい送信IPを慣らしている途中です。今日の上限 80,000 通に達しました。残りは 11/23 09:00 から送ります。");
    }

    @Test
    void whatever_happens_there_are_words_for_it_in_both_languages() {
        for (What what : What.values())
            for (Locale locale : new Locale[] {Locale.JAPANESE, Locale.ENGLISH})
                for (String reply : new String[] {REPLY, null}) {
                    var why = new Why(what, reply, "docomo", SINCE, UNTIL, 4, 2);
                    String said = WhySentence.of(why, (key, arguments) -> texts.get(locale, key, arguments), ZONE, SINCE);
                    assertThat(said).as(what + " in " + locale).isNotBlank().doesNotContain("{");
                }
    }

    @Test
    void an_alarm_names_what_is_to_be_mended_and_nothing_else() {
        assertThat(alarm(Reason.AUTH_FAILURE)).contains("SPF").doesNotContain("TLS");
        assertThat(alarm(Reason.POLICY_VIOLATION)).contains("TLS", "HELO").doesNotContain("SPF");
        assertThat(alarm(Reason.BLOCKED)).contains("ブロックリスト").doesNotContain("SPF");
        assertThat(alarm(Reason.RATE_LIMITED)).doesNotContain("SPF", "TLS").isEqualTo(told(What.ALARM, REPLY, SINCE));
        for (Reason reason : Reason.values())
            assertThat(WhySentence.of(alarmFor(reason), (key, arguments) -> texts.get(Locale.ENGLISH, key, arguments), ZONE, SINCE))
                    .startsWith("At 10:16 they").endsWith("At 10:21 one mail tries.");
    }

    private String alarm(Reason reason) {
        return WhySentence.of(alarmFor(reason), (key, arguments) -> texts.get(Locale.JAPANESE, key, arguments), ZONE, SINCE);
    }

    private static Why alarmFor(Reason reason) {
        List<ReplyRule> rules = ReplyRuleFile.read("own.rules", "* * * * * " + (reason.about() == Reason.About.US ? reason : "OTHER") + " alarm", Map.of());
        return new Why(What.ALARM, REPLY, rules.getFirst().place(), SINCE, UNTIL, 4, 0);
    }

    private String told(What what, String reply, Instant now) {
        var why = new Why(what, reply, "docomo", SINCE, UNTIL, 4, 2);
        return WhySentence.of(why, (key, arguments) -> texts.get(Locale.JAPANESE, key, arguments), ZONE, now);
    }

    @Test
    void a_refused_address_is_news_to_a_mail_that_tries_for_another_cause() {
        assertThat(Why.What.PROBING.isAboutAddress()).isFalse();
    }
}
