package todoku.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OneClickTest {
    private static final String FORM = "application/x-www-form-urlencoded";

    @Test
    void a_form_asks_with_the_one_field() {
        assertThat(asked(FORM, "List-Unsubscribe=One-Click")).isTrue();
        assertThat(asked(FORM + "; charset=UTF-8", "a=b&List%2DUnsubscribe=One%2DClick\r\n"))
                .isTrue();
    }

    @Test
    void a_form_in_parts_asks_with_the_one_field() {
        String body = "--x--y\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\nOne-Click\r\n--x--y--\r\n";

        assertThat(asked("multipart/form-data; boundary=x--y", body)).isTrue();
        assertThat(asked("Multipart/Form-Data; Boundary=\"x--y\"", body)).isTrue();
        assertThat(asked("multipart/form-data; boundary=other", "--x\n" + body)).isFalse();
        assertThat(asked("multipart/form-data", body)).isFalse();
    }

    @Test
    void anything_else_does_not_ask() {
        assertThat(asked(FORM, "")).isFalse();
        assertThat(asked(FORM, "List-Unsubscribe")).isFalse();
        assertThat(asked(FORM, "List-Unsubscribe=%")).isFalse();
        assertThat(asked(FORM, "List-Unsubscribe=no&x=One-Click")).isFalse();
        assertThat(asked("text/plain", "List-Unsubscribe=One-Click")).isFalse();
    }

    private static boolean asked(String type, String body) {
        return OneClick.isAsked(type, body.getBytes(UTF_8));
    }
}
