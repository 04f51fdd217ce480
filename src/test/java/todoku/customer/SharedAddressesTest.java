package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.TestServer;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;

/// One address with several customers.
class SharedAddressesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final String SETTINGS = "/settings/shared-addresses";

    private JdbcClient db;
    private TestServer.Visitor admin;

    @BeforeEach
    void nobody_is_there() {
        db = server.database().client();
        admin = server.admin();
        db.sql("TRUNCATE customer, membership, departed_membership, suppression, address RESTART IDENTITY CASCADE").update();
    }

    @AfterEach
    void as_at_the_beginning() {
        db.sql("UPDATE customer_setting SET address_unique = true").update();
    }

    @Test
    void at_first_an_address_has_one_customer() {
        assertThat(admin.get("/settings").body()).contains(SETTINGS);
        assertThat(admin.get(SETTINGS).body()).contains("認めない", "重複配信チェック");
        register("1", "ie@example.jp", "山田");
        assertThat(save("/customers", "2", "ie@example.jp", "山田", 0)).contains("すでに登録されています");
        assertThat(holders("ie@example.jp")).containsExactly("0 1");
    }

    @Test
    void switched_off_a_new_number_may_have_an_address_others_have() {
        register("1", "ie@example.jp", "山田");
        allow();
        assertThat(admin.get("/audit").body()).contains("同じメールアドレスの登録の可否を変更");

        assertThat(save("/customers", "", "ie@example.jp", "鈴木", 0)).contains("会員番号を入れてください");
        assertThat(save("/customers", "1", "ie@example.jp", "鈴木", 0)).contains("会員番号：ほかの方が使っています");
        register("2", "IE@example.jp", "鈴木");
        register("3", "ie@example.jp", "佐藤");
        assertThat(holders("ie@example.jp")).containsExactly("0 1", "1 2", "2 3");
        assertThat(admin.get("/customers/" + id("1")).body())
                .contains("ほかに 2 人", "/customers/" + id("2") + "\"", "鈴木", "/customers/" + id("3") + "\"", "佐藤");
        assertThat(admin.get("/customers?q=ie@example.jp").body()).contains("山田", "鈴木", "佐藤");
    }

    @Test
    void the_next_one_is_the_first_holder_when_the_first_is_deleted_or_moves_away() {
        allow();
        for (String number : List.of("1", "2", "3")) register(number, "ie@example.jp", "山田");
        admin.post("/customers/" + id("1") + "/delete", Map.of());
        assertThat(holders("ie@example.jp")).containsExactly("0 2", "2 3");

        assertThat(save("/customers/" + id("2"), "2", "soto@example.jp", "山田", 1)).contains("soto@example.jp");
        assertThat(holders("ie@example.jp")).containsExactly("0 3");
        assertThat(holders("soto@example.jp")).containsExactly("0 2");

        assertThat(save("/customers/" + id("3"), "3", "soto@example.jp", "山田", 1)).contains("soto@example.jp");
        assertThat(holders("soto@example.jp")).containsExactly("0 2", "1 3");
        admin.post("/customers/" + id("2") + "/delete", Map.of());
        admin.post("/customers/" + id("3") + "/delete", Map.of());
        assertThat(db.sql("SELECT count(*) FROM address WHERE canonical LIKE '%@example.jp'").query(Integer.class).single()).isOne();
    }

    @Test
    void switching_on_again_waits_until_no_address_is_shared() {
        allow();
        register("1", "ie@example.jp", "山田");
        register("2", "ie@example.jp", "鈴木");
        String refused = admin.post(SETTINGS, Map.of("version", version(), "unique", "true")).body();
        assertThat(refused).contains("1 件あるため", "/customers/duplicates");
        assertThat(new SharedAddresses(db).allowed()).isTrue();

        admin.post("/customers/" + id("1") + "/delete", Map.of());
        assertThat(admin.post(SETTINGS, Map.of("version", "0", "unique", "true")).statusCode()).isEqualTo(409);
        assertThat(admin.post(SETTINGS, Map.of("version", version(), "unique", "true")).body()).contains("一人の顧客です");
        assertThat(new SharedAddresses(db).allowed()).isFalse();
    }

    @Test
    void what_one_refused_by_a_link_holds_for_all_at_the_address_and_for_who_comes_later() {
        allow();
        register("1", "ie@example.jp", "山田");
        register("2", "ie@example.jp", "鈴木");
        register("9", "other@example.jp", "佐藤");
        long group = server.part(Groups.class).findOrCreate(1, "メルマガ").id();
        for (String number : List.of("1", "2", "9")) admin.post("/customers/" + id(number) + "/groups", Map.of("group", "" + group, "state", "SUBSCRIBED"));
        long mailing = db.sql("""
                INSERT INTO mailing (kind, environment, department_id, priority, state, created_at, expires_at)
                VALUES ('GROUP', 'LIVE', 1, 50, 'SENT', now(), now()) RETURNING id
                """).query(Long.class).single();
        db.sql("INSERT INTO mailing_group (mailing_id, group_id) VALUES (:mailing, :group)").param("mailing", mailing).param("group", group).update();
        db.sql("INSERT INTO old_recipient (mailing_id, first_no, customers) VALUES (:mailing, 1, ARRAY[:two::bigint])")
                .param("mailing", mailing).param("two", id("2")).update();

        server.part(Memberships.class).leave(mailing, 1, java.time.Instant.parse("2026-11-22T09:00:00Z"));
        register("3", "ie@example.jp", "高橋");
        assertThat(db.sql("SELECT c.number || ' ' || m.state FROM membership m JOIN customer c ON c.id = m.customer_id ORDER BY 1").query(String.class).list())
                .containsExactly("1 UNSUBSCRIBED", "2 UNSUBSCRIBED", "3 UNSUBSCRIBED", "9 SUBSCRIBED");
        assertThat(admin.get("/customers/" + id("3")).body()).contains("配信停止");
    }

    @Test
    void suppressions_are_listed_once_and_hold_for_everybody_at_the_address() {
        allow();
        register("1", "ie@example.jp", "山田");
        register("2", "ie@example.jp", "鈴木");
        long address = db.sql("SELECT address_id FROM customer WHERE number = '1'").query(Long.class).single();
        server.part(Suppressions.class).add(new AddressId(address), Suppressions.Reason.BANNED);
        String bans = admin.get("/customers/bans").body();
        assertThat(bans.split("ie@example.jp", -1)).hasSize(2);
        for (String number : List.of("1", "2")) assertThat(admin.get("/customers/" + id(number)).body()).contains("tk-tag red");
    }

    @Test
    void those_who_share_an_address_are_candidates_for_being_made_one() {
        allow();
        register("1", "ie@example.jp", "山田");
        register("2", "ie@example.jp", "鈴木");
        register("3", "ie@example.jp", "佐藤");
        long group = server.part(Groups.class).findOrCreate(1, "メルマガ").id();
        admin.post("/customers/" + id("1") + "/groups", Map.of("group", "" + group, "state", "UNSUBSCRIBED"));
        admin.post("/customers/" + id("2") + "/groups", Map.of("group", "" + group, "state", "SUBSCRIBED"));
        for (String path : List.of("/customers/duplicates", "/customers/duplicates?same=address"))
            assertThat(admin.get(path).body()).contains("山田", "鈴木", "佐藤", "メールアドレス</span>");

        long kept = id("2");
        assertThat(admin.get("/customers/duplicates/" + kept + "/" + id("1")).statusCode()).isEqualTo(200);
        assertThat(admin.post("/customers/duplicates/" + kept + "/" + id("1"), Map.of("keptVersion", "1", "otherVersion", "1")).body()).contains("1件にまとめました");
        assertThat(holders("ie@example.jp")).containsExactly("0 2", "2 3");
        assertThat(db.sql("SELECT state FROM membership WHERE customer_id = :kept").param("kept", kept).query(String.class).list())
                .containsExactly("UNSUBSCRIBED");
        admin.post("/customers/duplicates/" + kept + "/" + id("3"), Map.of("keptVersion", "2", "otherVersion", "1"));
        assertThat(holders("ie@example.jp")).containsExactly("0 2");
        assertThat(admin.post(SETTINGS, Map.of("version", version(), "unique", "true")).body()).contains("一人の顧客です");
    }

    @Test
    void the_page_of_a_person_shows_the_mails_to_that_person_not_to_others_at_the_address() {
        allow();
        register("1", "ie@example.jp", "山田");
        register("2", "ie@example.jp", "鈴木");
        var database = server.database();
        long partition = new todoku.mailing.Partitions(database).reserve(2).value();
        long mailing = db.sql("""
                INSERT INTO mailing (id, kind, environment, department_id, priority, state, created_at, expires_at)
                OVERRIDING SYSTEM VALUE VALUES (:id, 'GROUP', 'LIVE', 1, 50, 'SENT', now(), now()) RETURNING id
                """).param("id", partition).query(Long.class).single();
        db.sql("""
                INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id)
                SELECT :mailing, number::int, address_id, id FROM customer
                """).param("mailing", mailing).update();
        long address = db.sql("SELECT address_id FROM customer WHERE number = '1'").query(Long.class).single();
        new todoku.event.EventLedger(db).append(List.of(new todoku.event.Event(
                java.time.Instant.parse("2026-11-22T03:00:00Z"), todoku.event.Event.Kind.DELIVERED, todoku.event.Event.Environment.LIVE,
                new todoku.event.MailingId(mailing), 2, new AddressId(address), "{}")));

        assertThat(admin.get("/customers/" + id("2")).body()).contains("メールが届きました");
        assertThat(admin.get("/customers/" + id("1")).body()).doesNotContain("メールが届きました");
    }

    private void allow() {
        assertThat(admin.post(SETTINGS, Map.of("version", version(), "unique", "false")).body()).contains("同じアドレスの顧客を登録できます");
    }

    private String version() {
        return db.sql("SELECT version::text FROM customer_setting").query(String.class).single();
    }

    private void register(String number, String address, String name) {
        assertThat(save("/customers", number, address, name, 0)).contains("保存しました");
    }

    private String save(String path, String number, String address, String name, int version) {
        Map<String, String> form = new HashMap<>(Map.of("number", number, "address", address, "family_name", name));
        if (version > 0) form.put("version", "" + version);
        return admin.post(path, form).body();
    }

    private long id(String number) {
        return db.sql("SELECT id FROM customer WHERE number = :number").param("number", number).query(Long.class).single();
    }

    private List<String> holders(String address) {
        return db.sql("SELECT share_no || ' ' || number FROM customer c JOIN address a ON a.id = c.address_id WHERE a.canonical = :address ORDER BY share_no")
                .param("address", address).query(String.class).list();
    }
}
