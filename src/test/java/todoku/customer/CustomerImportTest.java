package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import todoku.customer.ImportProgress.State;
import todoku.database.TestDatabase;
import todoku.event.Event.Kind;
import todoku.mailing.Addresses;

class CustomerImportTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final Charset CP932 = Charset.forName("windows-31j");
    private static final Path SHOP = Path.of("src/test/resources/shop/customers.csv");

    @TempDir
    Path folder;

    private Instant now = Instant.EPOCH;
    private CustomerImport imports;
    private Customers customers;
    private Groups groups;
    private Group group;

    @BeforeEach
    void an_empty_house() {
        database.client().sql("TRUNCATE customer, membership, customer_group, customer_field, customer_import, customer_import_block,"
                + " address, domain RESTART IDENTITY CASCADE").update();
        imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> now);
        now = Instant.parse("2026-01-05T00:00:00Z");
        customers = new Customers(database.database());
        groups = new Groups(database.client());
        group = groups.findOrCreate(1, "メルマガ会員");
    }

    @Test
    void the_shop_s_customers_are_registered_without_overwriting() throws IOException {
        assertThat(counts(imported(SHOP, false))).containsExactly(7450, 2405, 95, 50);
        assertThat(customers.count()).isEqualTo(9855);
        assertThat(groups.counts(group.id())).isEqualTo(new Group.Counts(7450, 2405, 0));
        assertThat(fields()).containsEntry("ポイント", "NUMBER").containsEntry("初回購入日", "DATE")
                .containsEntry("登録日時", "DATETIME").containsEntry("会員ランク", "TEXT").containsEntry("担当者メール", "TEXT").hasSize(11);
        Customer first = customers.page(0, 1).getFirst();
        assertThat(first.number()).isEqualTo("10000000");
        assertThat(first.birthday()).hasToString("1965-03-15");
        assertThat(first.city()).isEqualTo("サンプル町3-6-8");
        assertThat(first.custom()).containsEntry("ポイント", 34141).containsEntry("登録日時", "2022-12-24T00:13:00");
    }

    @Test
    void the_shop_s_customers_are_registered_with_overwriting() throws IOException {
        assertThat(counts(imported(SHOP, true))).containsExactly(7486, 2419, 95, 0);
        assertThat(customers.count()).isEqualTo(9855);
    }

    @Test
    void a_repeated_import_changes_nobody() throws IOException {
        imported(SHOP, false);
        String before = everything();
        assertThat(counts(imported(SHOP, false))).containsExactly(0, 0, 95, 9905);
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void a_repeated_overwriting_import_ends_the_same() throws IOException {
        imported(SHOP, true);
        String before = everything();
        assertThat(counts(imported(SHOP, true))).containsExactly(7486, 2419, 95, 0);
        assertThat(everything()).isEqualTo(before);
    }

    @Test
    void an_interrupted_import_is_continued_where_it_stopped() throws IOException {
        long whole = imported(SHOP, false).id();
        String wanted = everything();
        String wantedOther = result(whole, LineClass.OTHER);
        an_empty_house();
        ImportProgress started = imports.start(SHOP, new ImportChoices("customers.csv", group.id(), false));
        database.client().sql("CREATE FUNCTION cut() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'power off'; END $$").update();
        database.client().sql("CREATE TRIGGER cut BEFORE UPDATE ON customer_import FOR EACH ROW WHEN (NEW.lines_done > 4000) EXECUTE FUNCTION cut()").update();

        assertThatThrownBy(() -> imports.run(started.id(), SHOP)).hasMessageContaining("power off");
        assertThat(imports.progress(started.id()).linesDone()).isEqualTo(4000);
        assertThat(customers.count()).isLessThan(4000);
        database.client().sql("DROP TRIGGER cut ON customer_import").update();
        database.client().sql("DROP FUNCTION cut()").update();

        assertThat(counts(imports.run(started.id(), SHOP))).containsExactly(7450, 2405, 95, 50);
        assertThat(everything()).isEqualTo(wanted);
        assertThat(result(started.id(), LineClass.OTHER)).isEqualTo(wantedOther);
    }

    @Test
    void an_import_never_turns_stopped_into_subscribed() throws IOException {
        imported(file("メールアドレス,メルマガ希望\na@example.jp,希望しない\nb@example.jp,希望する\n"), false);
        ImportProgress again = imported(file("メールアドレス,メルマガ希望\na@example.jp,希望する\nb@example.jp,希望しない\nb@example.jp,希望する\n"), true);
        assertThat(counts(again)).containsExactly(2, 1, 0, 0);
        assertThat(groups.counts(group.id())).isEqualTo(new Group.Counts(0, 2, 0));
        assertThat(result(again.id(), LineClass.SUCCESS)).contains("a@example.jp,希望する,上書き更新（配信停止のまま）\r\n");
    }

    @Test
    void refused_lines_say_which_column_and_why() throws IOException {
        ImportProgress done = imported(file("""
                会員番号,メールアドレス,生年月日,ポイント
                1,a@example.jp,2000/1/1,10
                2,b@example.jp,昨日,10
                3,,2000/1/1,10
                4,d@localhost,2000/1/1,10
                1,e@example.jp,2000/1/1,10
                6,f@example.jp,2000/1/1
                7,A@EXAMPLE.JP,2000/1/1,"1,000"
                """), false);
        assertThat(counts(done)).containsExactly(1, 0, 5, 1);
        assertThat(result(done.id(), LineClass.FAILURE)).isEqualTo("""
                会員番号,メールアドレス,生年月日,ポイント,処理結果
                2,b@example.jp,昨日,10,「生年月日」: 日付ではありません（昨日）
                3,,2000/1/1,10,「メールアドレス」: 空欄です
                4,d@localhost,2000/1/1,10,「メールアドレス」: ドメインに「.」がありません（d@localhost）
                1,e@example.jp,2000/1/1,10,「会員番号」: 別のメールアドレスの顧客が使っています（1）
                6,f@example.jp,2000/1/1,,列の数が見出しと違います（見出し4列、この行3列）
                """.replace("\n", "\r\n"));
        assertThat(result(done.id(), LineClass.OTHER)).endsWith("\"1,000\",2行目と同じメールアドレス\r\n");
        assertThat(addresses()).as("nothing of a refused line stays").containsExactly("a@example.jp");
    }

    @Test
    void a_line_may_repeat_somebody_of_the_chunk_before_it_or_of_one_long_gone() throws IOException {
        var text = new StringBuilder("会員番号,メールアドレス\n");
        for (int i = 0; i < 9_000; i++) {
            int who = i % 100 == 0 && i >= 1_900 ? i - 1_899 : i % 100 == 50 ? i % 2_000 : i;
            text.append(who).append(",u").append(who).append("@d").append(who % 700).append(".example\n");
        }
        ImportProgress once = imported(file(text.toString()), false);
        assertThat(counts(once)).containsExactly(8_859, 0, 0, 141);
        assertThat(result(once.id(), LineClass.OTHER)).contains("u1@d1.example,3行目と同じメールアドレス").contains("u1050@d350.example,1052行目と同じメールアドレス");
        assertThat(customers.count()).isEqualTo(8_859);
        assertThat(counts(imported(file(text.toString()), true))).containsExactly(9_000, 0, 0, 0);
        assertThat(customers.count()).isEqualTo(addresses().size()).isEqualTo(8_859);
    }

    /// Chunks are written beside each other; parts of a file that are imported one after the other are not.
    @ParameterizedTest
    @CsvSource({"ADDRESS,false", "ADDRESS,true", "NUMBER,false", "NUMBER,true"})
    void a_file_ends_as_its_parts_one_after_the_other(ImportKey key, boolean overwrite) throws IOException {
        String header = "会員番号,メールアドレス,姓,メルマガ希望\n";
        var random = new SplittableRandom(20261122);
        List<String> lines = new ArrayList<>();
        for (int n = 0; n < 5 * CustomerImport.CHUNK_LINES + 100; n++) {
            int number = random.nextInt(40) > 0 ? n : Math.max(0, n - random.nextInt(3 * CustomerImport.CHUNK_LINES));
            int address = random.nextInt(40) > 0 ? n : Math.max(0, n - random.nextInt(3 * CustomerImport.CHUNK_LINES));
            lines.add((random.nextInt(10) == 0 ? "" : "N" + number) + ",p" + address + "@example.jp,姓" + n + "," + (random.nextInt(5) == 0 ? "×" : "○") + "\n");
        }
        var inParts = new int[4];
        for (int from = 0; from < lines.size(); from += CustomerImport.CHUNK_LINES) {
            List<String> part = lines.subList(from, Math.min(lines.size(), from + CustomerImport.CHUNK_LINES));
            List<Integer> counts = counts(imported(file(header + String.join("", part)), key, overwrite, null));
            Arrays.setAll(inParts, i -> inParts[i] + counts.get(i));
        }
        String wanted = everything();
        an_empty_house();

        assertThat(counts(imported(file(header + String.join("", lines)), key, overwrite, null))).containsExactlyElementsOf(Arrays.stream(inParts).boxed().toList());
        assertThat(everything()).isEqualTo(wanted);
    }

    @Test
    void two_imports_of_the_same_people_at_the_same_time_end_as_one_after_the_other() throws Exception {
        ImportProgress one = imports.start(SHOP, new ImportChoices("one.csv", group.id(), false));
        ImportProgress two = imports.start(SHOP, new ImportChoices("two.csv", group.id(), false));
        try (var both = Executors.newVirtualThreadPerTaskExecutor()) {
            Future<ImportProgress> first = both.submit(() -> imports.run(one.id(), SHOP));
            Future<ImportProgress> second = both.submit(() -> imports.run(two.id(), SHOP));
            assertThat(first.get().success() + second.get().success()).isEqualTo(7_450);
            assertThat(first.get().unsubscribed() + second.get().unsubscribed()).isEqualTo(2_405);
            assertThat(first.get().failure() + second.get().failure()).isEqualTo(190);
        }
        assertThat(customers.count()).isEqualTo(addresses().size()).isEqualTo(9_855);
    }

    @Test
    void customers_may_exchange_their_numbers_by_way_of_a_third() throws IOException {
        imported(file("会員番号,メールアドレス\n1,a@example.jp\n2,b@example.jp\n"), false);
        assertThat(counts(imported(file("会員番号,メールアドレス\n3,a@example.jp\n1,b@example.jp\n2,a@example.jp\n"), true))).containsExactly(3, 0, 0, 0);
        assertThat(customers.page(0, 10)).extracting(Customer::number).containsExactly("2", "1");
    }

    @Test
    void overwriting_blanks_what_is_blank_and_leaves_what_the_file_does_not_have() throws IOException {
        imported(file("メールアドレス,姓,名,備考,担当\na@example.jp,山田,花子,電話は平日のみ,佐藤\n"), false);
        imported(file("メールアドレス,姓,備考\na@example.jp,,\n"), true);
        Customer customer = customers.page(0, 1).getFirst();
        assertThat(customer.familyName()).isNull();
        assertThat(customer.givenName()).isEqualTo("花子");
        assertThat(customer.custom()).isEqualTo(Map.of("担当", "佐藤"));
    }

    @Test
    void a_tab_separated_file_with_any_heading_for_the_address_is_understood() throws IOException {
        assertThat(counts(imported(file("連絡先\tセイ\na@example.jp\tﾀﾅｶ\nb@example.jp\tスズキ\n"), false))).containsExactly(2, 0, 0, 0);
        assertThat(customers.page(0, 1).getFirst().familyKana()).isEqualTo("タナカ");
    }

    @Test
    void result_lists_are_cp932_without_formulas() throws IOException {
        long id = imported(file("メールアドレス,備考\na@,=1+1\nb@,𠮷野家\n"), false).id();
        assertThat(result(id, LineClass.FAILURE)).contains("a@,'=1+1,").contains("b@,〓野家,");
    }

    @Test
    void files_that_cannot_be_used_say_what_to_mend_and_register_nobody() throws IOException {
        refused(new byte[] {'a', ',', (byte) 0xFD, (byte) 0xFF, '\n'}, "文字コードを判定できません。Shift_JIS または UTF-8 のCSVで保存し直してください。");
        refused("メールアドレス,姓\na@example.jp,山田\nb@example.jp,\"鈴木\nc@example.jp,佐藤\n",
                "CSVの形が正しくありません（3行目から始まる行）。引用符「\"」が閉じているか確認してください。");
        refused("メールアドレス,姓\na@example.jp,山\0田\n", "NUL文字（文字コード0）が2行目に含まれています。CSVで保存し直してください。");
        refused("a@example.jp,山田\nb@example.jp,鈴木\n", "1行目に見出しがありません（「a@example.jp」はメールアドレスです）。1行目に列の名前を入れてください。");
        refused("姓,名\n山田,花子\n", "メールアドレスの列がありません。見出しを「メールアドレス」にしてください。");
        refused("メールアドレス,姓,姓\na@example.jp,山田,花子\n", "見出し「姓」が2つ以上あります。列の名前を分けてください。");
        refused("", "ファイルが空です。");
        assertThat(customers.count()).isZero();
    }

    @Test
    void customers_are_found_by_any_part_of_address_name_or_kana_however_it_is_typed() throws IOException {
        imported(file("会員番号,メールアドレス,姓,名,セイ,メイ\n7,hanako_1@example.jp,山田,花子,ヤマダ,ハナコ\n8,taro@example.jp,山本,太郎,ヤマモト,タロウ\n"), false);
        assertThat(customers.search("HANAKO_", 10)).extracting(Customer::number).containsExactly("7");
        assertThat(customers.search("hanakoX", 10)).isEmpty();
        assertThat(customers.search("山", 10)).hasSize(2);
        assertThat(customers.search("山田　花", 10)).extracting(Customer::number).containsExactly("7");
        assertThat(customers.search("田花", 10)).extracting(Customer::number).containsExactly("7");
        assertThat(customers.search("まも", 10)).isEqualTo(customers.search("マモ", 10)).extracting(Customer::number).containsExactly("8");
        assertThat(customers.search("ko_", 10)).extracting(Customer::number).containsExactly("7");
        assertThat(customers.search("ﾔﾏﾓ", 10)).extracting(Customer::number).containsExactly("8");
        assertThat(customers.search("8", 10)).extracting(Customer::address).containsExactly("taro@example.jp");
        assertThat(customers.page(customers.page(0, 1).getFirst().id(), 10)).extracting(Customer::number).containsExactly("8");
    }

    @Test
    void ten_thousand_customers_take_a_moment() throws IOException {
        Duration best = Duration.ofDays(1);
        for (int n = 0; n < 3; n++) {
            an_empty_house();
            long start = System.nanoTime();
            imported(SHOP, false);
            Duration took = Duration.ofNanos(System.nanoTime() - start);
            long again = System.nanoTime();
            imported(SHOP, true);
            System.out.println("10,000 lines: new " + took.toMillis() + " ms, overwriting " + (System.nanoTime() - again) / 1_000_000 + " ms");
            if (took.compareTo(best) < 0) best = took;
        }
        assertThat(best).isLessThan(Duration.ofSeconds(10));
    }

    @Test
    void whoever_counts_right_after_a_large_import_finds_good_plans() throws IOException {
        imports.settle(imported(SHOP, false));

        long customers = database.client().sql("SELECT count(*) FROM customer").query(Long.class).single();
        assertThat(database.client().sql("SELECT reltuples::bigint FROM pg_class WHERE oid IN ('customer'::regclass, 'membership'::regclass)").query(Long.class).list())
                .containsExactly(customers, customers);
    }

    @Test
    void results_are_kept_ten_days_and_no_longer() throws IOException {
        ImportProgress done = imported(file("メールアドレス\na@example.jp\n"), false);
        ImportProgress cutOff = imports.start(SHOP, new ImportChoices("customers.csv", group.id(), false));
        now = now.plus(Duration.ofDays(10));
        imports.forgetOld();
        assertThat(result(done.id(), LineClass.SUCCESS)).contains("a@example.jp");

        now = now.plusSeconds(1);
        imports.forgetOld();
        // Only the figures are left.
        assertThat(imports.latest(10)).extracting(ImportProgress::id).containsExactly(cutOff.id(), done.id());
        assertThat(imports.progress(done.id()).success()).isEqualTo(1);
        assertThat(database.client().sql("SELECT count(*) FROM customer_import_block").query(Integer.class).single()).isZero();
        assertThat(customers.count()).isEqualTo(1);
    }

    @Test
    void whoever_stopped_mail_gets_it_again_only_when_the_source_of_the_consent_is_stated() throws IOException {
        imported(file("メールアドレス,メルマガ希望\na@example.jp,希望しない\nb@example.jp,希望する\n"), true);
        Path wanted = file("メールアドレス,メルマガ希望\na@example.jp,希望する\nb@example.jp,希望する\n");

        assertThat(result(imported(wanted, true).id(), LineClass.SUCCESS)).contains("a@example.jp,希望する,上書き更新（配信停止のまま）");
        assertThat(groups.counts(group.id())).isEqualTo(new Group.Counts(1, 1, 0));

        ImportProgress done = imported(wanted, true, "店頭申込書");
        assertThat(counts(done)).containsExactly(2, 0, 0, 0);
        assertThat(done.consentSource()).isEqualTo("店頭申込書");
        assertThat(result(done.id(), LineClass.SUCCESS)).contains("a@example.jp,希望する,上書き更新\r\n");
        assertThat(groups.counts(group.id())).isEqualTo(new Group.Counts(2, 0, 0));
        assertThat(new CustomerHistory(database.client()).of(1, List.of(1L), 1).getFirst()).isEqualTo(new CustomerHistory.Entry(
                now, Kind.STATE_CHANGED, "メルマガ会員", Memberships.State.UNSUBSCRIBED, Memberships.State.SUBSCRIBED, "IMPORT",
                "customers.csv", "店頭申込書"));
    }

    @Test
    void the_source_of_a_consent_moves_nobody_without_overwriting_or_without_a_column_that_says_so() throws IOException {
        imported(file("メールアドレス,メルマガ希望\na@example.jp,希望しない\n"), true);
        imported(file("メールアドレス,メルマガ希望\na@example.jp,希望する\n"), false, "店頭申込書");
        imported(file("メールアドレス\na@example.jp\n"), true, "店頭申込書");
        imported(file("メールアドレス,メルマガ希望\na@example.jp,\n"), true, "店頭申込書");
        assertThat(groups.counts(group.id())).isEqualTo(new Group.Counts(0, 1, 0));
    }

    @Test
    void nobody_who_is_banned_or_complained_gets_mail_again_by_a_file() throws IOException {
        imported(file("メールアドレス,メルマガ希望\na@example.jp,希望しない\nb@example.jp,希望しない\nc@example.jp,希望しない\nd@example.jp,希望しない\n"), true);
        database.client().sql("UPDATE membership SET state = 'BANNED' WHERE customer_id = 1").update();
        database.client().sql("""
                INSERT INTO suppression (address_id, reason, since)
                SELECT address_id, CASE id WHEN 2 THEN 'BANNED' ELSE 'COMPLAINT' END, now() FROM customer WHERE id IN (2, 3)
                """).update();

        ImportProgress done = imported(file("メールアドレス,メルマガ希望\na@example.jp,希望する\nb@example.jp,希望する\nc@example.jp,希望する\nd@example.jp,希望する\n"), true, "店頭申込書");
        assertThat(groups.counts(group.id())).isEqualTo(new Group.Counts(1, 2, 1));
        assertThat(result(done.id(), LineClass.SUCCESS).split("配信停止のまま", -1)).hasSize(4);
    }

    @Test
    void with_the_source_of_a_consent_the_last_line_of_a_person_holds() throws IOException {
        imported(file("メールアドレス,メルマガ希望\na@example.jp,希望しない\na@example.jp,希望する\nb@example.jp,希望する\nb@example.jp,希望しない\n"), true, "店頭申込書");
        assertThat(groups.counts(group.id())).isEqualTo(new Group.Counts(1, 1, 0));
    }

    private ImportProgress imported(Path file, boolean overwrite) throws IOException {
        return imported(file, overwrite, null);
    }

    private ImportProgress imported(Path file, boolean overwrite, @Nullable String consentSource) throws IOException {
        return imported(file, ImportKey.ADDRESS, overwrite, consentSource);
    }

    private ImportProgress imported(Path file, ImportKey key, boolean overwrite, @Nullable String consentSource) throws IOException {
        ImportProgress started = imports.start(file, new ImportChoices("customers.csv", group.id(), overwrite ? ImportMode.ADD_AND_OVERWRITE : ImportMode.ADD, key, consentSource, ImportReading.AUTOMATIC, List.of()));
        assertThat(started.why()).isNull();
        ImportProgress done = imports.run(started.id(), file);
        assertThat(done.state()).isEqualTo(State.DONE);
        assertThat(done.linesDone()).isEqualTo(done.linesTotal());
        return done;
    }

    private void refused(String text, String why) throws IOException {
        refused(text.getBytes(StandardCharsets.UTF_8), why);
    }

    private void refused(byte[] bytes, String why) throws IOException {
        ImportProgress started = imports.start(Files.write(folder.resolve("bad.csv"), bytes), new ImportChoices("bad.csv", group.id(), false));
        assertThat(started.why()).isEqualTo(why);
        assertThat(started.state()).isEqualTo(State.FAILED);
    }

    private static List<Integer> counts(ImportProgress done) {
        return List.of(done.success(), done.unsubscribed(), done.failure(), done.other());
    }

    private String result(long importId, LineClass lineClass) throws IOException {
        var bytes = new ByteArrayOutputStream();
        imports.resultCsv(importId, lineClass, bytes);
        return bytes.toString(CP932);
    }

    private Path file(String text) throws IOException {
        return Files.writeString(folder.resolve("file.csv"), text);
    }

    private List<String> addresses() {
        return database.client().sql("SELECT canonical FROM address ORDER BY canonical").query(String.class).list();
    }

    private Map<String, String> fields() {
        var fields = new java.util.HashMap<String, String>();
        database.client().sql("SELECT key, type FROM customer_field").query((java.sql.ResultSet row) -> {
            fields.put(row.getString(1), row.getString(2));
        });
        return fields;
    }

    /// All that imports leave behind, without ids, times and versions.
    private String everything() {
        return database.client().sql("""
                SELECT string_agg(concat_ws('|', a.canonical, a.as_written, c.number, c.family_name, c.given_name, c.family_kana, c.given_kana, c.gender,
                       c.birthday, c.postal_code, c.prefecture, c.city, c.telephone, c.custom, m.state), E'\\n' ORDER BY a.canonical)
                  FROM customer c JOIN address a ON a.id = c.address_id LEFT JOIN membership m ON m.customer_id = c.id
                """).query(String.class).single();
    }
}
