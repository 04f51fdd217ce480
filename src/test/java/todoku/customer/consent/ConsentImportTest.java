package todoku.customer.consent;

import static java.time.ZoneOffset.UTC;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.CustomerImport;
import todoku.customer.Groups;
import todoku.customer.ImportChoices;
import todoku.customer.ImportKey;
import todoku.customer.ImportMode;
import todoku.customer.ImportProgress;
import todoku.customer.ImportReading;
import todoku.customer.LineClass;
import todoku.database.TestDatabase;
import todoku.mailing.Addresses;

/// What the lines of a file say about who agreed.
class ConsentImportTest {
    private static final String HEADER = "メールアドレス,同意日時,同意方法,同意文書,同意IP,利用目的\n";
    private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");

    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    Path folder;

    private CustomerImport imports;
    private long group;

    @BeforeEach
    void an_empty_house() {
        database.client().sql("TRUNCATE consent, customer, membership, customer_group, customer_field, customer_import, customer_import_block,"
                + " address, domain RESTART IDENTITY CASCADE").update();
        Consents consents = new Consents(database.database(), new byte[32], ZoneId.of("Asia/Tokyo"));
        imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> NOW, consents);
        group = new Groups(database.client()).findOrCreate(1, "会員").id();
    }

    @Test
    void each_line_becomes_a_consent_with_all_it_says() throws IOException {
        imported(HEADER + "a@example.jp,2025/12/31 23:59,Webフォーム,会員登録 第3版,203.0.113.5,新商品のご案内\n"
                + "b@example.jp,2025年4月1日,,,::1,\n"
                + "c@example.jp,,Webフォーム,会員登録 第3版,,新商品のご案内\n");
        assertThat(consents()).containsExactly(
                "a@example.jp 2025-12-31T14:59 Webフォーム 会員登録 第3版 203.0.113.5 新商品のご案内",
                "b@example.jp 2025-03-31T15:00 - - ::1 -");
        assertThat(count("SELECT count(*) FROM consent WHERE source = 'IMPORT' AND import_id IS NOT NULL AND customer_id IS NOT NULL")).isEqualTo(2);
        assertThat(count("SELECT count(*) FROM customer")).isEqualTo(3);
        assertThat(count("SELECT count(*) FROM customer_field")).isZero();
    }

    @Test
    void a_bad_date_or_address_of_a_computer_refuses_the_line_with_a_sentence() throws IOException {
        ImportProgress end = imported(HEADER + "good@example.jp,2025/01/02,,,,\n" + "when@example.jp,さくねん,,,,\n" + "later@example.jp,2026/01/07,,,,\n"
                + "early@example.jp,0025/01/07,,,,\n" + "ip@example.jp,2025/01/02,,,203.0.113.500,\n" + "name@example.jp,2025/01/02,,,example.jp,\n"
                + "long@example.jp,2025/01/02," + "あ".repeat(201) + ",,,\n");
        assertThat(consents()).hasSize(1);
        assertThat(count("SELECT count(*) FROM customer")).isEqualTo(1);
        assertThat(count("SELECT count(*) FROM address")).isEqualTo(1);
        var csv = new java.io.ByteArrayOutputStream();
        imports.resultCsv(end.id(), LineClass.FAILURE, csv);
        assertThat(csv.toString("windows-31j")).contains("「同意日時」: 同意した日時ではありません", "（さくねん）", "これからの日時です", "「同意IP」: IPアドレスではありません", "（203.0.113.500）",
                "「同意方法」: 長すぎます（200文字まで）");
    }

    @Test
    void the_same_file_again_adds_nothing_and_a_later_consent_stands_beside_the_first() throws IOException {
        String line = "a@example.jp,2025/01/02,紙,申込書,,案内\n";
        imported(HEADER + line + line);
        imported(HEADER + line);
        imported(HEADER + "a@example.jp,2025/06/07,紙,申込書,,案内\n");
        assertThat(consents()).containsExactly("a@example.jp 2025-01-01T15:00 紙 申込書 - 案内", "a@example.jp 2025-06-06T15:00 紙 申込書 - 案内");
    }

    @Test
    void without_a_date_the_names_are_ordinary_fields() throws IOException {
        imported("メールアドレス,利用目的\na@example.jp,通院\n");
        assertThat(database.client().sql("SELECT custom->>'利用目的' FROM customer").query(String.class).single()).isEqualTo("通院");
        imported("メールアドレス,同意日時,利用目的\na@example.jp,2025/01/02,転院\n");
        assertThat(database.client().sql("SELECT custom->>'利用目的' FROM customer").query(String.class).single()).isEqualTo("転院");
        assertThat(consents()).containsExactly("a@example.jp 2025-01-01T15:00 - - - -");
    }

    @Test
    void a_column_of_any_name_can_be_chosen() throws IOException {
        Path file = Files.writeString(folder.resolve("chosen.csv"), "メールアドレス,登録,ip\na@example.jp,2025/01/02,203.0.113.5\n");
        run(file, new ImportReading(null, Map.of(1, "CONSENT_AT", 2, "CONSENT_IP")));
        assertThat(consents()).containsExactly("a@example.jp 2025-01-01T15:00 - - 203.0.113.5 -");
        assertThat(run(file, new ImportReading(null, Map.of(2, "CONSENT_IP"))).why()).startsWith("同意日時の列がありません。");
    }

    @Test
    void thousands_of_lines_are_each_on_record() throws IOException {
        var text = new StringBuilder(HEADER);
        IntStream.range(0, 4_500).forEach(n -> text.append("m").append(n).append("@example.jp,2025/01/02 10:00:00,紙,申込書,203.0.113.5,案内\n"));
        imported(text.toString());
        assertThat(count("SELECT count(*) FROM consent")).isEqualTo(4_500);
        assertThat(count("SELECT count(DISTINCT address_key) FROM consent")).isEqualTo(4_500);
    }

    @Test
    void customers_deleted_by_a_file_leave_their_proof() throws IOException {
        imported(HEADER + "a@example.jp,2025/01/02,,,,\n" + "b@example.jp,2025/01/02,,,,\n");
        Path file = Files.writeString(folder.resolve("delete.csv"), "メールアドレス\na@example.jp\n");
        imports.run(imports.start(file, new ImportChoices(
                "delete.csv", null, ImportMode.DELETE, ImportKey.ADDRESS, null, ImportReading.AUTOMATIC, List.of(1L))).id(), file);
        assertThat(count("SELECT count(*) FROM customer")).isEqualTo(1);
        assertThat(count("SELECT count(*) FROM consent WHERE customer_id IS NULL AND erased_at = '2026-01-05T00:00:00Z'")).isEqualTo(1);
    }

    private ImportProgress imported(String text) throws IOException {
        return run(Files.writeString(Files.createTempFile(folder, "customers", ".csv"), text), ImportReading.AUTOMATIC);
    }

    private ImportProgress run(Path file, ImportReading reading) throws IOException {
        ImportProgress started = imports.start(file, new ImportChoices(
                "customers.csv", group, ImportMode.ADD_AND_OVERWRITE, ImportKey.ADDRESS, null, reading, List.of()));
        return started.why() == null ? imports.run(started.id(), file) : started;
    }

    private static List<String> consents() {
        return database.client().sql("""
                SELECT a.canonical, c.agreed_at, coalesce(c.method, '-'), coalesce(c.document, '-'), coalesce(host(c.ip), '-'), coalesce(c.purpose, '-')
                  FROM consent c JOIN address a ON a.id = c.address_id ORDER BY 1, 2
                """)
            .query((row, _) -> String.join(" ", row.getString(1), row.getTimestamp(2).toInstant().atOffset(UTC).toLocalDateTime().toString(),
                    row.getString(3), row.getString(4), row.getString(5), row.getString(6)))
            .list();
    }

    private static long count(String sql) {
        return database.client().sql(sql).query(Long.class).single();
    }
}
