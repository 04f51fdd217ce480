package todoku.segment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import todoku.access.Masking;
import todoku.database.TestDatabase;

class RulesTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    /// 00:30 on the 2nd in Tokyo, still the 1st in London.
    static final Instant NOW = Instant.parse("2026-04-01T15:30:00Z");

    final Rules rules = new Rules(database.client(), () -> NOW, ZoneId.of("Asia/Tokyo"));

    @BeforeAll
    static void people() {
        var db = database.client();
        db.sql("""
                INSERT INTO customer_field (key, label, type, position)
                VALUES ('rank', '会員ランク', 'TEXT', 1), ('points', 'ポイント', 'NUMBER', 2), ('bought', '最終購入日', 'DATETIME', 3)
                """).update();
        person("hanako", "佐藤", "東京都", "1990-04-10", "{\"rank\":\"ゴールド\",\"points\":1200,\"bought\":\"2026-04-01T09:00:00\"}");
        person("taro", "鈴木", "大阪府", "1985-12-31", "{\"rank\":\"シルバー\",\"points\":300.5,\"bought\":\"2025-01-05T09:00:00\"}");
        person("jiro", "佐々木_1%", null, null, "{\"points\":\"many\"}");
    }

    private static void person(String local, String family, String prefecture, String birthday, String custom) {
        database.client().sql("""
                WITH d AS (INSERT INTO domain (name) VALUES ('example.jp') ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id),
                     a AS (INSERT INTO address (canonical, as_written, domain_id)
                           SELECT :address, :address, id FROM d RETURNING id)
                INSERT INTO customer (number, address_id, family_name, prefecture, birthday, custom, created_at, changed_at)
                SELECT :local, id, :family, :prefecture, :birthday::date, :custom::jsonb, '2026-03-01T16:00:00Z', now() FROM a
                """)
                .param("address", local + "@example.jp")
                .param("local", local)
                .param("family", family)
                .param("prefecture", prefecture)
                .param("birthday", birthday)
                .param("custom", custom)
                .update();
    }

    @Test
    void what_a_tested_person_has_is_told_and_personal_data_is_masked() {
        long hanako = database.client().sql("SELECT id FROM customer WHERE number = 'hanako'").query(Long.class).single();
        Rule rule = new Rule.Any(List.of(
                new Condition("birthday", Operator.FILLED), new Condition("address", Operator.CONTAINS, "taro"),
                new Condition("custom.points", Operator.AT_LEAST, "2000"), new Condition("custom.bought", Operator.EMPTY)));

        assertThat(rules.test(rule, hanako, Locale.JAPANESE, Masking.all()).orElseThrow())
                .extracting(Tick::depth, Tick::has, Tick::met)
                .containsExactly(
                        tuple(0, "", true), tuple(1, "＊＊＊", true), tuple(1, "h***@example.jp", false),
                        tuple(1, "1200", false), tuple(1, "2026/04/01", false), tuple(0, "", true));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            prefecture    | EQUALS     | 東京都            | hanako
            prefecture    | NOT_EQUALS | 東京都            | jiro taro
            prefecture    | ONE_OF     | 東京都;大阪府      | hanako taro
            prefecture    | EMPTY      |                  | jiro
            prefecture    | FILLED     |                  | hanako taro
            family_name   | STARTS     | 佐               | hanako jiro
            family_name   | CONTAINS   | _1%              | jiro
            family_name   | CONTAINS   | %                | jiro
            address       | CONTAINS   | hanako@          | hanako
            birthday      | BETWEEN    | 1985/1/1;１９８９年１２月３１日 | taro
            birthday      | IN_MONTH   | 4                | hanako
            created_at    | PAST_DAYS  | 31               | hanako jiro taro
            created_at    | PAST_DAYS  | 30               |
            custom.rank   | EQUALS     | ゴールド          | hanako
            custom.points | AT_LEAST   | １，２００         | hanako
            custom.points | AT_MOST    | 300.5            | taro
            custom.points | SAME       | 1200             | hanako
            custom.bought | PAST_DAYS  | 1                | hanako
            custom.bought | BETWEEN    | 2025-01-05;2025-01-05 | taro
            custom.bought | EMPTY      |                  | jiro
            """)
    void a_condition_finds_those_it_describes(String field, Operator operator, String values, String found) {
        assertThat(numbers(condition(field, operator, values))).isEqualTo(found == null ? "" : found);
    }

    @Test
    void all_conditions_must_be_met() {
        assertThat(numbers(new Rule.All(List.of(
                        new Condition("custom.points", Operator.AT_LEAST, "100"),
                        new Condition("prefecture", Operator.EQUALS, "大阪府")))))
                .isEqualTo("taro");
        assertThat(numbers(Rule.EVERYBODY)).isEqualTo("hanako jiro taro");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            shoe_size       | EQUALS    | 24       | NO_FIELD
            custom.x' OR 1  | EQUALS    | 24       | NO_FIELD
            prefecture      | AT_LEAST  | 3        | WRONG_OPERATOR
            prefecture      | EQUALS    |          | NO_VALUE
            custom.points   | AT_LEAST  | たくさん   | NOT_A_NUMBER
            birthday        | BETWEEN   | 2026/2/30;2026/3/1 | NOT_A_DATE
            birthday        | BETWEEN   | 2026/3/1;2026/2/1  | BACKWARDS
            birthday        | PAST_DAYS | 1.5      | NOT_DAYS
            birthday        | IN_MONTH  | 13       | NOT_A_MONTH
            """)
    void what_cannot_be_asked_is_named(String field, Operator operator, String values, Problem.Kind kind) {
        Rule asked = condition(field, operator, values);

        assertThat(rules.problems(asked)).containsExactly(new Problem("0", kind));
        assertThatThrownBy(() -> rules.where(asked)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"T\0x", "T\uD800", "\uDC00T"})
    void what_the_database_cannot_hold_cannot_be_asked_for(String value) {
        assertThat(rules.problems(new Condition("prefecture", Operator.EQUALS, value)))
                .containsExactly(new Problem("0", Problem.Kind.NOT_A_CHARACTER));
        assertThat(rules.problems(new Condition("prefecture", Operator.EQUALS, "𠮷野家😀"))).isEmpty();
    }

    @Test
    void the_whole_reads_as_a_sentence() {
        Rule asked = new Rule.All(List.of(
                new Condition("prefecture", Operator.ONE_OF, "東京都", "大阪府"),
                new Condition("custom.bought", Operator.PAST_DAYS, "90")));

        assertThat(rules.sentence(asked, Locale.JAPANESE)).isEqualTo("都道府県が「東京都」「大阪府」のどれか、かつ 最終購入日が過去 90 日以内");
        assertThat(rules.sentence(asked, Locale.ENGLISH))
                .isEqualTo("Prefecture is one of \"東京都\", \"大阪府\" and 最終購入日 is within the past 90 days");
    }

    @Test
    void a_condition_is_the_same_after_it_was_stored() {
        Rule asked = new Condition("birthday", Operator.BETWEEN, "2026/01/01", "2026/12/31");

        assertThat(Rules.read(Rules.json(asked))).isEqualTo(asked);
    }

    private static Condition condition(String field, Operator operator, String values) {
        return new Condition(field, operator, values == null ? List.of() : List.of(values.split(";")));
    }

    private String numbers(Rule asked) {
        Where where = rules.where(asked);
        return String.join(" ", database.client()
                .sql("SELECT number FROM customer c WHERE " + where.sql() + " ORDER BY number")
                .params(where.parameters())
                .query(String.class)
                .list());
    }
}
