package todoku.delivery;

import static java.time.ZoneOffset.UTC;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import todoku.delivery.standing.Standing;
import todoku.delivery.standing.Standing.Cause;
import todoku.delivery.standing.StandingSentence;
import todoku.delivery.standing.Standings;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.smtp.Answer;
import todoku.mailing.Mailings;

/// Where every mail stands, told from the database: beside a running engine, and after it has gone.
class StandingTest extends EngineWorld {
    private static final ZoneId ZONE = ZoneId.of("Asia/Tokyo");
    private static final todoku.web.Texts TEXTS = new todoku.web.Texts();

    private final Standings standings = new Standings(database.client(), () -> null, clock);

    @Test
    void one_that_is_refused_for_now_waits_for_its_next_attempt_with_the_reply() {
        rcpt = _ -> Answer.say(450, "4.2.0 Greylisted");
        MailingId mailing = planned("greylisting.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 2);
            await(() -> one(mailing).cause() == Cause.AGAIN);

            assertThat(told(one(mailing))).matches("greylisting.example から「450」の応答がありました（1 回送信）。10:1\\d に送り直し、4/4 10:00 まで続けます。");
            assertThat(one(mailing).said()).contains("Greylisted");
            assertThat(told(whole(mailing))).matches("残り 2 通はすべて再送待ちです（最も多い応答は「450」）。10:1\\d に送り直し、4/4 10:00 まで続けます。");
            assertThat(told(of("greylisting.example"))).startsWith("greylisting.example：2 通が再送待ちです（最後の応答は「450」）。10:1");
        }
    }

    @Test
    void whoever_has_a_result_is_told_how_it_ended() {
        rcpt = to -> to.startsWith("r2") ? Answer.say(550, "5.1.1 User unknown") : Answer.say(250, "Ok");
        MailingId mailing = planned("ended.example", 2);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(told(one(mailing))).isEqualTo("10:00 に ended.example のサーバが受け取りました。");
        assertThat(told(standings.of(mailing, 2).orElseThrow())).startsWith("10:00 にエラーで終わりました。このアドレスは存在しません。");
        assertThat(told(whole(mailing))).contains("すべての宛先の結果がそろい");
        assertThat(standings.of(mailing, 3)).isEmpty();
        assertThat(standings.number(mailing, "R2@ended.example")).hasValue(2);
        assertThat(standings.number(mailing, "nobody@ended.example")).isEmpty();
        assertThat(told(of("ended.example"))).isEqualTo("ended.example：待っているメールはありません。");
        assertThat(standings.of("never-met.example")).isEmpty();
    }

    @Test
    void a_destination_that_rests_is_the_reason_for_its_mails_and_for_the_whole_campaign() {
        MailingId mailing = planned("resting.example", 3);
        alive();
        rests("resting.example", "421 4.7.0 Too many connections", 0);

        assertThat(told(one(mailing))).isEqualTo(
                "resting.example：10:00 に「421」の応答があり、送信を止めました。10:05 に 1 通だけ送り、受け取られたら接続を 1 本ずつ戻します。");
        assertThat(told(whole(mailing))).startsWith("残り 3 通の宛先（1 か所）はすべて休んでいます。最も多い resting.example は、10:00 に");
        assertThat(told(of("resting.example"))).startsWith("resting.example：10:00 に");
        assertThat(one(mailing).said()).contains("Too many connections");
        assertThat(one(mailing).rule()).isEqualTo("too-many");

        rests("resting.example", "421 4.7.0 Too many connections", 2);
        assertThat(one(mailing).cause()).isEqualTo(Cause.DESTINATION);
        assertThat(whole(mailing).cause()).as("it flows, slowly").isEqualTo(Cause.UNDER_WAY);
    }

