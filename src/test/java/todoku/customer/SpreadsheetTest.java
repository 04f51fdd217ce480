package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpreadsheetTest {
    @ParameterizedTest
    @ValueSource(strings = {"=1+1", "+81-90", "-x", "@SUM(A1)", "\tx", "\rx", "'=1", "''=1", "＝１", "＠上"})
    void what_begins_like_a_formula_gets_an_apostrophe_and_comes_back_as_it_was(String text) {
        assertThat(Spreadsheet.harmless(text)).isEqualTo("'" + text);
        assertThat(Spreadsheet.meant("'" + text)).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "'", "'s-Hertogenbosch", "-1,200", "+3.5", "2026/01/05", "a=b", "上@下"})
    void other_text_and_numbers_stay_as_they_are(String text) {
        assertThat(Spreadsheet.harmless(text)).isEqualTo(text);
        assertThat(Spreadsheet.meant(text)).isEqualTo(text);
    }
}
