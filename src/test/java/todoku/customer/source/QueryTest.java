package todoku.customer.source;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class QueryTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "SELECT * FROM member",
        "select no, email from shop.member where rank = 'it''s; -- not a comment' and \"update\" > 0",
        "WITH gold AS (SELECT * FROM member WHERE rank = '金') SELECT * FROM gold",
        "(SELECT a FROM b) UNION ALL (SELECT a FROM c)",
        "SELECT updated_at, deleted, replace(a, 'x', 'y') FROM m WHERE forum = 1",
        "SELECT data #>> '{a}' FROM member;"
    })
    void one_select_will_do(String sql) {
        assertThat(Query.check(Query.plain(sql), SourceKind.POSTGRESQL)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '~', textBlock = """
            SELECT 1; DROP TABLE member               | SEVERAL
            SELECT 1;;                                | SEVERAL
            DELETE FROM member                        | NOT_SELECT
            ; SELECT 1                                | SEVERAL
            'x' SELECT                                | NOT_SELECT
            WITH x AS (DELETE FROM member RETURNING *) SELECT * FROM x | WRITES
            SELECT * INTO copy FROM member            | WRITES
            SELECT * FROM member INTO OUTFILE '/tmp/x'| WRITES
            SELECT * FROM member FOR UPDATE           | LOCKS
            SELECT * FROM member FOR NO KEY UPDATE    | LOCKS
            SELECT * FROM member FOR SHARE            | LOCKS
            SELECT * FROM member LOCK IN SHARE MODE   | LOCKS
            SELECT 1 -- comment                       | COMMENT
            SELECT 1 /*!50000 INTO OUTFILE 'x' */     | COMMENT
            SELECT 1 # comment                        | COMMENT
            SELECT 'a\\'; DROP TABLE member; '         | BACKSLASH
            SELECT $$; DROP$$                         | DOLLAR
            SELECT 'open                              | UNCLOSED
            SELECT `a                                 | UNCLOSED
            """)
    void anything_else_is_refused_with_its_reason(String sql, Query.Problem problem) {
        assertThat(Query.check(Query.plain(sql), SourceKind.MYSQL).orElseThrow().problem()).isEqualTo(problem);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "   ", ";"})
    void nothing_is_no_query(String sql) {
        assertThat(Query.check(Query.plain(sql), SourceKind.POSTGRESQL).orElseThrow().problem()).isEqualTo(Query.Problem.EMPTY);
    }
}