    @Test
    void destinations_that_have_had_their_share_are_the_reason_until_the_limit_is_over() {
        MailingId mailing = planned("warming.example", 3);
        alive();
        limited("warming.example", Why.What.WARMING, Instant.parse("2026-04-02T00:00:00Z"));

        assertThat(told(whole(mailing))).isEqualTo("残り 3 通の宛先（1 か所）はすべて休んでいます。最も多い warming.example は、"
                + "新しい送信IPを慣らしている途中です。今日の上限 4 通に達しました。残りは 4/2 09:00 から送ります。");
        assertThat(told(one(mailing))).endsWith("残りは 4/2 09:00 から送ります。");
        for (Why.What limit : new Why.What[] {Why.What.DAY_FULL, Why.What.HOUR_FULL, Why.What.FULL_HOUR, Why.What.QUIET_HOURS}) {
            limited("warming.example", limit, clock.instant().plusSeconds(60));
            assertThat(whole(mailing).cause()).as(limit.name()).isEqualTo(Cause.DESTINATIONS);
        }

        limited("warming.example", Why.What.HOUR_FULL, clock.instant().minusSeconds(1));
        assertThat(whole(mailing).cause()).isEqualTo(Cause.UNDER_WAY);
        assertThat(one(mailing).cause()).isEqualTo(Cause.IN_LINE);
    }

    @Test
    void in_quiet_hours_nobody_waits_whose_mail_is_awaited() {
        MailingId mailing = planned("quiet.example", 3);
        alive();
        limited("quiet.example", Why.What.QUIET_HOURS, clock.instant().plusSeconds(3600));
        assertThat(one(mailing).cause()).isEqualTo(Cause.DESTINATION);

        database.client().sql("UPDATE mailing SET priority = 20 WHERE id = :id").param("id", mailing.value()).update();

        assertThat(whole(mailing).cause()).isEqualTo(Cause.UNDER_WAY);
        assertThat(one(mailing).cause()).isEqualTo(Cause.IN_LINE);
    }

    @Test
    void a_limit_where_nothing_waits_is_not_told() {
        planned("waited-for.example", 1);
        alive();
        database.client().sql("INSERT INTO destination (name) VALUES ('nothing-to-do.example') ON CONFLICT DO NOTHING").update();
        limited("waited-for.example", Why.What.DAY_FULL, clock.instant().plusSeconds(60));
        limited("nothing-to-do.example", Why.What.DAY_FULL, clock.instant().plusSeconds(60));

        assertThat(standings.slowed(100)).contains("waited-for.example").doesNotContain("nothing-to-do.example");
    }

    @Test
    void a_destination_that_would_try_one_mail_and_has_none_is_idle() {
        MailingId mailing = planned("probing.example", 3);
        rests("probing.example", "421 no", 1);
        database.client().sql("UPDATE lane_why SET what = 'PROBING', until = NULL").update();
        assertThat(of("probing.example").cause()).isEqualTo(Cause.DESTINATION);
        mailings.stop(mailing);
        assertThat(told(of("probing.example"))).isEqualTo("probing.example：待っているメールはありません。");
    }

    @Test
    void while_another_address_of_the_pool_goes_on_nobody_waits_for_the_one_that_rests() {
        MailingId mailing = planned("two-ways.example", 3);
        rests("two-ways.example", "421 no", 0);
        assertThat(one(mailing).cause()).isEqualTo(Cause.DESTINATION);
        long other = database.client().sql("""
                INSERT INTO sending_ip (pool_id, ip, helo_name) VALUES (1, '192.0.2.7', 'mta2.example.jp') RETURNING id
                """).query(Long.class).single();
        try {
            assertThat(one(mailing).cause()).isEqualTo(Cause.IN_LINE);
            database.client().sql("""
                    INSERT INTO lane_why (node_id, sending_ip_id, destination_id, what, reply, rule, since, until, connections_before, connections_since)
                    SELECT node_id, :ip, destination_id, 'SLOWED', '450 slowly', rule, since, until, 4, 1 FROM lane_why
                     WHERE destination_id = (SELECT id FROM destination WHERE name = 'two-ways.example')
                    """).param("ip", other).update();
            assertThat(one(mailing).said()).as("mail goes by the one that allows more").isEqualTo("450 slowly");
            assertThat(whole(mailing).cause()).isEqualTo(Cause.UNDER_WAY);

            database.client().sql("DELETE FROM lane_why WHERE sending_ip_id = :ip").param("ip", other).update();
            database.client().sql("UPDATE sending_ip SET missing_since = :now WHERE id = :ip")
                    .param("now", clock.instant().atOffset(UTC)).param("ip", other).update();
            assertThat(one(mailing).said()).as("the other is not there any more").isEqualTo("421 no");
            database.client().sql("UPDATE sending_ip SET missing_since = :now").param("now", clock.instant().atOffset(UTC)).update();
            assertThat(told(one(mailing))).startsWith("two-ways.example：送信IPがどれもこのサーバにないため、10:00 から待っています。");
        } finally {
            database.client().sql("UPDATE sending_ip SET missing_since = NULL").update();
            database.client().sql("DELETE FROM sending_ip WHERE id = :ip").param("ip", other).update();
        }
    }

