package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.database.TestDatabase;
import todoku.mailing.Addresses;

/// Imports into fields of every type, required and unique ones among them.
class FieldImportTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    Path folder;

    private Fields fields;
    private CustomerImport imports;
    private Group group;

    @BeforeEach
    void nobody_yet() {
        database.client().sql("TRUNCATE customer, membership, customer_group, customer_field, customer_import, customer_import_block,"
                + " departed_membership, suppression, address, domain, event, customer_history RESTART IDENTITY CASCADE").update();
        fields = new Fields(database.database());
        imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> Instant.parse("2026-01-05T00:00:00Z"));
        group = new Groups(database.client()).findOrCreate(1, "メルマガ会員");
    }

    @Test
    void every_type_is_read_as_people_write_it() throws IOException {
        add("問い合わせ", FieldType.LONG_TEXT);
        add("来店", FieldType.YES_NO);
        choices("ランク", FieldType.CHOICE, "ゴールド", "シルバー");
        choices("興味", FieldType.CHOICES, "花", "本", "音楽");
        add("予備アドレス", FieldType.MAIL_ADDRESS);
        add("勤務先電話", FieldType.TELEPHONE);
        add("届け先〒", FieldType.POSTAL_CODE);
        add("サイト", FieldType.URL);
        imported(ImportKey.ADDRESS, true, "メールアドレス,問い合わせ,来店,ランク,興味,予備アドレス,勤務先電話,届け先〒,サイト,希望形式,端末,キャリア",
                "a@example.jp,\"一行目\n二行目\",○,ｺﾞｰﾙﾄﾞ,音楽、花,b@example.jp,０３－１２３４－５６７８,1234567,https://example.jp/a,テキスト,iPhone,ドコモ");

        Customer customer = new Customers(database.database()).page(0, 1).getFirst();
        assertThat(customer.custom())
                .containsEntry("問い合わせ", "一行目\n二行目").containsEntry("来店", true).containsEntry("ランク", "ゴールド")
                .containsEntry("興味", List.of("花", "音楽")).containsEntry("予備アドレス", "b@example.jp")
                .containsEntry("勤務先電話", "03-1234-5678").containsEntry("届け先〒", "123-4567").containsEntry("サイト", "https://example.jp/a");
        assertThat(List.of(customer.preferredFormat() + "", customer.device() + "", customer.carrier() + "")).containsExactly("TEXT", "iPhone", "DOCOMO");
        assertThat(new MergeValues(database.client()).of(List.of(customer.id())).get(customer.id()).values())
                .containsEntry("来店", "はい").containsEntry("興味", "花、音楽");
    }

    @Test
    void what_cannot_be_read_is_told_by_column_with_what_to_do() throws IOException {
        choices("ランク", FieldType.CHOICE, "ゴールド", "シルバー");
        add("来店", FieldType.YES_NO);
        fields.add(new Field(0, "点", "点", FieldType.NUMBER, false, List.of(), false, false, false, "", BigDecimal.ONE, BigDecimal.TEN, false,
                Field.IndexState.NONE, null, 1));
        add("電話2", FieldType.TELEPHONE);
        add("サイト", FieldType.URL);
        ImportProgress done = imported(ImportKey.ADDRESS, true, "メールアドレス,ランク,来店,点,電話2,サイト,キャリア",
                "a@example.jp,銅,,,,,", "b@example.jp,,たぶん,,,,", "c@example.jp,,,11,,,", "d@example.jp,,,,12,,", "e@example.jp,,,,,ftp://x,", "f@example.jp,,,,,,PHS");
        assertThat(result(done, LineClass.FAILURE)).containsExactly(
                "a@example.jp,銅,,,,,,「ランク」: 選択肢にありません。「ゴールド」「シルバー」 のどれかにしてください。（銅）",
                "b@example.jp,,たぶん,,,,,「来店」: 「はい」か「いいえ」にしてください。（たぶん）",
                "c@example.jp,,,11,,,,「点」: 10 以下にしてください。（11）",
                "d@example.jp,,,,12,,,「電話2」: 電話番号として読めません。9～15 桁の数字にしてください。例：03-1234-5678（12）",
                "e@example.jp,,,,,ftp://x,,「サイト」: URL として読めません。http:// か https:// で始めてください。例：https://www.example.jp/（ftp://x）",
                "f@example.jp,,,,,,PHS,「キャリア」: キャリアとして読めません。「docomo」「au」「SoftBank」「その他」のどれかにしてください。（PHS）");
    }

    @Test
    void a_required_field_is_asked_of_new_customers_and_a_default_fills_it() throws IOException {
        imported(ImportKey.ADDRESS, true, "メールアドレス,姓", "there@example.jp,山田");
        fields.add(with("紹介者", true, false, ""));
        fields.add(with("区分", true, false, "一般"));

        ImportProgress without = imported(ImportKey.ADDRESS, true, "メールアドレス,姓", "there@example.jp,山本", "new@example.jp,鈴木");
        assertThat(counts(without)).containsExactly(1, 0, 1, 0);
        assertThat(result(without, LineClass.FAILURE)).containsExactly(
                "new@example.jp,鈴木,「紹介者」: 必須の項目です。この列をファイルに加えるか、項目設定で初期値を決めてください");

        ImportProgress with = imported(ImportKey.ADDRESS, true, "メールアドレス,紹介者", "new@example.jp,佐藤", "blank@example.jp,");
        assertThat(counts(with)).containsExactly(1, 0, 1, 0);
        assertThat(result(with, LineClass.FAILURE)).containsExactly("blank@example.jp,,「紹介者」: 必須です。値を入力してください。");
        assertThat(custom("new@example.jp")).isEqualTo("{\"区分\": \"一般\", \"紹介者\": \"佐藤\"}");
    }

    @Test
    void a_value_somebody_else_has_is_refused_line_by_line() throws IOException {
        fields.add(with("カード", false, true, ""));
        new FieldIndexes(database.database()).look();
        imported(ImportKey.ADDRESS, true, "メールアドレス,カード", "a@example.jp,1", "b@example.jp,2");

        ImportProgress done = imported(ImportKey.ADDRESS, true, "メールアドレス,カード",
                "c@example.jp,1", "d@example.jp,3", "e@example.jp,3", "f@example.jp,", "a@example.jp,1");
        assertThat(counts(done)).containsExactly(3, 0, 2, 0);
        assertThat(result(done, LineClass.FAILURE)).containsExactly(
                "c@example.jp,1,「カード」: ほかの顧客が使っています。別の値にするか、空欄にしてください（1）",
                "e@example.jp,3,「カード」: ほかの顧客が使っています。別の値にするか、空欄にしてください（3）");
        assertThat(everybody("カード")).containsExactly("a@example.jp 1", "b@example.jp 2", "d@example.jp 3", "f@example.jp");
    }

    @Test
    void a_value_that_was_given_up_is_free_from_the_next_line_on() throws IOException {
        fields.add(with("カード", false, true, ""));
        new FieldIndexes(database.database()).look();
        for (ImportKey key : ImportKey.values()) {
            imported(ImportKey.ADDRESS, true, "メールアドレス,会員番号,カード", "a@example.jp,A,1", "b@example.jp,B,2", "c@example.jp,C,");
            ImportProgress done = imported(key, true, "メールアドレス,会員番号,カード",
                    "a@example.jp,A,9", "b@example.jp,B,1", "c@example.jp,C,2", "a@example.jp,A,1", "z@example.jp,Z,9");
            assertThat(counts(done)).as(key.name()).containsExactly(3, 0, 2, 0);
            assertThat(everybody("カード")).containsExactly("a@example.jp 9", "b@example.jp 1", "c@example.jp 2");
            imported(ImportKey.ADDRESS, true, "メールアドレス,カード", "a@example.jp,", "b@example.jp,", "c@example.jp,");
        }
    }

    @Test
    void two_chunks_of_one_file_share_no_unique_value() throws IOException {
        fields.add(with("カード", false, true, ""));
        new FieldIndexes(database.database()).look();
        List<String> lines = new ArrayList<>(List.of("メールアドレス,カード"));
        for (int i = 0; i < CustomerImport.CHUNK_LINES * 2; i++) lines.add("p" + i + "@example.jp," + i % (CustomerImport.CHUNK_LINES + 10));
        ImportProgress done = imported(ImportKey.ADDRESS, false, lines.toArray(String[]::new));
        assertThat(counts(done)).containsExactly(CustomerImport.CHUNK_LINES + 10, 0, CustomerImport.CHUNK_LINES - 10, 0);
    }

    private static Field with(String key, boolean required, boolean unique, String byDefault) {
        return new Field(0, key, key, FieldType.TEXT, false, List.of(), required, unique, false, byDefault, null, null, false,
                Field.IndexState.NONE, null, 1);
    }

    private void add(String key, FieldType type) {
        fields.add(Field.plain(key, type));
    }

    private void choices(String key, FieldType type, String... choices) {
        fields.add(Field.plain(key, type).with(List.of(choices)));
    }

    private ImportProgress imported(ImportKey key, boolean overwrite, String... lines) throws IOException {
        Path file = Files.writeString(folder.resolve("file.csv"), String.join("\n", lines) + "\n");
        var choices = new ImportChoices("file.csv", group.id(), overwrite ? ImportMode.ADD_AND_OVERWRITE : ImportMode.ADD, key, null, ImportReading.AUTOMATIC, List.of());
        return imports.run(imports.start(file, choices).id(), file);
    }

    private static List<Integer> counts(ImportProgress done) {
        return List.of(done.success(), done.unsubscribed(), done.failure(), done.other());
    }

    private List<String> result(ImportProgress done, LineClass lineClass) throws IOException {
        var bytes = new ByteArrayOutputStream();
        imports.resultCsv(done.id(), lineClass, bytes);
        List<String> lines = List.of(bytes.toString(Charset.forName("windows-31j")).split("\r\n"));
        return lines.subList(1, lines.size());
    }

    private static String custom(String address) {
        return database.client().sql("SELECT c.custom::text FROM customer c JOIN address a ON a.id = c.address_id WHERE a.canonical = :address")
                .param("address", address).query(String.class).single();
    }

    private static List<String> everybody(String key) {
        return database.client().sql("SELECT concat_ws(' ', a.canonical, c.custom ->> :key) FROM customer c JOIN address a ON a.id = c.address_id ORDER BY 1")
                .param("key", key).query(String.class).list();
    }
}
