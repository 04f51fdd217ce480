package todoku.mail.tls;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StsPolicyTest {
    @Test
    void a_policy_is_read_line_by_line() {
        StsPolicy policy = StsPolicy.read("version: STSv1\r\nmode:enforce\r\nmx: mail.example.jp\r\nmx: *.example.net\r\nmax_age: 604800\r\n")
                .orElseThrow();
        assertThat(policy.mode()).isEqualTo(StsPolicy.Mode.ENFORCE);
        assertThat(policy.longest()).isEqualTo(Duration.ofDays(7));
        assertThat(policy.names("MAIL.example.jp")).isTrue();
        assertThat(policy.names("a.example.net")).isTrue();
        assertThat(policy.names("example.net")).isFalse();
        assertThat(policy.names("b.a.example.net")).isFalse();
        assertThat(policy.names("evil-example.net")).isFalse();
    }

    @Test
    void it_counts_for_a_year_at_most_and_none_needs_no_hosts() {
        StsPolicy policy = StsPolicy.read("version: STSv1\nmode: none\nmax_age: 9999999999\nnew: thing\n").orElseThrow();
        assertThat(policy.mode()).isEqualTo(StsPolicy.Mode.NONE);
        assertThat(policy.longest()).isEqualTo(Duration.ofSeconds(31_557_600));
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", "<html></html>", "version: STSv2\nmode: enforce\nmx: a.jp\nmax_age: 1", "mode: enforce\nmx: a.jp\nmax_age: 1",
        "version: STSv1\nmode: enforce\nmax_age: 1", "version: STSv1\nmode: sometimes\nmx: a.jp\nmax_age: 1",
        "version: STSv1\nmode: enforce\nmx: a.jp\nmax_age: -1", "version: STSv1\nmode: enforce\nmx: a.jp",
        "version: STSv1\nmode: enforce\nmx: a*.jp\nmax_age: 1", "version: STSv1\nmode: enforce\nmx: *\nmax_age: 1"
    })
    void what_is_not_wholly_one_is_none(String text) {
        assertThat(StsPolicy.read(text)).isEmpty();
    }
}
