package todoku.database;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/// Keeps `schema.sql`, the page that shows all tables as the migrations leave them.
class SchemaTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Path PAGE = Path.of("src/main/resources/db/schema.sql");
    private static final int LINE_WIDTH = 120;
    private static final String HEAD = """
            -- All tables as the migrations leave them. Generated; to read, not to run. After a new migration:
            -- mvn test -Dtest=SchemaTest -Dtodoku.schema=write
            """;

    @Test
    void schema_sql_shows_the_tables_the_migrations_make() throws IOException {
        String page = HEAD + shortened(tables().stream().map(SchemaTest::shown).collect(Collectors.joining()));

        if ("write".equals(System.getProperty("todoku.schema"))) Files.writeString(PAGE, page);

        assertThat(Files.readString(PAGE))
                .as("%s is old: run mvn test -Dtest=SchemaTest -Dtodoku.schema=write", PAGE)
                .isEqualTo(page);
    }

    private static String shortened(String page) {
        return page.replace("timestamp with time zone", "timestamptz")
                .replace("::text", "")
                .replace("::jsonb", "");
    }

    private static String shown(String table) {
        var text = new StringBuilder("\nCREATE TABLE ").append(table).append(" (\n");
        var line = new StringBuilder("   ");
        List<String> columns = columns(table);
        List<String> constraints = constraints(table);
        for (int i = 0; i < columns.size(); i++) {
            boolean last = i == columns.size() - 1 && constraints.isEmpty();
            String column = " " + columns.get(i) + (last ? "" : ",");
            if (line.length() + column.length() > LINE_WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder("   ");
            }
            line.append(column);
        }
        text.append(line);
        for (int i = 0; i < constraints.size(); i++)
            text.append("\n    ").append(constraints.get(i)).append(i == constraints.size() - 1 ? "" : ",");
        text.append(");\n");
        for (String index : indexes(table)) text.append(index).append(";\n");
        return text.toString();
    }

    private static List<String> tables() {
        return names("""
                SELECT relname FROM pg_class
                 WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
                   AND relname <> 'flyway_schema_history'
                 ORDER BY relname COLLATE "C"
                """, "");
    }

    private static List<String> columns(String table) {
        return names("""
                SELECT a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
                       || CASE WHEN a.attidentity <> '' THEN ' GENERATED AS IDENTITY'
                               WHEN a.attgenerated <> '' THEN ' GENERATED AS (' || pg_get_expr(d.adbin, d.adrelid) || ')'
                               ELSE coalesce(' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid), '') END
                       || CASE WHEN a.attnotnull AND a.attidentity = '' THEN ' NOT NULL' ELSE '' END
                  FROM pg_attribute a LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
                 WHERE a.attrelid = :table::regclass AND a.attnum > 0 AND NOT a.attisdropped
                 ORDER BY a.attnum
                """, table);
    }

    private static List<String> constraints(String table) {
        return names("""
                SELECT pg_get_constraintdef(oid) FROM pg_constraint
                 WHERE conrelid = :table::regclass AND contype IN ('p', 'u', 'f', 'c', 'x')
                 ORDER BY position(contype::text IN 'puxfc'), pg_get_constraintdef(oid) COLLATE "C"
                """, table);
    }

    /// Those a constraint does not bring along.
    private static List<String> indexes(String table) {
        return names("""
                SELECT replace(pg_get_indexdef(i.indexrelid), 'public.', '') FROM pg_index i
                 WHERE i.indrelid = :table::regclass
                   AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid AND c.conrelid = i.indrelid)
                 ORDER BY i.indexrelid::regclass::text COLLATE "C"
                """, table);
    }

    private static List<String> names(String sql, String table) {
        var statement = database.client().sql(sql);
        if (!table.isEmpty()) statement = statement.param("table", table);
        return statement.query(String.class).list();
    }
}
