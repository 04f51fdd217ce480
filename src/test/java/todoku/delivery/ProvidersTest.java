package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;

class ProvidersTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Instant NOW = Instant.parse("2026-11-22T01:00:00Z");
    private static final String ALL = """
            provider default "そのほか" "Others"
            connections 10 connections-per-second 0 mails-per-connection 100 mails-per-second 0 mails-per-minute 0
            mails-per-hour 0 mails-per-day 0 avoid-hour-minutes 0 slow-minutes 5 stop-when-limited 0 cut-minutes 5
            rest-minutes 5 alarm-minutes 60 reset-means-later 0 tls 0 quiet-from 00:00 quiet-to 00:00
            """;

    private final ProviderChanges changes = new ProviderChanges(database.client());

    private final long operator = database.client().sql("""
            INSERT INTO operator (login, display_name, password_hash) VALUES ('hanako', '花子', '')
            ON CONFLICT (login) DO UPDATE SET display_name = '花子' RETURNING id
            """).query(Long.class).single();

    @AfterEach
    void asShipped() {
        database.client().sql("DELETE FROM provider_rule").update();
    }

    @Test
    void the_shipped_list_has_the_providers_of_japan_and_the_large_ones_abroad() {
        assertThat(Providers.shipped().all()).extracting(Provider::key).containsExactly(
                "default", "docomo", "au", "softbank", "ymobile", "rakuten", "yahoo-japan", "gmail", "yahoo", "microsoft",
                "microsoft-365", "icloud");
        Shaping docomo = shaping(Providers.shipped(), "docomo");
        assertThat(docomo.connections()).isBetween(2, 5);
        assertThat(docomo.mailsPerConnection()).isLessThanOrEqualTo(50);
        assertThat(docomo.avoidHour()).isEqualTo(Duration.ofMinutes(2));
        assertThat(shaping(Providers.shipped(), "au").resetMeansLater()).isTrue();
        assertThat(shaping(Providers.shipped(), "gmail").stopsWhenLimited()).isTrue();
        assertThat(shaping(Providers.shipped(), "gmail").slowDown()).isEqualTo(Duration.ofMinutes(10));
    }

    @Test
    void a_destination_is_of_who_lists_its_domain_else_of_the_longest_host_that_fits() {
        assertThat(whose("company.jp", "aspmx.l.google.com alt1.aspmx.l.google.com", null)).isEqualTo("gmail");
        assertThat(whose("company.jp", "company-jp.mail.protection.outlook.com", null)).isEqualTo("microsoft-365");
        assertThat(whose("live.jp.example", "x.olc.protection.outlook.com", null)).isEqualTo("microsoft");
        assertThat(whose("k.vodafone.ne.jp", null, null)).isEqualTo("softbank");
        assertThat(whose("jp-t.ne.jp", null, null)).isEqualTo("softbank");
        for (String old : List.of("ezweb1.ido.ne.jp", "a.sky.tu-ka.ne.jp", "sky.tkk.ne.jp", "email.sky.tdp.ne.jp"))
            assertThat(whose(old, null, null)).isEqualTo("au");
        assertThat(whose("first.example", "mx.example.jp", "docomo")).isEqualTo("docomo");
        assertThat(whose("notgoogle.com", "mx.notgoogle.com", null)).isEqualTo("default");
        assertThat(whose("ymobile.ne.jp", "ymx1.softbank.ne.jp", null)).isEqualTo("ymobile");
    }

    @Test
    void only_what_differs_is_kept_and_two_cannot_overwrite_each_other() {
        assertThat(changes.save("docomo", Map.of("connections", "2"), 0, operator, NOW)).isTrue();
        assertThat(changes.save("docomo", Map.of("connections", "9"), 0, operator, NOW)).isFalse();
        assertThat(changes.save("docomo", Map.of("mails-per-minute", "480"), 1, operator, NOW)).isTrue();
        assertThat(changes.of("docomo").orElseThrow().values()).containsExactly(Map.entry("mails-per-minute", "480"));
        Providers now = ProviderChanges.applied(Providers.shipped(), changes.all());
        assertThat(shaping(now, "docomo").mailsPerMinute()).isEqualTo(480);
        assertThat(shaping(now, "docomo").connections()).isEqualTo(shaping(Providers.shipped(), "docomo").connections());
    }

    @Test
    void a_provider_can_be_added_and_what_nobody_understands_does_not_count() {
        changes.save(
                "example",
                Map.of("name", "例の会社", "hosts", "mx.example.jp", "connections", "0", "colour", "blue", "rest-minutes", "7"),
                0, operator, NOW);
        Providers now = ProviderChanges.applied(Providers.shipped(), changes.all());
        Provider added = now.of("a.example", "mx.example.jp", null);
        assertThat(added.japanese()).isEqualTo("例の会社");
        assertThat(now.shapingOf(added).rest()).isEqualTo(Duration.ofMinutes(7));
        assertThat(now.shapingOf(added).connections()).isEqualTo(now.shapingOf(now.standard()).connections());
    }

    @Test
    void where_time_runs_faster_rates_are_higher_and_rests_shorter() {
        Shaping docomo = shaping(Providers.shipped().faster(60), "docomo");
        assertThat(docomo.mailsPerSecond()).isEqualTo(600);
        assertThat(docomo.connections()).isEqualTo(4);
        assertThat(docomo.rest()).isEqualTo(Duration.ofSeconds(30));
    }

    @Test
    void a_broken_list_is_refused_with_the_line_and_the_reason() {
        refused("provider x \"x\" \"x\"", "line 1: the first provider, and no other, is default");
        refused(ALL + "provider default \"x\" \"x\"", "line 5: the first provider, and no other, is default");
        refused(ALL + "provider X \"x\" \"x\"", "line 5: a provider begins with");
        refused(ALL + "provider x \"x\" \"x\"\nconnections 0", "line 6: connections is a number from 1 to 200, not 0");
        refused(ALL + "provider x \"x\" \"x\"\nconnection 1", "line 6: no such field: connection");
        refused(ALL + "provider x \"x\" \"x\"\nconnections", "line 6: a value is missing");
        refused(ALL + "provider x \"x\" \"x\"\ndomains Example.jp", "line 6: not a name in lower case: Example.jp");
        refused("provider default \"x\" \"x\"\nconnections 1", "default needs every value");
    }

    private static void refused(String list, String why) {
        assertThatThrownBy(() -> ProviderFile.read(list)).hasMessageContaining(why);
    }

    private static String whose(String domain, String hosts, String listed) {
        return Providers.shipped().of(domain, hosts, listed).key();
    }

    private static Shaping shaping(Providers providers, String key) {
        return providers.shapingOf(providers.find(key).orElseThrow());
    }
}
