package todoku.customer.record;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.CustomerImport;
import todoku.customer.Groups;
import todoku.customer.ImportChoices;
import todoku.customer.ImportEncoding;
import todoku.customer.ImportKey;
import todoku.customer.ImportReading;
import todoku.customer.LineClass;
import todoku.customer.record.RecordProgress.State;
import todoku.database.TestDatabase;
import todoku.mailing.Addresses;

class RecordImportTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Path SHOP = Path.of("src/test/resources/shop");
    private static final Instant NOW = Instant.parse("2026-01-05T00:00:00Z");
    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

    @TempDir
    Path folder;

    private RecordKinds kinds;
    private RecordImport imports;
    private RecordKind orders;

    @BeforeEach
    void an_empty_house() {
        database.client().sql("TRUNCATE customer, membership, customer_group, customer_import, address, domain, record_kind RESTART IDENTITY CASCADE").update();
        kinds = new RecordKinds(database.database());
        imports = new RecordImport(database.database(), kinds, () -> NOW, TOKYO);
        orders = added(RecordKind.PRESETS.getFirst());
    }

    @Test
    void the_shop_s_orders_find_their_customers_and_the_same_file_again_changes_nothing() throws IOException {
        registered(SHOP.resolve("customers.csv"));
        assertThat(counts(imported(SHOP.resolve("orders.csv"), false))).containsExactly(29_356, 430, 0);
        assertThat(rows("SELECT count(*) || '/' || count(DISTINCT number) || '/' || sum(amount)::bigint FROM related_record"))
                .containsExactly("29356/29356/" + rows("SELECT sum((data->>'数量')::int * (data->>'単価')::int) FROM related_record").getFirst());
        assertThat(rows("SELECT at::text || amount || data FROM (SELECT at AT TIME ZONE 'Asia/Tokyo' AS at, amount, data FROM related_record WHERE number = 'O0000001') r"))
                .containsExactly("2022-12-28 22:23:008900{\"単価\": 8900, \"数量\": 1, \"状態\": \"注文\", \"商品名\": \"春のワンピース\", \"商品コード\": \"T-001\"}");

        List<String> before = rows("SELECT md5(string_agg(r::text, '|' ORDER BY id)) FROM related_record r");
        assertThat(counts(imported(SHOP.resolve("orders.csv"), false))).containsExactly(0, 430, 29_356);
        RecordProgress again = imported(SHOP.resolve("orders.csv"), true);
        assertThat(counts(again)).containsExactly(0, 430, 29_356);
        assertThat(rows("SELECT md5(string_agg(r::text, '|' ORDER BY id)) FROM related_record r")).isEqualTo(before);

        List<String> failed = csv(again, LineClass.FAILURE);
        assertThat(failed).hasSize(431);
        assertThat(failed.getFirst()).isEqualTo("注文番号,会員番号,注文日時,商品コード,商品名,数量,単価,状態,処理結果");
        assertThat(failed.get(1)).contains("この会員番号の顧客がいません（");
    }

    @Test
    void an_import_that_was_cut_off_goes_on_where_it_was() throws IOException {
        registered(SHOP.resolve("customers.csv"));
        Path file = SHOP.resolve("orders.csv");
        RecordProgress begun = imports.start(file, choices(orders, ImportKey.NUMBER, false));
        database.client().sql("""
                CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
                    IF NEW.lines_done > 10000 THEN RAISE 'cut'; END IF; RETURN NEW; END $$
                """).update();
        database.client().sql("CREATE TRIGGER cut BEFORE UPDATE ON record_import FOR EACH ROW EXECUTE FUNCTION cut()").update();
        assertThatThrownBy(() -> imports.run(begun.id(), file)).hasMessageContaining("cut");
        database.client().sql("DROP FUNCTION cut CASCADE").update();
        assertThat(imports.unfinished()).containsExactly(begun.id());
        assertThat(imports.progress(begun.id()).orElseThrow().linesDone()).isEqualTo(10_000);

        RecordProgress done = new RecordImport(database.database(), kinds, () -> NOW, TOKYO).run(begun.id(), file);
        assertThat(counts(done)).containsExactly(29_356, 430, 0);
        assertThat(csv(done, LineClass.SUCCESS)).hasSize(29_357);
        assertThat(rows("SELECT count(*) FROM related_record")).containsExactly("29356");
    }

    @Test
    void a_line_that_is_not_what_its_column_says_is_refused_whole_with_its_reason() throws IOException {
        someCustomers();
        RecordProgress done = imported(file("""
                注文番号,会員番号,注文日時,商品コード,数量,単価,状態
                1,1,2026/01/02 10:00,T-1,2,"1,200円",注文
                2,1,きのう,T-1,2,100,注文
                3,1,2026/01/02,T-1,ふたつ,100,注文
                4,1,2026/01/02,T-1,2,100,紛失
                ,1,2026/01/02,T-1,2,100,注文
                6,,2026/01/02,T-1,2,100,注文
                7,1,2026/01/02,T-1
                """), false);
        assertThat(counts(done)).containsExactly(1, 6, 0);
        assertThat(rows("SELECT amount || ' ' || (at AT TIME ZONE 'Asia/Tokyo') FROM related_record")).containsExactly("2400 2026-01-02 10:00:00");
        assertThat(csv(done, LineClass.FAILURE)).satisfiesExactly(
                header -> assertThat(header).endsWith("処理結果"),
                line -> assertThat(line).endsWith("「注文日時」: 日時ではありません（きのう）"),
                line -> assertThat(line).endsWith("「数量」: 数値ではありません（ふたつ）"),
                line -> assertThat(line).endsWith("「状態」: 選択肢にありません。選択肢は注文・発送済・返品・キャンセルです（紛失）"),
                line -> assertThat(line).endsWith("「注文番号」: 空欄です"),
                line -> assertThat(line).endsWith("「会員番号」: 空欄です"),
                line -> assertThat(line).endsWith("列の数が見出しと違います（見出し7列、この行4列）"));
    }

    @Test
    void a_known_number_is_overwritten_only_when_asked_and_keeps_what_the_file_has_no_column_for() throws IOException {
        someCustomers();
        imported(file("注文番号,会員番号,注文日時,商品名,数量,単価,状態\n1,1,2026/01/02,帽子,2,100,注文\n"), false);
        Path changed = file("注文番号,会員番号,注文日時,状態\n1,2,2026/01/02,発送済\n");
        assertThat(counts(imported(changed, false))).containsExactly(0, 0, 1);
        assertThat(rows("SELECT data->>'状態' FROM related_record")).containsExactly("注文");

        assertThat(counts(imported(changed, true))).containsExactly(1, 0, 0);
        assertThat(rows("SELECT customer_id || (data->>'状態') || (data->>'商品名') || amount FROM related_record")).containsExactly("2発送済帽子200");
        assertThat(counts(imported(changed, true))).containsExactly(0, 0, 1);
    }

    @Test
    void a_number_twice_in_a_file_is_one_record() throws IOException {
        someCustomers();
        Path twice = file("注文番号,会員番号,注文日時,状態\n1,1,2026/01/02,注文\n1,1,2026/01/03,返品\n");
        RecordProgress first = imported(twice, false);
        assertThat(counts(first)).containsExactly(1, 0, 1);
        assertThat(csv(first, LineClass.OTHER).get(1)).endsWith("同じ注文番号が2行目にあります（1）");
        assertThat(counts(imported(twice, true))).containsExactly(1, 0, 1);
        assertThat(rows("SELECT data->>'状態' FROM related_record")).containsExactly("返品");
    }

    @Test
    void records_without_numbers_are_known_by_all_they_say_and_customers_by_their_address() throws IOException {
        someCustomers();
        RecordKind visits = added(RecordKind.PRESETS.getLast());
        Path file = file("メールアドレス,来店日時,店舗,お会計,メモ\nTARO@example.jp ,2026/01/02 10:00,銀座,3000,\nhanako@example.jp,2026-01-02T01:00:00Z,銀座,3000,花束\nhanako@example.jp,2026/01/02 10:00,銀座,3000,花束\nnobody@example.jp,2026/01/02,,,\n");
        RecordProgress done = run(file, choices(visits, ImportKey.ADDRESS, false));
        assertThat(counts(done)).containsExactly(2, 1, 1);
        assertThat(csv(done, LineClass.FAILURE).get(1)).contains("このメールアドレスの顧客がいません");
        assertThat(counts(run(file, choices(visits, ImportKey.ADDRESS, false)))).containsExactly(0, 1, 3);
        assertThat(rows("SELECT count(DISTINCT at) || '/' || sum(amount) FROM related_record")).containsExactly("1/6000");
    }

    @Test
    void a_file_without_a_column_that_must_be_there_registers_nothing_and_says_which() throws IOException {
        someCustomers();
        assertThat(why("注文番号,会員番号\n1,1\n")).contains("「注文日時」の列がありません");
        assertThat(why("会員番号,注文日時\n1,2026/01/01\n")).contains("「注文番号」の列がありません");
        assertThat(why("注文番号,注文日時\n1,2026/01/01\n")).contains("「会員番号」の列がありません");
        assertThat(why("注文番号,会員番号,顧客番号,注文日時\n1,1,1,2026/01/01\n")).contains("「会員番号」の列が2つあります");
        assertThat(why("注文番号,会員番号,注文日時\n\"1,1,2026/01/01\n")).contains("引用符");
        assertThat(rows("SELECT count(*) FROM related_record")).containsExactly("0");
    }

    @Test
    void columns_of_other_names_are_chosen_by_hand() throws IOException {
        someCustomers();
        Path file = file("no,who,when,n\nA1,1,2026/01/02,3\n");
        ImportReading reading = new ImportReading(ImportEncoding.UTF_8, Map.of(0, "NUMBER", 1, "CUSTOMER", 2, "AT", 3, "FIELD:数量"));
        assertThat(counts(run(file, new RecordChoices(orders.id(), "a.csv", ImportKey.NUMBER, false, reading)))).containsExactly(1, 0, 0);
        assertThat(rows("SELECT number || data || coalesce(amount::text, '-') FROM related_record")).containsExactly("A1{\"数量\": 3}-");
    }

    private void registered(Path customers) throws IOException {
        var imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> NOW);
        long group = new Groups(database.client()).findOrCreate(1, "会員").id();
        imports.run(imports.start(customers, new ImportChoices("customers.csv", group, false)).id(), customers);
    }

    private void someCustomers() throws IOException {
        registered(file("会員番号,メールアドレス\n1,taro@example.jp\n2,hanako@example.jp\n"));
    }

    private RecordKind added(RecordKind kind) {
        return kinds.find(kinds.add(kind, null, NOW).orElseThrow()).orElseThrow();
    }

    private Path file(String text) throws IOException {
        return Files.writeString(Files.createTempFile(folder, "file", ".csv"), text, StandardCharsets.UTF_8);
    }

    private static RecordChoices choices(RecordKind kind, ImportKey by, boolean overwrite) {
        return new RecordChoices(kind.id(), "a.csv", by, overwrite, ImportReading.AUTOMATIC);
    }

    private RecordProgress imported(Path file, boolean overwrite) throws IOException {
        return run(file, choices(orders, ImportKey.NUMBER, overwrite));
    }

    private RecordProgress run(Path file, RecordChoices choices) throws IOException {
        RecordProgress done = imports.run(imports.start(file, choices).id(), file);
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.linesDone()).isEqualTo(done.linesTotal());
        return done;
    }

    private String why(String text) throws IOException {
        RecordProgress refused = imports.start(file(text), choices(orders, ImportKey.NUMBER, false));
        assertThat(refused.state()).isEqualTo(State.FAILED);
        return String.valueOf(refused.why());
    }

    private static List<Integer> counts(RecordProgress progress) {
        return List.of(progress.success(), progress.failure(), progress.other());
    }

    private List<String> csv(RecordProgress progress, LineClass lineClass) throws IOException {
        var out = new ByteArrayOutputStream();
        imports.resultCsv(progress, lineClass, out);
        return out.toString(Charset.forName("windows-31j")).lines().toList();
    }

    private static List<String> rows(String sql) {
        return database.client().sql(sql).query(String.class).list();
    }
}
