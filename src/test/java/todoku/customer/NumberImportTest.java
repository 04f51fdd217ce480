package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.database.TestDatabase;
import todoku.event.Event.Kind;
import todoku.mailing.Addresses;

/// Imports that know people by their 会員番号.
class NumberImportTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    Path folder;

    private CustomerImport imports;
    private Groups groups;
    private Group group;

    @BeforeEach
    void two_customers_with_numbers_and_one_without() throws IOException {
        database.client().sql("TRUNCATE customer, membership, customer_group, customer_field, customer_import, customer_import_block,"
                + " departed_membership, suppression, address, domain, event, customer_history RESTART IDENTITY CASCADE").update();
        database.client().sql("UPDATE customer_setting SET address_unique = true").update();
        imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> Instant.parse("2026-01-05T00:00:00Z"));
        groups = new Groups(database.client());
        group = groups.findOrCreate(1, "メルマガ会員");
        imported("1,a@example.jp,山田,希望する", "2,b@example.jp,鈴木,希望しない", ",c@example.jp,佐藤,希望する");
    }

    @Test
    void overwriting_changes_the_fields_and_the_address_of_whoever_has_the_number() throws IOException {
        ImportProgress done = byNumber(true, "1,new@example.jp,山本,希望する");
        assertThat(counts(done)).containsExactly(1, 0, 0, 0);
        assertThat(done.key()).isEqualTo(ImportKey.NUMBER);
        assertThat(everybody()).containsExactly("1 1 new@example.jp 山本 SUBSCRIBED", "2 2 b@example.jp 鈴木 UNSUBSCRIBED", "3 - c@example.jp 佐藤 SUBSCRIBED");
        assertThat(result(done, LineClass.SUCCESS)).containsExactly("1,new@example.jp,山本,希望する,上書き更新（メールアドレスを変更）");
        assertThat(database.client().sql("SELECT count(*) FROM address WHERE canonical = 'a@example.jp'").query(Integer.class).single()).isOne();
    }

    @Test
    void whoever_has_a_new_address_is_told_so_in_the_history_with_the_file() throws IOException {
        byNumber(true, "1,new@example.jp,山本,希望する", "2,b@example.jp,鈴木,希望しない");

        var history = new CustomerHistory(database.client());
        assertThat(history.of(1, List.of(1L), 9)).first()
                .isEqualTo(new CustomerHistory.Entry(Instant.parse("2026-01-05T00:00:00Z"), Kind.ADDRESS_CHANGED, null, null, null, "IMPORT", "file.csv", null));
        assertThat(history.of(2, List.of(1L), 9)).extracting(CustomerHistory.Entry::kind).doesNotContain(Kind.ADDRESS_CHANGED);
    }

    @Test
    void without_overwriting_whoever_is_there_stays_as_they_are() throws IOException {
        List<String> before = everybody();
        ImportProgress done = byNumber(false, "1,new@example.jp,山本,希望する", "9,c@example.jp,佐藤,希望する");
        assertThat(counts(done)).containsExactly(0, 0, 0, 2);
        assertThat(result(done, LineClass.OTHER)).containsExactly(
                "1,new@example.jp,山本,希望する,登録済みの会員番号", "9,c@example.jp,佐藤,希望する,登録済みのメールアドレス（会員番号なし）");
        assertThat(everybody()).isEqualTo(before);
    }

    @Test
    void somebody_new_is_registered_and_a_line_without_a_number_is_not() throws IOException {
        ImportProgress done = byNumber(false, "4,d@example.jp,田中,希望する", ",e@example.jp,伊藤,希望する", "5,,伊藤,希望する");
        assertThat(counts(done)).containsExactly(1, 0, 2, 0);
        assertThat(result(done, LineClass.FAILURE)).containsExactly(
                ",e@example.jp,伊藤,希望する,会員番号がありません", "5,,伊藤,希望する,「メールアドレス」: 空欄です");
        assertThat(everybody()).contains("4 4 d@example.jp 田中 SUBSCRIBED").hasSize(4);
    }

    @Test
    void an_address_of_another_customer_is_not_taken_away() throws IOException {
        List<String> before = everybody();
        ImportProgress done = byNumber(true, "1,b@example.jp,山田,希望する", "1,c@example.jp,山田,希望する", "9,B@EXAMPLE.JP,別人,希望する");
        assertThat(counts(done)).containsExactly(0, 0, 3, 0);
        assertThat(result(done, LineClass.FAILURE)).containsExactly(
                "1,b@example.jp,山田,希望する,「メールアドレス」: 別の会員番号の顧客が使っています（2）",
                "1,c@example.jp,山田,希望する,「メールアドレス」: 会員番号のない別の顧客が使っています",
                "9,B@EXAMPLE.JP,別人,希望する,「メールアドレス」: 別の会員番号の顧客が使っています（2）");
        assertThat(everybody()).isEqualTo(before);
    }

    @Test
    void whoever_is_known_by_the_address_only_is_given_the_number() throws IOException {
        assertThat(counts(byNumber(true, "3,c@example.jp,佐藤,希望する"))).containsExactly(1, 0, 0, 0);
        assertThat(everybody()).contains("3 3 c@example.jp 佐藤 SUBSCRIBED").hasSize(3);
        assertThat(counts(byNumber(true, "3,c2@example.jp,佐藤,希望する"))).containsExactly(1, 0, 0, 0);
        assertThat(everybody()).contains("3 3 c2@example.jp 佐藤 SUBSCRIBED").hasSize(3);
    }

    @Test
    void of_two_lines_with_one_number_the_last_one_holds_when_overwriting_and_the_first_one_otherwise() throws IOException {
        String[] lines = {"7,g@example.jp,一,希望する", "7,h@example.jp,二,希望する"};
        ImportProgress kept = byNumber(false, lines);
        assertThat(counts(kept)).containsExactly(1, 0, 0, 1);
        assertThat(result(kept, LineClass.OTHER)).containsExactly("7,h@example.jp,二,希望する,2行目と同じ会員番号");
        assertThat(everybody()).contains("4 7 g@example.jp 一 SUBSCRIBED");

        two_customers_with_numbers_and_one_without();
        assertThat(counts(byNumber(true, lines))).containsExactly(2, 0, 0, 0);
        assertThat(everybody()).contains("4 7 h@example.jp 二 SUBSCRIBED").hasSize(4);
    }

    @Test
    void two_customers_cannot_exchange_their_addresses_directly_and_lose_nothing() throws IOException {
        List<String> before = everybody();
        ImportProgress done = byNumber(true, "1,b@example.jp,山田,希望する", "2,a@example.jp,鈴木,希望する");
        assertThat(counts(done)).containsExactly(0, 0, 2, 0);
        assertThat(result(done, LineClass.FAILURE)).allMatch(line -> line.contains("別の会員番号の顧客が使っています（"));
        assertThat(everybody()).isEqualTo(before);
    }

    @Test
    void two_customers_exchange_their_addresses_by_way_of_a_third_address() throws IOException {
        assertThat(counts(byNumber(true, "1,t@example.jp,山田,希望する", "2,a@example.jp,鈴木,希望しない", "1,b@example.jp,山田,希望する")))
                .containsExactly(2, 1, 0, 0);
        assertThat(everybody()).contains("1 1 b@example.jp 山田 SUBSCRIBED", "2 2 a@example.jp 鈴木 UNSUBSCRIBED").hasSize(3);
    }

    @Test
    void an_address_that_was_given_up_may_be_somebody_else_s_from_the_next_line_on() throws IOException {
        assertThat(counts(byNumber(true, "2,x@example.jp,鈴木,希望しない", "1,b@example.jp,山田,希望する", "8,a@example.jp,新人,希望する")))
                .containsExactly(2, 1, 0, 0);
        assertThat(everybody()).contains("1 1 b@example.jp 山田 SUBSCRIBED", "2 2 x@example.jp 鈴木 UNSUBSCRIBED", "4 8 a@example.jp 新人 SUBSCRIBED");
    }

    @Test
    void whoever_stopped_stays_so_with_a_new_address() throws IOException {
        ImportProgress done = byNumber(true, "2,x@example.jp,鈴木,希望する");
        assertThat(result(done, LineClass.SUCCESS)).containsExactly("2,x@example.jp,鈴木,希望する,上書き更新（メールアドレスを変更、配信停止のまま）");
        database.client().sql("UPDATE membership SET state = 'BANNED' WHERE customer_id = 2").update();
        withConsent("店頭申込書", "2,y@example.jp,鈴木,希望する");
        assertThat(everybody()).contains("2 2 y@example.jp 鈴木 BANNED");
    }

    @Test
    void a_new_address_that_complained_brings_nobody_back_and_one_that_did_not_does() throws IOException {
        database.client().sql("INSERT INTO suppression (address_id, reason, since) VALUES (:id, 'COMPLAINT', now())")
                .param("id", database.database().inTransaction(() -> new Addresses(database.client()).idsOf(List.of(address("x@example.jp"))).getFirst())).update();
        withConsent("店頭申込書", "2,x@example.jp,鈴木,希望する");
        assertThat(everybody()).contains("2 2 x@example.jp 鈴木 UNSUBSCRIBED");
        withConsent("店頭申込書", "2,y@example.jp,鈴木,希望しない");
        withConsent("店頭申込書", "2,y@example.jp,鈴木,希望する");
        assertThat(everybody()).contains("2 2 y@example.jp 鈴木 SUBSCRIBED");
    }

    @Test
    void what_was_said_to_an_address_before_its_owner_was_deleted_holds_for_whoever_gets_it() throws IOException {
        long x = database.database().inTransaction(() -> new Addresses(database.client()).idsOf(List.of(address("x@example.jp"))).getFirst());
        database.client().sql("INSERT INTO departed_membership (address_id, group_id, state, since) VALUES (:x, :group, 'UNSUBSCRIBED', now())")
                .param("x", x).param("group", group.id()).update();
        byNumber(true, "1,x@example.jp,山田,希望する");
        assertThat(everybody()).contains("1 1 x@example.jp 山田 UNSUBSCRIBED");
    }

    @Test
    void a_file_without_a_column_for_the_number_is_refused_before_anything_is_registered() throws IOException {
        Path file = Files.writeString(folder.resolve("file.csv"), "メールアドレス\nz@example.jp\n");
        String why = "会員番号の列がありません。見出しを「会員番号」にするか、キーにメールアドレスを選んでください。";
        assertThat(imports.look(file, ImportKey.NUMBER, ImportReading.AUTOMATIC))
                .isInstanceOfSatisfying(ImportPreview.Look.Unusable.class, look -> assertThat(look.why()).isEqualTo(why));
        assertThat(imports.start(file, choices(true, null)).why()).isEqualTo(why);
        assertThat(imports.look(file, ImportKey.ADDRESS, ImportReading.AUTOMATIC)).isInstanceOf(ImportPreview.Look.Fine.class);
    }

    @Test
    void repeated_and_interrupted_imports_end_the_same() throws IOException {
        List<String> lines = new ArrayList<>();
        for (int n = 0; n < 3 * CustomerImport.CHUNK_LINES; n++)
            lines.add((n % 2500 + 10) + (n % 9 == 0 ? ",b" : ",m" + n * 7 % 3000) + "@example.jp,名" + n + "," + (n % 3 == 0 ? "希望しない" : "希望する"));
        String[] file = lines.toArray(String[]::new);
        ImportProgress whole = byNumber(true, file);
        List<String> wanted = everybody();
        List<String> wantedFailures = result(whole, LineClass.FAILURE);
        assertThat(wantedFailures).isNotEmpty();
        assertThat(result(whole, LineClass.SUCCESS)).anyMatch(line -> line.contains("メールアドレスを変更"));

        two_customers_with_numbers_and_one_without();
        Path path = written(file);
        ImportProgress started = imports.start(path, choices(true, null));
        database.client().sql("CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'power off'; END $$").update();
        database.client().sql("CREATE TRIGGER cut BEFORE UPDATE ON customer_import FOR EACH ROW WHEN (NEW.lines_done > 4000) EXECUTE FUNCTION cut()").update();
        assertThatThrownBy(() -> imports.run(started.id(), path)).hasMessageContaining("power off");
        database.client().sql("DROP TRIGGER cut ON customer_import").update();
        database.client().sql("DROP FUNCTION cut()").update();
        assertThat(counts(imports.run(started.id(), path))).isEqualTo(counts(whole));
        assertThat(everybody()).isEqualTo(wanted);
        assertThat(result(started, LineClass.FAILURE)).isEqualTo(wantedFailures);
    }

    @Test
    void where_addresses_may_be_shared_a_new_number_takes_one_that_others_have() throws IOException {
        share();
        ImportProgress done = byNumber(true, "7,a@example.jp,伊藤,希望する", "8,A@example.jp,木村,希望する", "9,c@example.jp,佐藤,希望する",
                "2,a@example.jp,鈴木,希望しない", "8,a@example.jp,木村,希望する");
        assertThat(counts(done)).containsExactly(4, 1, 0, 0);
        assertThat(everybody()).containsExactly("1 1 a@example.jp 山田 SUBSCRIBED", "2 2 a@example.jp 鈴木 UNSUBSCRIBED",
                "3 9 c@example.jp 佐藤 SUBSCRIBED", "4 7 a@example.jp 伊藤 SUBSCRIBED", "5 8 a@example.jp 木村 SUBSCRIBED");
        assertThat(holders()).containsExactly("a@example.jp 0 1", "a@example.jp 1 2", "a@example.jp 2 7", "a@example.jp 3 8", "c@example.jp 0 9");

        assertThat(counts(byNumber(true, "7,a@example.jp,伊東,希望する", "8,d@example.jp,木村,希望する"))).containsExactly(2, 0, 0, 0);
        assertThat(everybody()).contains("4 7 a@example.jp 伊東 SUBSCRIBED", "5 8 d@example.jp 木村 SUBSCRIBED", "1 1 a@example.jp 山田 SUBSCRIBED");
    }

    @Test
    void an_address_that_is_left_is_that_of_the_next_customer_who_has_it() throws IOException {
        share();
        byNumber(true, "7,a@example.jp,伊藤,希望する", "8,a@example.jp,木村,希望する");
        byNumber(true, "1,new@example.jp,山田,希望する", "7,b@example.jp,伊藤,希望する", "2,c@example.jp,鈴木,希望しない");
        assertThat(holders()).containsExactly("a@example.jp 0 8", "b@example.jp 0 7", "c@example.jp 0 -", "c@example.jp 1 2", "new@example.jp 0 1");
    }

    @Test
    void by_the_address_a_line_means_whoever_had_it_first() throws IOException {
        share();
        byNumber(true, "7,a@example.jp,伊藤,希望する");
        ImportProgress done = imported("1,a@example.jp,山本,希望する", "7,a@example.jp,山本,希望する", "8,a@example.jp,山本,希望する");
        assertThat(result(done, LineClass.FAILURE))
                .containsExactly("7,a@example.jp,山本,希望する,「会員番号」: 同じメールアドレスのほかの顧客が使っています（7）");
        assertThat(everybody()).contains("1 8 a@example.jp 山本 SUBSCRIBED", "4 7 a@example.jp 伊藤 SUBSCRIBED");
    }

    @Test
    void a_file_of_addresses_that_want_no_mail_means_everybody_who_has_them() throws IOException {
        share();
        byNumber(true, "7,a@example.jp,伊藤,希望する");
        Path file = Files.writeString(folder.resolve("stop.csv"), "メールアドレス\na@example.jp\n");
        assertThat(imports.known(file, ImportKey.ADDRESS, ImportReading.AUTOMATIC)).contains(2);
        ImportProgress done = imports.run(imports.start(file,
                new ImportChoices("stop.csv", group.id(), ImportMode.STOP, ImportKey.ADDRESS, null, ImportReading.AUTOMATIC, List.of())).id(), file);
        assertThat(counts(done)).containsExactly(0, 1, 0, 0);
        assertThat(everybody()).contains("1 1 a@example.jp 山田 UNSUBSCRIBED", "4 7 a@example.jp 伊藤 UNSUBSCRIBED");

        ImportProgress gone = imports.run(imports.start(file, new ImportChoices("stop.csv", null, ImportMode.DELETE, ImportKey.ADDRESS, null,
                ImportReading.AUTOMATIC, List.of(1L))).id(), file);
        assertThat(counts(gone)).containsExactly(1, 0, 0, 0);
        assertThat(holders()).containsExactly("b@example.jp 0 2", "c@example.jp 0 -");
    }

    @Test
    void who_comes_to_an_address_where_the_group_is_refused_is_not_mailed_without_a_new_consent() throws IOException {
        share();
        ImportProgress done = byNumber(false, "7,b@example.jp,伊藤,希望する");
        assertThat(result(done, LineClass.SUCCESS)).containsExactly("7,b@example.jp,伊藤,希望する,配信停止で登録（同じメールアドレスの顧客が配信停止）");
        withConsent("申込書", "8,b@example.jp,木村,希望する");
        assertThat(everybody()).contains("4 7 b@example.jp 伊藤 UNSUBSCRIBED", "5 8 b@example.jp 木村 SUBSCRIBED");
    }

    @Test
    void a_value_nobody_else_may_have_is_refused_between_customers_of_one_address_too() throws IOException {
        share();
        byNumber(true, "7,a@example.jp,伊藤,希望する");
        database.client().sql("INSERT INTO customer_field (key, label, type, is_unique, position) VALUES ('カード', 'カード', 'TEXT', true, 1)").update();
        Path file = Files.writeString(folder.resolve("cards.csv"), "会員番号,メールアドレス,カード\n1,a@example.jp,X\n7,a@example.jp,X\n7,a@example.jp,Y\n");
        ImportProgress done = imports.run(imports.start(file, choices(true, null)).id(), file);
        assertThat(counts(done)).containsExactly(2, 0, 1, 0);
        assertThat(database.client().sql("SELECT number || custom FROM customer WHERE custom <> '{}' ORDER BY 1").query(String.class).list())
                .containsExactly("1{\"カード\": \"X\"}", "7{\"カード\": \"Y\"}");
    }

    private static void share() {
        database.client().sql("UPDATE customer_setting SET address_unique = false").update();
    }

    private static List<String> holders() {
        return database.client().sql("""
                SELECT concat_ws(' ', a.canonical, c.share_no, coalesce(c.number, '-')) FROM customer c JOIN address a ON a.id = c.address_id
                 ORDER BY a.canonical, c.share_no
                """).query(String.class).list();
    }

    @Test
    void the_shop_s_customers_are_known_again_by_their_numbers() throws IOException {
        Path shop = Path.of("src/test/resources/shop/customers.csv");
        long start = System.nanoTime();
        ImportProgress first = imports.run(imports.start(shop, choices(true, null)).id(), shop);
        long again = System.nanoTime();
        List<String> before = everybody();
        ImportProgress second = imports.run(imports.start(shop, choices(true, null)).id(), shop);
        System.out.println("10,000 lines by number: new " + (again - start) / 1_000_000 + " ms, overwriting " + (System.nanoTime() - again) / 1_000_000 + " ms");
        assertThat(first.failure()).isGreaterThanOrEqualTo(95);
        assertThat(counts(second)).isEqualTo(counts(first));
        assertThat(everybody()).isEqualTo(before);
    }

    private static todoku.mail.address.MailAddress address(String text) {
        return ((todoku.mail.address.Parsing.Parsed) todoku.mail.address.MailAddress.parse(text)).address();
    }

    private ImportProgress imported(String... lines) throws IOException {
        Path file = written(lines);
        return imports.run(imports.start(file, new ImportChoices("file.csv", group.id(), true)).id(), file);
    }

    private ImportProgress byNumber(boolean overwrite, String... lines) throws IOException {
        Path file = written(lines);
        return imports.run(imports.start(file, choices(overwrite, null)).id(), file);
    }

    private ImportProgress withConsent(String source, String... lines) throws IOException {
        Path file = written(lines);
        return imports.run(imports.start(file, choices(true, source)).id(), file);
    }

    private ImportChoices choices(boolean overwrite, @Nullable String consentSource) {
        return new ImportChoices("file.csv", group.id(), overwrite ? ImportMode.ADD_AND_OVERWRITE : ImportMode.ADD, ImportKey.NUMBER, consentSource, ImportReading.AUTOMATIC, List.of());
    }

    private Path written(String... lines) throws IOException {
        return Files.writeString(folder.resolve("file.csv"), "会員番号,メールアドレス,姓,メルマガ希望\n" + String.join("\n", lines) + "\n");
    }

    private static List<Integer> counts(ImportProgress done) {
        return List.of(done.success(), done.unsubscribed(), done.failure(), done.other());
    }

    /// Without the header.
    private List<String> result(ImportProgress done, LineClass lineClass) throws IOException {
        var bytes = new ByteArrayOutputStream();
        imports.resultCsv(done.id(), lineClass, bytes);
        List<String> lines = List.of(bytes.toString(Charset.forName("windows-31j")).split("\r\n"));
        return lines.subList(1, lines.size());
    }

    private List<String> everybody() {
        return database.client().sql("""
                SELECT concat_ws(' ', row_number() OVER (ORDER BY c.id), coalesce(c.number, '-'), a.canonical, c.family_name, m.state)
                  FROM customer c JOIN address a ON a.id = c.address_id LEFT JOIN membership m ON m.customer_id = c.id ORDER BY c.id
                """).query(String.class).list();
    }
}
