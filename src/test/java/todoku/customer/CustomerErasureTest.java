package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import todoku.TestServer;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.access.Role;
import todoku.customer.Memberships.Membership;
import todoku.customer.Memberships.State;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;

class CustomerErasureTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    static TestServer.Visitor admin;
    static long group;

    @TempDir
    Path folder;

    @BeforeAll
    static void a_group() {
        admin = server.admin();
        group = server.part(Groups.class).findOrCreate(1, "メルマガ会員").id();
    }

    @Test
    void a_deleted_customer_leaves_no_trace_of_who_they_were() {
        Customer hanako = added("hanako@kesu.example", "徳川");
        set(hanako, State.SUBSCRIBED);
        assertThat(admin.get("/customers/" + hanako.id()).body()).contains("この顧客を削除", "取り消せません");

        assertThat(delete(hanako)).contains("顧客を削除しました").doesNotContain("徳川");
        assertThat(admin.get("/customers/" + hanako.id()).statusCode()).isEqualTo(404);
        assertThat(rows("SELECT canonical || '/' || as_written FROM address WHERE id = " + hanako.addressId()))
                .containsExactly("erased " + hanako.addressId() + "/");
        assertThat(rows("SELECT concat(before, after) FROM audit WHERE act = 'customer.delete' AND subject = 'customer:" + hanako.id() + "'"))
                .containsExactly("");
        assertThat(admin.get("/audit").body()).contains("顧客を削除");
    }

    @Test
    void that_somebody_was_deleted_and_left_their_group_is_an_event() {
        Customer taro = added("taro@kesu.example", "織田");
        set(taro, State.SUBSCRIBED);
        delete(taro);
        assertThat(rows("""
                SELECT concat_ws(' ', kind, detail->>'from', detail->>'to') FROM event
                 WHERE detail->'customers' @> '%d' ORDER BY id
                """.formatted(taro.id())))
                .containsExactly("CUSTOMER_CREATED", "STATE_CHANGED SUBSCRIBED", "STATE_CHANGED SUBSCRIBED", "CUSTOMER_DELETED");
    }

    @Test
    void whoever_was_banned_is_still_banned_when_registered_again_by_hand() {
        Customer banned = added("ban@kesu.example", "");
        set(banned, State.BANNED);
        Instant since = membership(banned).since();
        delete(banned);

        Customer again = added("Ban@kesu.example", "");
        assertThat(again.id()).isNotEqualTo(banned.id());
        assertThat(membership(again).state()).isEqualTo(State.BANNED);
        assertThat(membership(again).since()).isEqualTo(since);
    }

    @Test
    void whoever_had_left_stays_so_when_a_file_brings_them_back() throws IOException {
        Customer left = added("left@kesu.example", "");
        set(left, State.UNSUBSCRIBED);
        delete(left);

        imported("left@kesu.example,希望する\nfresh@kesu.example,希望する\n");
        assertThat(membership(find("left@kesu.example")).state()).isEqualTo(State.UNSUBSCRIBED);
        assertThat(membership(find("fresh@kesu.example")).state()).isEqualTo(State.SUBSCRIBED);
        assertThat(rows("SELECT address_id::text FROM departed_membership WHERE address_id = " + left.addressId())).isEmpty();
    }

    @Test
    void a_suppressed_address_is_kept_and_stays_suppressed() throws IOException {
        Customer complaining = added("angry@kesu.example", "");
        var suppressions = server.part(Suppressions.class);
        suppressions.add(new AddressId(complaining.addressId()), Suppressions.Reason.COMPLAINT);
        delete(complaining);

        imported("angry@kesu.example,希望する\n");
        assertThat(suppressions.of(new AddressId(find("angry@kesu.example").addressId()))).hasSize(1);
    }

    @Test
    void nothing_that_nobody_wants_to_know_of_is_remembered() throws IOException {
        Customer plain = added("plain@kesu.example", "");
        set(plain, State.SUBSCRIBED);
        delete(plain);

        imported("plain@kesu.example,希望しない\n");
        Customer again = find("plain@kesu.example");
        assertThat(again.addressId()).isNotEqualTo(plain.addressId());
        assertThat(membership(again).state()).isEqualTo(State.UNSUBSCRIBED);
    }

    @Test
    void whoever_may_not_change_one_of_their_groups_may_not_delete_them() {
        Customer shared = added("shared@kesu.example", "");
        long elsewhere = server.database().client().sql("INSERT INTO department (name) VALUES ('大阪') RETURNING id").query(Long.class).single();
        long osaka = server.part(Groups.class).findOrCreate(elsewhere, "大阪の会員").id();
        server.database().client().sql("INSERT INTO membership (group_id, customer_id, state, since) VALUES (:group, :customer, 'SUBSCRIBED', now())")
                .param("group", osaka).param("customer", shared.id()).update();
        var tokyo = new Operator(1, "hanako", "花子", Locale.JAPANESE, false, Map.of(1L, Set.of(Role.EDITOR)), "127.0.0.1");

        assertThatThrownBy(() -> server.context().getBean(CustomerErasure.class).erase(tokyo, shared.id())).isInstanceOf(NotAllowed.class);
        assertThat(find("shared@kesu.example")).isEqualTo(shared);
    }

    private static Customer added(String address, String name) {
        admin.get("/customers/new");
        admin.post("/customers", Map.of("address", address, "family_name", name));
        return find(address);
    }

    private static Customer find(String address) {
        return server.part(Customers.class).search(address, 1).getFirst();
    }

    private static void set(Customer customer, State state) {
        admin.get("/customers/" + customer.id());
        admin.post("/customers/" + customer.id() + "/groups", Map.of("group", "" + group, "state", state.name()));
    }

    private static String delete(Customer customer) {
        admin.get("/customers/" + customer.id());
        return admin.post("/customers/" + customer.id() + "/delete", Map.of()).body();
    }

    private static Membership membership(Customer customer) {
        return server.part(Memberships.class).of(List.of(customer.id()), List.of(1L)).getFirst();
    }

    private void imported(String lines) throws IOException {
        Path file = Files.writeString(folder.resolve("f.csv"), "メールアドレス,メルマガ希望\n" + lines);
        CustomerImport imports = server.part(CustomerImport.class);
        assertThat(imports.run(imports.start(file, new ImportChoices("f.csv", group, true)).id(), file).failure()).isZero();
    }

    private static List<String> rows(String sql) {
        return server.database().client().sql(sql).query(String.class).list();
    }
}
