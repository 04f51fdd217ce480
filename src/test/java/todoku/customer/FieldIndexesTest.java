package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;

class FieldIndexesTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private final Fields fields = new Fields(database.database());
    private final FieldIndexes indexes = new FieldIndexes(database.database());

    @BeforeEach
    void nothing_is_there() {
        database.client().sql("TRUNCATE customer, customer_field, customer_import, address, domain RESTART IDENTITY CASCADE").update();
        indexes.look();
    }

    @Test
    void the_expression_of_a_field_of_any_type_and_name_uses_its_index() {
        customers(2_000);
        for (FieldType type : FieldType.values()) {
            if (!type.maybeSearched()) continue;
            Field field = searched("it's \\ :a ?_" + type, type);
            indexes.look();
            assertThat(fields.find(field.id()).orElseThrow().index()).as(type.name()).isEqualTo(Field.IndexState.READY);
            String condition = switch (type) {
                case NUMBER -> " >= 7";
                case DATE, DATETIME -> " BETWEEN '2026-01-01' AND '2026-01-31'";
                case CHOICES -> " @> to_jsonb(:x::text)";
                default -> " = :x";
            };
            List<String> plan = database.database().inTransaction(() -> {
                database.client().sql("SET LOCAL enable_seqscan = off").update();
                return database.client().sql("EXPLAIN SELECT count(*) FROM customer c WHERE " + field.sql("c") + condition)
                        .param("x", "x").query(String.class).list();
            });
            assertThat(String.join("\n", plan)).contains(FieldIndexes.name(field, "search"));
        }
    }

    @Test
    void the_index_goes_when_nobody_needs_it_any_more() {
        Field field = searched("ランク", FieldType.TEXT);
        indexes.look();
        assertThat(there()).containsExactly(FieldIndexes.name(field, "search"));
        fields.edit(Field.plain("ランク", FieldType.TEXT).as(field.id(), 1));
        indexes.look();
        assertThat(there()).isEmpty();
        assertThat(fields.find(field.id()).orElseThrow().index()).isEqualTo(Field.IndexState.NONE);
    }

    @Test
    void what_a_crash_left_half_made_is_made_again() {
        Field field = searched("点", FieldType.NUMBER);
        indexes.look();
        database.client().sql("UPDATE pg_index SET indisvalid = false WHERE indexrelid = '" + FieldIndexes.name(field, "search") + "'::regclass").update();
        indexes.look();
        assertThat(database.client().sql("SELECT indisvalid FROM pg_index WHERE indexrelid = '" + FieldIndexes.name(field, "search") + "'::regclass")
                .query(Boolean.class).single()).isTrue();
    }

    @Test
    void an_index_that_a_restore_did_not_bring_is_made() {
        Field field = searched("日", FieldType.DATE);
        indexes.look();
        database.client().sql("DROP INDEX " + FieldIndexes.name(field, "search")).update();
        indexes.look();
        assertThat(there()).containsExactly(FieldIndexes.name(field, "search"));
    }

    @Test
    void a_value_that_is_there_twice_is_told_and_nothing_stays_half_made() {
        customers(3);
        database.client().sql("UPDATE customer SET custom = '{\"カード\": \"1\"}' WHERE id <= 2").update();
        long id = fields.add(Field.plain("カード", FieldType.TEXT).with(true, false)).orElseThrow();
        indexes.look();
        Field failed = fields.find(id).orElseThrow();
        assertThat(failed.index()).isEqualTo(Field.IndexState.FAILED);
        assertThat(failed.indexWhy()).isEqualTo("同じ値の顧客が 2 人います。");
        assertThat(there()).isEmpty();

        database.client().sql("UPDATE customer SET custom = '{}' WHERE id = 2").update();
        fields.indexAgain(id);
        indexes.look();
        assertThat(fields.find(id).orElseThrow().index()).isEqualTo(Field.IndexState.READY);
    }

    private Field searched(String key, FieldType type) {
        return fields.find(fields.add(Field.plain(key, type).with(false, true)).orElseThrow()).orElseThrow();
    }

    private static List<String> there() {
        return database.client().sql("SELECT relname FROM pg_class WHERE relname LIKE 'customer\\_field\\_%\\_search' OR relname LIKE 'customer\\_field\\_%\\_unique'")
                .query(String.class).list();
    }

    private static void customers(int many) {
        database.client().sql("INSERT INTO domain (name) VALUES ('example.jp') ON CONFLICT DO NOTHING").update();
        database.client().sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id)
                           SELECT n || '@example.jp', n || '@example.jp', (SELECT min(id) FROM domain) FROM generate_series(1, :many) n RETURNING id)
                INSERT INTO customer (address_id, custom, created_at, changed_at) SELECT id, '{}', now(), now() FROM a
                """).param("many", many).update();
    }
}
