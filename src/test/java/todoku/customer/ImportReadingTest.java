package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.database.TestDatabase;
import todoku.mailing.Addresses;

/// Files whose character set and columns the operator knows better.
class ImportReadingTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    Path folder;

    private CustomerImport imports;
    private long group;

    @BeforeEach
    void an_empty_house() {
        database.client().sql("TRUNCATE customer, membership, customer_group, customer_field, customer_import, customer_import_block,"
                + " address, domain RESTART IDENTITY CASCADE").update();
        imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> Instant.parse("2026-01-05T00:00:00Z"));
        group = new Groups(database.client()).findOrCreate(1, "会員").id();
    }

    @Test
    void every_character_set_can_be_chosen_with_and_without_a_mark() throws IOException {
        String text = "メールアドレス,姓\na@example.jp,山田\n";
        for (ImportEncoding encoding : ImportEncoding.values())
            assertThat(preview(text.getBytes(Charset.forName(encoding == ImportEncoding.WINDOWS_31J ? "windows-31j" : encoding.label())), encoding).rows())
                    .as(encoding.label()).containsExactly(List.of("a@example.jp", "山田"));
        for (Charset unmarked : List.of(StandardCharsets.UTF_16LE, StandardCharsets.UTF_16BE))
            assertThat(preview(text.getBytes(unmarked), ImportEncoding.UTF_16).rows()).containsExactly(List.of("a@example.jp", "山田"));
        assertThat(preview(("\uFEFF" + text).getBytes(StandardCharsets.UTF_8), ImportEncoding.UTF_8).columns().getFirst().header()).isEqualTo("メールアドレス");
    }

    @Test
    void a_file_that_cannot_be_read_as_chosen_says_so() throws IOException {
        Path file = file("メールアドレス,姓\na@example.jp,山田\n".getBytes(Charset.forName("windows-31j")));
        assertThat(why(file, new ImportReading(ImportEncoding.UTF_8, Map.of())))
                .isEqualTo("このファイルは UTF-8 としては読めません。文字コードを選び直すか、「自動」にしてください。");
    }

    @Test
    void a_meaning_belongs_to_one_column() throws IOException {
        Path file = file("メール,携帯メール,姓,呼び名\na@example.jp,b@example.jp,山田,太郎\n");
        assertThat(why(file, columns(Map.of(3, "FAMILY_NAME")))).startsWith("「姓」の列が2つあります（「姓」と「呼び名」）。");
        assertThat(why(file, columns(Map.of(1, "ADDRESS")))).startsWith("「メールアドレス」の列が2つあります（「メール」と「携帯メール」）。");
        assertThat(why(file, columns(Map.of(2, "CITY", 3, "CITY")))).startsWith("「市区町村・番地」の列が2つあります（「姓」と「呼び名」）。");
        assertThat(why(file, columns(Map.of(0, "IGNORED", 1, "IGNORED")))).startsWith("メールアドレスの列がありません。");
        assertThat(imports.look(file, ImportKey.ADDRESS, columns(Map.of(0, "IGNORED", 1, "ADDRESS")))).isInstanceOf(ImportPreview.Look.Fine.class);
    }

    @Test
    void columns_are_registered_as_they_were_said_to_be_and_others_not_at_all() throws IOException {
        Path file = file("メール,携帯メール,番号,姓,ID\na@example.jp,b@example.jp,007,山田,12\n");
        run(file, columns(Map.of(0, "IGNORED", 1, "ADDRESS", 2, "TEXT", 3, "IGNORED", 4, "NUMBER")));
        assertThat(everybody()).containsExactly("b@example.jp 12 - {\"番号\": \"007\"}");
        assertThat(database.client().sql("SELECT key || ' ' || type FROM customer_field").query(String.class).list()).containsExactly("番号 TEXT");
    }

    @Test
    void two_equal_headers_are_no_trouble_when_one_of_them_is_not_used() throws IOException {
        Path file = file("メール,備考,備考\na@example.jp,一,二\n");
        assertThat(why(file, ImportReading.AUTOMATIC)).startsWith("見出し「備考」が2つ以上あります。");
        run(file, columns(Map.of(1, "IGNORED")));
        assertThat(everybody()).containsExactly("a@example.jp - - {\"備考\": \"二\"}");
    }

    @Test
    void an_import_goes_on_after_a_restart_as_it_was_to_be_read() throws IOException {
        var text = new StringBuilder("メール,姓,名\n");
        for (int n = 0; n < CustomerImport.CHUNK_LINES + 10; n++) text.append("m").append(n).append("@example.jp,山田,一郎\n");
        Path file = file(text.toString().getBytes(StandardCharsets.UTF_16LE));
        long id = imports.start(file, choices(new ImportReading(ImportEncoding.UTF_16, Map.of(1, "IGNORED", 2, "TEXT")))).id();
        database.client().sql("CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'power off'; END $$").update();
        database.client().sql("CREATE TRIGGER cut BEFORE UPDATE ON customer_import FOR EACH ROW WHEN (NEW.lines_done > 2000) EXECUTE FUNCTION cut()").update();
        assertThatThrownBy(() -> imports.run(id, file)).hasMessageContaining("power off");
        database.client().sql("DROP TRIGGER cut ON customer_import").update();
        database.client().sql("DROP FUNCTION cut()").update();

        var restarted = new CustomerImport(database.database(), new Addresses(database.client()), () -> Instant.parse("2026-01-05T01:00:00Z"));
        assertThat(restarted.run(id, file).success()).isEqualTo(2010);
        assertThat(database.client().sql("SELECT DISTINCT concat_ws(' ', family_name, given_name, custom) FROM customer").query(String.class).list())
                .containsExactly("{\"名\": \"一郎\"}");
    }

    private static ImportReading columns(Map<Integer, String> columns) {
        return new ImportReading(null, columns);
    }

    private ImportChoices choices(ImportReading reading) {
        return new ImportChoices("f.csv", group, ImportMode.ADD_AND_OVERWRITE, ImportKey.ADDRESS, null, reading, List.of());
    }

    private void run(Path file, ImportReading reading) throws IOException {
        ImportProgress started = imports.start(file, choices(reading));
        assertThat(started.why()).isNull();
        assertThat(imports.run(started.id(), file).failure()).isZero();
    }

    private String why(Path file, ImportReading reading) throws IOException {
        assertThat(imports.look(file, ImportKey.ADDRESS, reading)).isInstanceOf(ImportPreview.Look.Unusable.class);
        return ((ImportPreview.Look.Unusable) imports.look(file, ImportKey.ADDRESS, reading)).why();
    }

    private ImportPreview preview(byte[] bytes, ImportEncoding encoding) throws IOException {
        return ((ImportPreview.Look.Fine) imports.look(file(bytes), ImportKey.ADDRESS, new ImportReading(encoding, Map.of()))).preview();
    }

    private Path file(String text) throws IOException {
        return file(text.getBytes(StandardCharsets.UTF_8));
    }

    private Path file(byte[] bytes) throws IOException {
        return Files.write(folder.resolve("file.csv"), bytes);
    }

    private List<String> everybody() {
        return database.client().sql("""
                SELECT concat_ws(' ', a.canonical, coalesce(c.number, '-'), coalesce(c.family_name, '-'), c.custom)
                  FROM customer c JOIN address a ON a.id = c.address_id ORDER BY c.id
                """).query(String.class).list();
    }
}