    @Test
    void what_a_person_or_a_guard_did_to_the_campaign_comes_before_its_destinations() {
        MailingId mailing = planned("paused.example", 3);
        alive();
        rests("paused.example", "421 no", 0);
        mailings.pause(mailing, Mailings.PauseCause.BREAKER);
        assertThat(told(one(mailing))).isEqualTo("最初の 1 % にエラーが多かったため一時停止しています。人が確かめて再開するまで送りません（期限は 4/4 10:00）。");
        mailings.resume(mailing);
        database.client().sql("UPDATE mailing SET held = true WHERE id = :id").param("id", mailing.value()).update();
        assertThat(one(mailing).cause()).isEqualTo(Cause.HELD);
        mailings.release(mailing);
        mailings.stopForErrors(mailing);
        assertThat(told(whole(mailing))).isEqualTo("10:00 に、宛先不明などのエラーが多すぎたため自動で中止しました。送っていない宛先にはもう送りません。");
        assertThat(one(mailing).cause()).isEqualTo(Cause.STOPPED);
    }

    @Test
    void the_first_percent_and_domains_nobody_knows_are_waited_for() {
        first = 1;
        MailingId staged = planned("staged.example", 5);
        alive();
        assertThat(one(staged).cause()).isEqualTo(Cause.IN_LINE);
        assertThat(told(one(staged))).contains("staged.example 宛の順番を待っています。同じ宛先に 5 通が待っており");
        assertThat(told(standings.of(staged, 5).orElseThrow())).isEqualTo("最初の 1 % の結果を確かめてから送ります。");

        first = Integer.MAX_VALUE;
        resolved = false;
        MailingId unknown = planned("nobody-knows.example", 2);
        assertThat(told(one(unknown))).isEqualTo("nobody-knows.example の受信サーバ（MX）を DNS に問い合わせています。答えがありしだい送ります。");
        assertThat(told(whole(unknown))).startsWith("残り 2 通の受信サーバ（MX）");
        assertThat(of("nobody-knows.example").cause()).isEqualTo(Cause.UNRESOLVED);
    }

    @Test
    void without_an_engine_or_while_it_stands_still_nothing_else_is_the_reason() {
        MailingId mailing = planned("silent.example", 2);
        rests("silent.example", "421 no", 0);
        database.client().sql("UPDATE node SET seen_at = '2026-04-01 09:30:00+09'").update();
        assertThat(told(one(mailing))).isEqualTo("配信エンジンが動いていません（最後の動作は 09:30）。届くを起動すると続きから送ります。");
        alive();
        var still = new Standstill(Standstill.Cause.NETWORK_AWAY, clock.instant());
        Standing stands = new Standings(database.client(), () -> still, clock).of(mailing).orElseThrow();
        assertThat(told(stands)).startsWith("10:00 から、外部のネットワークにつながらないため自動停止中です。");
    }

