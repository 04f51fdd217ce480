package todoku.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EnvelopeTest {
    @Test
    void a_domain_beyond_ascii_is_written_as_dns_knows_it_and_needs_nothing() {
        Envelope envelope = new Envelope("", "user@日本語.example");
        assertThat(envelope.to()).isEqualTo("user@xn--wgv71a119e.example");
        assertThat(envelope.needsUtf8()).isFalse();
    }

    @Test
    void only_what_stands_before_the_at_needs_smtputf8() {
        assertThat(new Envelope("", "配信@日本語.example").to()).isEqualTo("配信@xn--wgv71a119e.example");
        assertThat(new Envelope("", "配信@shop.jp").needsUtf8()).isTrue();
        assertThat(new Envelope("返送@shop.jp", "a@shop.jp").needsUtf8()).isTrue();
        assertThat(new Envelope("a@shop.jp", "b@shop.jp").needsUtf8()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a b@shop.jp", "a\r@shop.jp", "a>@shop.jp", "a\u0085@shop.jp", "a\u3000@shop.jp", "a\ud83d@shop.jp", "a\ude00@shop.jp", "a\u2028@shop.jp"})
    void nothing_in_it_can_end_a_command(String path) {
        assertThatThrownBy(() -> new Envelope("", path)).isInstanceOf(IllegalArgumentException.class);
    }
}
