package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import todoku.delivery.SendingIp.Cause;
import todoku.mail.smtp.Reply;

class BlocksTest {
    private static final Instant NOW = Instant.parse("2026-11-22T01:00:00Z");
    private static final Reply THEIR_OWN = new Reply(550, "5.7.1 weren't sent: part of their network is on our block list (S3140)");

    private final Blocks blocks = new Blocks();

    @Test
    void one_provider_alone_says_nothing_about_the_address() {
        assertThat(blocks.add(1, "outlook", THEIR_OWN, NOW)).isNull();
        assertThat(blocks.add(1, "outlook", THEIR_OWN, NOW)).isNull();
        assertThat(blocks.add(1, "docomo", THEIR_OWN, NOW)).isNull();
        assertThat(blocks.add(2, "gmail", THEIR_OWN, NOW)).isNull();
    }

    @Test
    void three_within_an_hour_do() {
        blocks.add(1, "outlook", THEIR_OWN, NOW);
        blocks.add(1, "docomo", THEIR_OWN, NOW.plus(Duration.ofMinutes(50)));
        assertThat(blocks.add(1, "gmail", THEIR_OWN, NOW.plus(Duration.ofMinutes(61)))).isNull();
        assertThat(blocks.add(1, "au", THEIR_OWN, NOW.plus(Duration.ofMinutes(62)))).isEqualTo(Cause.PROVIDERS);
        assertThat(blocks.add(1, "au", THEIR_OWN, NOW.plus(Duration.ofMinutes(63)))).isNull(); // it counts anew
    }

    @Test
    void a_public_list_of_addresses_does_at_once_and_one_of_domains_never() {
        assertThat(blocks.add(1, "a", new Reply(554, "blocked using zen.spamhaus.org"), NOW)).isEqualTo(Cause.BLOCKLIST);
        assertThat(blocks.add(1, "b", new Reply(550, "found in b.barracudacentral.org"), NOW)).isEqualTo(Cause.BLOCKLIST);
        assertThat(blocks.add(1, "c", new Reply(554, "5.7.1 domain listed in dbl.spamhaus.org"), NOW)).isNull();
        assertThat(blocks.add(1, "c", new Reply(554, "URL found in multi.surbl.org"), NOW)).isNull();
    }

    @Test
    void three_providers_that_refuse_a_domain_say_nothing_about_the_address() {
        var ofDomain = new Reply(554, "5.7.1 domain listed in dbl.spamhaus.org");
        for (String provider : List.of("outlook", "docomo", "gmail", "au")) assertThat(blocks.add(1, provider, ofDomain, NOW)).isNull();
        blocks.add(1, "outlook", THEIR_OWN, NOW);
        assertThat(blocks.add(1, "docomo", THEIR_OWN, NOW)).isNull();
        assertThat(blocks.add(1, "gmail", THEIR_OWN, NOW)).isEqualTo(Cause.PROVIDERS);
    }
}