    @Test
    void a_running_engine_gives_signs_of_life() {
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            database.client().sql("UPDATE node SET seen_at = now() - interval '1 hour'").update();
            await(() -> database.client().sql("SELECT max(seen_at) > now() - interval '1 minute' FROM node").query(Boolean.class).single());
        }
    }

    @Test
    void whatever_is_so_there_are_words_for_it_in_both_languages() {
        Instant now = clock.instant();
        for (Cause cause : Cause.values())
            for (String detail : details(cause))
                for (String reply : new String[] {"451 4.3.0 Later", null})
                    for (long mails : new long[] {0, 1_234})
                        for (Locale locale : new Locale[] {Locale.JAPANESE, Locale.ENGLISH}) {
                            var why = new Why(Why.What.LIMITED, "421 no", "rule", now, now, 4, 0);
                            var standing = new Standing(cause, detail, "docomo.ne.jp", mails, 2, now, now, now, reply, why);
                            assertThat(told(standing, locale)).as(cause + " " + detail + " in " + locale).isNotBlank().doesNotContain("{").doesNotContain("null");
                        }
    }

    private static String[] details(Cause cause) {
        return switch (cause) {
            case PAUSED -> names(Mailings.PauseCause.values());
            case STOPPED -> new String[] {"", "ERROR_RATE", "OTHER_ENVIRONMENT"};
            case STANDSTILL -> names(Standstill.Cause.values());
            case FAILED, SKIPPED, UNKNOWN -> names(Reason.values());
            case NOT_PLANNED -> new String[] {"", "SUPPRESSED"};
            case AGAIN, UNDER_WAY -> new String[] {"", "MAILING", "DESTINATION"};
            case IDLE -> new String[] {"", "HOUSE"};
            default -> new String[] {""};
        };
    }

    private static String[] names(Enum<?>[] values) {
        String[] names = new String[values.length];
        for (int i = 0; i < names.length; i++) names[i] = values[i].name();
        return names;
    }

    private Standing one(MailingId mailing) {
        return standings.of(mailing, 1).orElseThrow();
    }

    private Standing whole(MailingId mailing) {
        return standings.of(mailing).orElseThrow();
    }

    private Standing of(String domain) {
        return standings.of(domain).orElseThrow();
    }

    private String told(Standing standing) {
        return told(standing, Locale.JAPANESE);
    }

    private String told(Standing standing, Locale locale) {
        return StandingSentence.of(standing, (key, arguments) -> TEXTS.get(locale, key, arguments), ZONE, clock.instant());
    }

    /// As if an engine were there that has nothing to do with these mails.
    private static void alive() {
        database.client().sql("""
                INSERT INTO node (key, boot, os_boot, seen_at) VALUES ('of the test', 1, 'boot', clock_timestamp())
                ON CONFLICT (key) DO UPDATE SET seen_at = clock_timestamp()
                """).update();
    }

    /// The rule holds it, with all its connections.
    private void limited(String destination, Why.What limit, Instant until) {
        rests(destination, "", 4);
        database.client().sql("""
                UPDATE lane_why SET what = :what, reply = NULL, until = :until
                 WHERE destination_id = (SELECT id FROM destination WHERE name = :name)
                """)
                .param("what", limit.name())
                .param("until", until.atOffset(UTC))
                .param("name", destination)
                .update();
    }

    private void rests(String destination, String reply, int connections) {
        alive();
        database.client().sql("""
                DELETE FROM lane_why WHERE destination_id = (SELECT id FROM destination WHERE name = :name)
                """).param("name", destination).update();
        database.client().sql("""
                INSERT INTO lane_why (node_id, destination_id, what, reply, rule, since, until, connections_before, connections_since)
                SELECT n.id, d.id, 'LIMITED', :reply, 'too-many', :now, :until, 4, :connections FROM node n, destination d
                 WHERE n.key = 'of the test' AND d.name = :name
                """)
                .param("reply", reply)
                .param("now", clock.instant().atOffset(UTC))
                .param("until", clock.instant().plus(Duration.ofMinutes(5)).atOffset(UTC))
                .param("connections", connections)
                .param("name", destination)
                .update();
    }
}
