package todoku.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Arrays;
import java.util.Map;
import org.junit.jupiter.api.Test;
import todoku.tracking.LinkTokens.Claim;
import todoku.tracking.LinkTokens.Purpose;

class LinkTokensTest {
    private static final byte[] OLD = key(1);
    private static final byte[] NEW = key(2);

    private final LinkTokens tokens = new LinkTokens("https://m.example.jp", OLD);

    @Test
    void a_link_says_what_was_put_into_it() {
        long mailing = (1L << 48) - 1;

        assertThat(tokens.verify(Purpose.CLICK, token(tokens.clickUrl(mailing, Integer.MAX_VALUE, 65_535))))
                .contains(new Claim(Purpose.CLICK, mailing, Integer.MAX_VALUE, 65_535));
        assertThat(tokens.verify(Purpose.OPEN, token(tokens.openUrl(3_000_000_000L, 0))))
                .contains(new Claim(Purpose.OPEN, 3_000_000_000L, 0, 0));
        assertThat(tokens.verify(Purpose.UNSUBSCRIBE, token(tokens.unsubscribeUrl(7, 8))))
                .contains(new Claim(Purpose.UNSUBSCRIBE, 7, 8, 0));
    }

    @Test
    void a_link_stands_below_the_base_url_and_is_short() {
        assertThat(tokens.clickUrl(7, 8, 1)).matches("https://m\\.example\\.jp/c/[A-Za-z0-9_-]{40}");
        assertThat(new LinkTokens("https://m.example.jp/t/", OLD).openUrl(7, 8)).startsWith("https://m.example.jp/t/o/");
    }

    @Test
    void a_link_with_any_character_altered_is_not_ours() {
        String token = token(tokens.clickUrl(7, 8, 1));

        for (int i = 0; i < token.length(); i++)
            for (char c : "AQgw_-9".toCharArray())
                if (token.charAt(i) != c)
                    assertThat(tokens.verify(Purpose.CLICK, token.substring(0, i) + c + token.substring(i + 1)))
                            .isEmpty();
    }

    @Test
    void text_that_is_no_token_is_not_ours() {
        for (String text : new String[] {"", "A", "=".repeat(40), "あ".repeat(40), "A".repeat(40), "A".repeat(41)})
            assertThat(tokens.verify(Purpose.OPEN, text)).isEmpty();
    }

    @Test
    void a_click_link_can_neither_unsubscribe_nor_open_even_with_its_purpose_rewritten() {
        byte[] bytes = java.util.Base64.getUrlDecoder().decode(token(tokens.clickUrl(7, 8, 0)));

        for (Purpose other : new Purpose[] {Purpose.OPEN, Purpose.UNSUBSCRIBE})
            for (int code = 0; code < 4; code++) {
                bytes[1] = (byte) code;
                assertThat(tokens.verify(other, java.util.Base64.getUrlEncoder().encodeToString(bytes)))
                        .isEmpty();
            }
    }

    @Test
    void after_a_change_of_keys_the_old_links_still_work() {
        var changed = new LinkTokens("https://m.example.jp", 2, Map.of(1, OLD, 2, NEW));

        assertThat(changed.verify(Purpose.CLICK, token(tokens.clickUrl(7, 8, 1)))).isPresent();
        assertThat(changed.verify(Purpose.CLICK, token(changed.clickUrl(7, 8, 1)))).isPresent();
        assertThat(tokens.verify(Purpose.CLICK, token(changed.clickUrl(7, 8, 1)))).isEmpty();
    }

    @Test
    void what_does_not_fit_into_a_link_is_refused() {
        assertThatThrownBy(() -> tokens.clickUrl(1L << 48, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tokens.clickUrl(1, -1, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tokens.clickUrl(1, 0, 65_536)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new LinkTokens("https://m.example.jp", new byte[31]))
                .isInstanceOf(IllegalArgumentException.class);
    }

    static byte[] key(int fill) {
        byte[] key = new byte[32];
        Arrays.fill(key, (byte) fill);
        return key;
    }

    static String token(String url) {
        return url.substring(url.lastIndexOf('/') + 1);
    }
}
