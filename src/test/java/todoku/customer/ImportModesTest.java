package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.ImportProgress.State;
import todoku.database.TestDatabase;
import todoku.mailing.Addresses;

class ImportModesTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @TempDir
    Path folder;

    private Instant now = Instant.EPOCH;
    private CustomerImport imports;
    private long group;
    private long department;
    private int files;

    @BeforeEach
    void three_customers_of_whom_one_stopped_mail() throws IOException {
        database.client().sql("TRUNCATE customer, membership, customer_group, customer_field, customer_import, customer_import_block,"
                + " customer_history, departed_membership, suppression, address, domain RESTART IDENTITY CASCADE").update();
        now = Instant.parse("2026-01-05T00:00:00Z");
        imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> now);
        department = database.client().sql("SELECT min(id) FROM department").query(Long.class).single();
        group = new Groups(database.client()).findOrCreate(department, "メルマガ会員").id();
        run(ImportMode.ADD, ImportKey.ADDRESS, """
                会員番号,メールアドレス,姓,メルマガ希望
                1,a@example.jp,赤井,希望する
                2,b@example.jp,馬場,希望しない
                3,c@example.jp,千葉,希望する
                """);
    }

    @Test
    void update_only_changes_those_who_are_there_and_adds_nobody() throws IOException {
        ImportProgress done = run(ImportMode.OVERWRITE, ImportKey.ADDRESS, "メールアドレス,姓\na@example.jp,青木\nnew@example.jp,新井\n");
        assertThat(counts(done)).containsExactly(1, 0, 0, 1);
        assertThat(result(done, LineClass.OTHER)).contains("登録されていないメールアドレス");
        assertThat(names()).isEqualTo(Map.of("a@example.jp", "青木", "b@example.jp", "馬場", "c@example.jp", "千葉"));
        assertThat(addresses()).doesNotContain("new@example.jp");
    }

    @Test
    void update_only_puts_nobody_into_the_group_and_believes_who_wants_no_mail() throws IOException {
        long other = new Groups(database.client()).findOrCreate(department, "店舗").id();
        run(ImportMode.OVERWRITE, other, ImportKey.NUMBER, "会員番号,メールアドレス,姓\n1,a@example.jp,青木\n9,z@example.jp,新井\n");
        assertThat(states(other)).isEmpty();
        run(ImportMode.OVERWRITE, ImportKey.ADDRESS, "メールアドレス,メルマガ希望\na@example.jp,希望しない\n");
        assertThat(states(group)).containsEntry("a@example.jp", "UNSUBSCRIBED");
    }

    @Test
    void stopping_needs_the_key_alone_and_tells_who_had_stopped_who_is_unknown_and_who_comes_twice() throws IOException {
        ImportProgress done = run(ImportMode.STOP, ImportKey.NUMBER, "会員番号\n1\n2\n9\n1\n\"\"\n");
        assertThat(counts(done)).containsExactly(0, 1, 0, 3);
        assertThat(result(done, LineClass.OTHER)).contains("2,すでに配信停止", "9,登録されていない会員番号", "1,2行目と同じ顧客");
        assertThat(states(group)).isEqualTo(Map.of("a@example.jp", "UNSUBSCRIBED", "b@example.jp", "UNSUBSCRIBED", "c@example.jp", "SUBSCRIBED"));
        assertThat(database.client().sql("SELECT count(*) FROM customer_field").query(Integer.class).single()).isZero();
    }

    @Test
    void stopping_somebody_in_a_group_they_are_not_in_holds_when_they_are_put_in_later() throws IOException {
        long other = new Groups(database.client()).findOrCreate(department, "店舗").id();
        assertThat(counts(run(ImportMode.STOP, other, ImportKey.ADDRESS, "メールアドレス\na@example.jp\nbad\n"))).containsExactly(0, 1, 1, 0);
        run(ImportMode.ADD_AND_OVERWRITE, other, ImportKey.ADDRESS, "メールアドレス\na@example.jp\n");
        assertThat(states(other)).isEqualTo(Map.of("a@example.jp", "UNSUBSCRIBED"));
    }

    @Test
    void leaving_a_group_keeps_the_customer_and_the_word_of_whoever_stopped_mail() throws IOException {
        ImportProgress done = run(ImportMode.LEAVE, ImportKey.ADDRESS, "メールアドレス\nA@Example.jp\nb@example.jp\n");
        assertThat(counts(done)).containsExactly(1, 0, 0, 1);
        assertThat(result(done, LineClass.OTHER)).contains("配信停止のため、グループに残しました");
        assertThat(states(group)).isEqualTo(Map.of("b@example.jp", "UNSUBSCRIBED", "c@example.jp", "SUBSCRIBED"));
        assertThat(names()).hasSize(3);
    }

    @Test
    void deleting_forgets_the_customer_and_remembers_the_word() throws IOException {
        Path file = file("メールアドレス\na@example.jp\nb@example.jp\nx@example.jp\n");
        assertThat(imports.known(file, ImportKey.ADDRESS, ImportReading.AUTOMATIC)).contains(2);
        ImportProgress done = run(ImportMode.DELETE, null, ImportKey.ADDRESS, file, List.of(department));
        assertThat(counts(done)).containsExactly(2, 0, 0, 1);
        assertThat(names()).isEqualTo(Map.of("c@example.jp", "千葉"));
        assertThat(addresses()).doesNotContain("a@example.jp").contains("b@example.jp");
        run(ImportMode.ADD, ImportKey.ADDRESS, "メールアドレス\na@example.jp\nb@example.jp\n");
        assertThat(states(group)).containsEntry("a@example.jp", "SUBSCRIBED").containsEntry("b@example.jp", "UNSUBSCRIBED");
    }

    @Test
    void nobody_in_a_group_of_another_department_is_deleted() throws IOException {
        ImportProgress done = run(ImportMode.DELETE, null, ImportKey.ADDRESS, file("メールアドレス\na@example.jp\n"), List.of(department + 1));
        assertThat(counts(done)).containsExactly(0, 0, 1, 0);
        assertThat(result(done, LineClass.FAILURE)).contains("ほかの部署");
        assertThat(names()).hasSize(3);
    }

    @Test
    void a_paused_import_goes_on_where_it_was_and_a_stopped_one_keeps_what_was_done() throws IOException {
        Path file = file("メールアドレス\na@example.jp\nc@example.jp\n");
        long id = imports.start(file, choices(ImportMode.STOP, group, ImportKey.ADDRESS, List.of())).id();
        assertThat(imports.pause(id)).isTrue();
        assertThat(imports.run(id, file).state()).isEqualTo(State.PAUSED);
        assertThat(states(group)).containsEntry("a@example.jp", "SUBSCRIBED");
        imports.enqueue(id);
        assertThat(imports.progress(id).state()).isEqualTo(State.QUEUED);
        assertThat(imports.unfinished()).containsExactly(id);
        assertThat(imports.run(id, file).state()).isEqualTo(State.DONE);
        assertThat(states(group)).containsEntry("a@example.jp", "UNSUBSCRIBED").containsEntry("c@example.jp", "UNSUBSCRIBED");
        assertThat(imports.pause(id)).isFalse();
        assertThat(imports.stop(id)).isFalse();

        long other = imports.start(file, choices(ImportMode.LEAVE, group, ImportKey.ADDRESS, List.of())).id();
        assertThat(imports.stop(other)).isTrue();
        assertThat(imports.run(other, file).state()).isEqualTo(State.STOPPED);
        assertThat(imports.unfinished()).isEmpty();
    }

    @Test
    void imports_that_wait_say_how_many_are_before_them() throws IOException {
        Path file = file("メールアドレス\na@example.jp\n");
        long one = imports.start(file, choices(ImportMode.STOP, group, ImportKey.ADDRESS, List.of())).id();
        long two = imports.start(file, choices(ImportMode.STOP, group, ImportKey.ADDRESS, List.of())).id();
        imports.enqueue(two);
        assertThat(imports.before(two)).isEqualTo(1);
        assertThat(imports.unfinished()).containsExactly(one, two);
    }

    private ImportProgress run(ImportMode mode, ImportKey key, String csv) throws IOException {
        return run(mode, group, key, csv);
    }

    private ImportProgress run(ImportMode mode, long into, ImportKey key, String csv) throws IOException {
        return run(mode, into, key, file(csv), List.of());
    }

    private ImportProgress run(ImportMode mode, Long into, ImportKey key, Path file, List<Long> departments) throws IOException {
        return imports.run(imports.start(file, choices(mode, into, key, departments)).id(), file);
    }

    private static ImportChoices choices(ImportMode mode, Long into, ImportKey key, List<Long> departments) {
        return new ImportChoices("file.csv", into, mode, key, null, ImportReading.AUTOMATIC, departments);
    }

    private Path file(String csv) throws IOException {
        return Files.writeString(folder.resolve(files++ + ".csv"), csv);
    }

    private static List<Integer> counts(ImportProgress done) {
        assertThat(done.state()).isEqualTo(State.DONE);
        return List.of(done.success(), done.unsubscribed(), done.failure(), done.other());
    }

    private String result(ImportProgress done, LineClass lineClass) throws IOException {
        var out = new ByteArrayOutputStream();
        imports.resultCsv(done.id(), lineClass, out);
        return out.toString(Charset.forName("windows-31j"));
    }

    private static Map<String, String> names() {
        Map<String, String> names = new TreeMap<>();
        database.client().sql("SELECT a.canonical, c.family_name FROM customer c JOIN address a ON a.id = c.address_id")
                .query(row -> {
                    names.put(row.getString(1), row.getString(2));
                });
        return names;
    }

    private static List<String> addresses() {
        return database.client().sql("SELECT canonical FROM address").query(String.class).list();
    }

    private static Map<String, String> states(long group) {
        Map<String, String> states = new TreeMap<>();
        database.client().sql("""
                SELECT a.canonical, m.state FROM membership m JOIN customer c ON c.id = m.customer_id JOIN address a ON a.id = c.address_id
                 WHERE m.group_id = :group
                """)
            .param("group", group).query(row -> {
                states.put(row.getString(1), row.getString(2));
            });
        return states;
    }
}
