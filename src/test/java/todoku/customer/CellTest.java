package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.LocalDate;
import java.time.LocalDateTime;
import org.junit.jupiter.api.Test;

class CellTest {

    @Test
    void dates_are_read_as_people_write_them() {
        var day = LocalDate.of(2024, 1, 5);
        assertThat(Cell.date("2024/1/5")).contains(day);
        assertThat(Cell.date("2024-01-05")).contains(day);
        assertThat(Cell.date("2024年1月5日")).contains(day);
        assertThat(Cell.date("　２０２４／０１／０５ ")).contains(day);
        assertThat(Cell.date("2023/2/29")).isEmpty();
        assertThat(Cell.date("2024/1-5")).isEmpty();
        assertThat(Cell.date("昨日")).isEmpty();
    }

    @Test
    void times_are_read_with_and_without_seconds() {
        assertThat(Cell.dateTime("2022/12/24 00:13")).contains(LocalDateTime.of(2022, 12, 24, 0, 13));
        assertThat(Cell.dateTime("2022-12-24T9:13:05")).contains(LocalDateTime.of(2022, 12, 24, 9, 13, 5));
        assertThat(Cell.dateTime("2022年12月24日 9時13分")).contains(LocalDateTime.of(2022, 12, 24, 9, 13));
        assertThat(Cell.dateTime("2022/12/24 25:00")).isEmpty();
    }

    @Test
    void numbers_may_have_separators_and_be_full_width() {
        assertThat(Cell.number("20,357")).contains(new BigDecimal("20357"));
        assertThat(Cell.number("￥１，２００")).contains(new BigDecimal("1200"));
        assertThat(Cell.number("-3.50円")).contains(new BigDecimal("-3.50"));
        assertThat(Cell.number("１２三")).isEmpty();
        assertThat(Cell.number("1,23")).isEmpty();
    }

    @Test
    void a_code_with_a_leading_zero_is_no_number() {
        assertThat(Cell.looksLikeNumber("007")).isFalse();
        assertThat(Cell.looksLikeNumber("0")).isTrue();
    }

    @Test
    void only_widths_are_changed() {
        assertThat(Cell.plain("　ﾀﾅｶ　ﾊﾅｺﾞ ３－６㈱①")).isEqualTo("タナカ ハナゴ 3-6㈱①");
    }

    @Test
    void a_cell_that_begins_like_a_formula_becomes_text() {
        assertThat(Spreadsheet.harmless("=HYPERLINK(\"x\")")).isEqualTo("'=HYPERLINK(\"x\")");
        assertThat(Spreadsheet.harmless("-1,200")).isEqualTo("-1,200");
    }
}
