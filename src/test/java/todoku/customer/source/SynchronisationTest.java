package todoku.customer.source;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.CustomerImport;
import todoku.customer.Group;
import todoku.customer.Groups;
import todoku.customer.LineClass;
import todoku.database.Secrets;
import todoku.database.TestDatabase;
import todoku.mailing.Addresses;

class SynchronisationTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    private static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");
    private static Shop shop;

    @TempDir
    Path home;

    private Instant now = Instant.parse("2026-11-22T03:00:00Z");
    private CustomerImport imports;
    private Synchronisation synchronisation;
    private Groups groups;
    private Group group;

    @BeforeAll
    static void a_shop() {
        shop = new Shop(database);
    }

    @AfterAll
    static void no_shop() {
        shop.close();
    }

    @BeforeEach
    void an_empty_house() {
        database.client().sql("TRUNCATE outside_source, outside_run, outside_member, customer, membership, customer_group, customer_field, customer_import,"
                + " customer_import_block, address, domain RESTART IDENTITY CASCADE").update();
        shop.run("TRUNCATE member");
        imports = new CustomerImport(database.database(), new Addresses(database.client()), () -> now);
        synchronisation = restarted();
        groups = new Groups(database.client());
        group = groups.findOrCreate(1, "会員");
    }

    private Synchronisation restarted() {
        return new Synchronisation(database.database(), imports, Secrets.at(home.resolve("key")), new OutsideHosts(Set.of("127.0.0.1")), home,
                () -> now, TOKYO);
    }

    private Source added(Source source) {
        long id = database.database().inTransaction(() -> synchronisation.sources.add(source, Shop.PASSWORD, operator()));
        return synchronisation.sources.find(id).orElseThrow();
    }

    private static long operator() {
        return database.client().sql("""
                INSERT INTO operator (login, display_name, password_hash, must_change) VALUES ('sato', '佐藤', '', false)
                ON CONFLICT (login) DO UPDATE SET display_name = excluded.display_name RETURNING id
                """).query(Long.class).single();
    }

    private Run run(Source source, boolean all) {
        long id = synchronisation.open(synchronisation.sources.find(source.id()).orElseThrow(), all, null).orElseThrow();
        synchronisation.work(id);
        Run run = synchronisation.runs.find(id).orElseThrow();
        if (run.trouble() != null) System.err.println(run.trouble() + ": " + run.detail());
        return run;
    }

    private static String state(String address) {
        return database.client().sql("""
                SELECT m.state FROM membership m JOIN customer c ON c.id = m.customer_id JOIN address a ON a.id = c.address_id
                 WHERE a.canonical = :address
                """).param("address", address).query(String.class).optional().orElse("");
    }

    private static String value(String column, String address) {
        return database.client().sql("SELECT " + column + "::text FROM customer c JOIN address a ON a.id = c.address_id WHERE a.canonical = :address")
                .param("address", address).query(String.class).single();
    }

    @Test
    void rows_become_customers_and_what_they_say_becomes_their_fields() {
        shop.members(1, 5);
        shop.run("UPDATE member SET opt_in = false WHERE no = 'M0002'");
        Run run = run(added(shop.source(group.id())), false);
        assertThat(run).extracting(Run::state, Run::all, Run::read, Run::success, Run::unsubscribed, Run::failure, Run::other)
                .containsExactly(Run.State.DONE, true, 5, 4, 1, 0, 0);
        assertThat(value("number", "m0003@shop.example")).isEqualTo("M0003");
        assertThat(value("birthday", "m0003@shop.example")).isEqualTo("1980-01-04");
        assertThat(value("custom ->> 'ポイント'", "m0003@shop.example")).isEqualTo("30.00");
        assertThat(state("m0002@shop.example")).isEqualTo("UNSUBSCRIBED");
        assertThat(home.resolve("sources")).isEmptyDirectory();
    }

    @Test
    void a_row_that_is_refused_is_kept_with_its_reason_and_the_others_are_registered() throws IOException {
        shop.members(1, 3);
        shop.run("UPDATE member SET email = 'no address' WHERE no = 'M0002'");
        Run run = run(added(shop.source(group.id())), true);
        assertThat(run).extracting(Run::state, Run::success, Run::failure).containsExactly(Run.State.DONE, 2, 1);
        var csv = new ByteArrayOutputStream();
        imports.resultCsv(run.importId(), LineClass.FAILURE, csv);
        assertThat(csv.toString(Charset.forName("windows-31j"))).contains("member_no", "M0002,no address", "「email」: @がありません");
    }

    @Test
    void whoever_stopped_mail_stays_so_whatever_their_row_says() {
        shop.members(1, 2);
        Source source = added(shop.source(group.id()));
        run(source, true);
        database.client().sql("UPDATE membership SET state = 'UNSUBSCRIBED' WHERE customer_id = (SELECT id FROM customer WHERE number = 'M0001')").update();
        shop.run("UPDATE member SET last_name = '鈴木'");
        assertThat(run(source, true).success()).isEqualTo(2);
        assertThat(value("family_name", "m0001@shop.example")).isEqualTo("鈴木");
        assertThat(state("m0001@shop.example")).isEqualTo("UNSUBSCRIBED");
    }

    @Test
    void only_rows_that_changed_are_read_and_the_mark_moves_when_they_stand() {
        shop.members(1, 4);
        shop.run("UPDATE member SET updated_at = TIMESTAMPTZ '2026-11-10 00:00:00+00'");
        shop.run("UPDATE member SET updated_at = TIMESTAMPTZ '2026-11-20 00:00:00+00' WHERE no = 'M0004'");
        String query = "SELECT no AS member_no, email, last_name, birthday, points, opt_in, updated_at FROM member";
        Source source = added(Shop.with(shop.source(group.id(), query), "updated_at", Source.Vanished.KEEP));
        Run first = run(source, false);
        assertThat(first).extracting(Run::all, Run::read, Run::mark).containsExactly(true, 4, "MOMENT 2026-11-20T00:00:00Z");
        shop.run("UPDATE member SET rank = '銀', updated_at = TIMESTAMPTZ '2026-11-21 00:00:00+00' WHERE no = 'M0003'");
        Run second = run(source, false);
        assertThat(second).extracting(Run::all, Run::read).as("with the overlap").containsExactly(false, 2);
        assertThat(synchronisation.sources.find(source.id()).orElseThrow().mark()).isEqualTo("MOMENT 2026-11-21T00:00:00Z");
        assertThat(run(source, false).read()).as("the overlap alone").isEqualTo(1);
        now = now.plus(Timetable.ALL_EVERY);
        assertThat(Timetable.readsAll(synchronisation.sources.find(source.id()).orElseThrow(), now)).isTrue();
    }

    @Test
    void a_date_far_in_the_future_does_not_move_the_mark() {
        shop.members(1, 2);
        shop.run("UPDATE member SET updated_at = TIMESTAMPTZ '2026-11-20 00:00:00+00' WHERE no = 'M0001'");
        shop.run("UPDATE member SET updated_at = TIMESTAMPTZ '9999-01-01 00:00:00+00' WHERE no = 'M0002'");
        String query = "SELECT no AS member_no, email, last_name, birthday, points, opt_in, updated_at FROM member";
        Run run = run(added(Shop.with(shop.source(group.id(), query), "updated_at", Source.Vanished.KEEP)), true);
        assertThat(run.mark()).isEqualTo("MOMENT 2026-11-20T00:00:00Z");
    }

    @Test
    void a_source_is_not_begun_twice_and_begins_by_itself_when_it_is_due() {
        shop.members(1, 1);
        Source plain = shop.source(group.id());
        Source source = added(new Source(0, plain.name(), plain.kind(), plain.host(), plain.port(), plain.database(), plain.username(), plain.tls(),
                5, 5, plain.query(), plain.key(), plain.mapping(), plain.group(), true, Source.Vanished.KEEP,
                new Source.Schedule(Source.Schedule.Every.HOURS, 6, java.time.LocalTime.of(3, 0)), null, null, null, 1, now, null));
        assertThat(Timetable.isDue(source, null, now.plus(Duration.ofHours(5)), TOKYO)).isFalse();
        assertThat(Timetable.isDue(source, null, now.plus(Duration.ofHours(6)), TOKYO)).isTrue();
        assertThat(synchronisation.open(source, true, null)).isPresent();
        assertThat(synchronisation.open(source, true, null)).isEmpty();
    }

    @Test
    void a_run_that_was_killed_while_it_registered_goes_on_and_ends_as_one() throws IOException {
        shop.members(1, 3);
        Source source = added(shop.source(group.id()));
        long id = synchronisation.open(source, true, null).orElseThrow();
        Path file = home.resolve("sources/run-" + id + ".csv");
        Files.createDirectories(file.getParent());
        Files.writeString(file, """
                member_no,email,last_name,birthday,ポイント,opt_in
                M0001,m0001@shop.example,山田,1980-01-02,10,true
                M0002,m0002@shop.example,山田,1980-01-03,20,true
                """);
        long importId = imports.start(file, synchronisation.choices(source)).id();
        synchronisation.runs.registering(id, importId, 2, null);

        synchronisation = restarted();
        synchronisation.work(id);
        assertThat(synchronisation.runs.find(id).orElseThrow())
                .extracting(Run::state, Run::read, Run::success, Run::importId).containsExactly(Run.State.DONE, 2, 2, importId);
    }

    @Test
    void whose_row_is_gone_is_unsubscribed_and_nobody_else() {
        shop.members(1, 10);
        Source source = added(Shop.with(shop.source(group.id()), null, Source.Vanished.UNSUBSCRIBE));
        run(source, true);
        shop.run("DELETE FROM member WHERE no = 'M0004'");
        shop.run("UPDATE member SET email = 'broken' WHERE no = 'M0005'");
        shop.run("INSERT INTO member (no, email, last_name) VALUES ('M0011', 'm0005@shop.example', '川田')");
        Run run = run(source, true);
        assertThat(run).extracting(Run::state, Run::vanished, Run::brought).containsExactly(Run.State.DONE, 1, 10);
        assertThat(state("m0004@shop.example")).isEqualTo("UNSUBSCRIBED");
        assertThat(state("m0005@shop.example")).isEqualTo("SUBSCRIBED");
        shop.members(4, 4);
        run(source, true);
        assertThat(state("m0004@shop.example")).as("back again").isEqualTo("UNSUBSCRIBED");
    }

    @Test
    void whose_row_is_gone_leaves_the_group_but_their_word_stays() {
        shop.members(1, 10);
        Source source = added(Shop.with(shop.source(group.id()), null, Source.Vanished.REMOVE_FROM_GROUP));
        run(source, true);
        database.client().sql("UPDATE membership SET state = 'UNSUBSCRIBED' WHERE customer_id = (SELECT id FROM customer WHERE number = 'M0001')").update();
        shop.run("DELETE FROM member WHERE no IN ('M0001', 'M0002')");
        assertThat(run(source, true)).extracting(Run::state, Run::vanished).containsExactly(Run.State.DONE, 1);
        assertThat(state("m0001@shop.example")).isEqualTo("UNSUBSCRIBED");
        assertThat(state("m0002@shop.example")).isEmpty();
        assertThat(state("m0003@shop.example")).isEqualTo("SUBSCRIBED");
    }

    @Test
    void when_many_rows_are_gone_a_person_is_asked_first() {
        shop.members(1, 10);
        Source source = added(Shop.with(shop.source(group.id()), null, Source.Vanished.UNSUBSCRIBE));
        run(source, true);
        shop.run("DELETE FROM member WHERE no > 'M0007'");
        Run asking = run(source, true);
        assertThat(asking).extracting(Run::state, Run::vanished, Run::brought).containsExactly(Run.State.ASKING, 3, 10);
        assertThat(state("m0009@shop.example")).isEqualTo("SUBSCRIBED");

        assertThat(synchronisation.approve(source, asking.id())).isTrue();
        assertThat(synchronisation.approve(source, asking.id())).as("twice").isFalse();
        synchronisation.work(asking.id());
        assertThat(synchronisation.runs.find(asking.id()).orElseThrow().state()).isEqualTo(Run.State.DONE);
        assertThat(state("m0009@shop.example")).isEqualTo("UNSUBSCRIBED");
        assertThat(state("m0007@shop.example")).isEqualTo("SUBSCRIBED");
    }

    @Test
    void customers_somebody_else_registered_are_never_taken_out() throws IOException {
        shop.members(1, 10);
        Path file = Files.writeString(home.resolve("own.csv"), "メールアドレス\nm0001@shop.example\nown@shop.example\n");
        imports.run(imports.start(file, new todoku.customer.ImportChoices("own.csv", group.id(), false)).id(), file);
        Source plain = Shop.with(shop.source(group.id()), null, Source.Vanished.REMOVE_FROM_GROUP);
        Source source = added(new Source(0, plain.name(), plain.kind(), plain.host(), plain.port(), plain.database(), plain.username(), plain.tls(), 5, 5,
                plain.query(), plain.key(), plain.mapping(), plain.group(), false, plain.vanished(), plain.schedule(), null, null, null, 1, now, null));
        assertThat(run(source, true)).extracting(Run::success, Run::other).containsExactly(9, 1);
        shop.run("DELETE FROM member WHERE no IN ('M0001', 'M0002')");
        assertThat(run(source, true)).extracting(Run::vanished, Run::brought).containsExactly(1, 9);
        assertThat(state("m0001@shop.example")).isEqualTo("SUBSCRIBED");
        assertThat(state("own@shop.example")).isEqualTo("SUBSCRIBED");
        assertThat(state("m0002@shop.example")).isEmpty();
    }

    @Test
    void a_run_whose_file_was_elsewhere_begins_again() {
        shop.members(1, 3);
        Source source = added(shop.source(group.id()));
        long id = synchronisation.open(source, true, null).orElseThrow();
        synchronisation.runs.attempted(id);
        synchronisation.work(id);
        assertThat(synchronisation.runs.find(id).orElseThrow()).extracting(Run::state, Run::success).containsExactly(Run.State.DONE, 3);
    }
}
