package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.TestServer;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;

class DuplicatesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @BeforeAll
    static void people_who_are_there_twice() throws IOException {
        register("A", """
                会員番号,メールアドレス,姓,名,生年月日,電話番号,都道府県,メルマガ希望,備考
                ,hanako@example.jp,山田,花子,1990/4/1,,東京都,希望する,
                ,jiro@example.jp,佐藤,次郎,,03-1111-2222,,希望する,
                ,saburo@example.jp,鈴木,三郎,1980/1/1,,,希望する,
                """);
        register("B", """
                会員番号,メールアドレス,姓,名,生年月日,電話番号,都道府県,メルマガ希望,備考
                M7,hanako@example.com,山田,花子,1990/4/1,090-1234-5678,大阪府,希望する,二つ目
                ,jiro@example.com,佐藤,次郎,1970/1/1,03-1111-2222,,希望する,
                ,saburo@example.com,鈴木,三郎,1980/1/2,,,希望する,
                """);
    }

    private static void register(String group, String csv) throws IOException {
        Path file = Files.writeString(Files.createTempFile("customers", ".csv"), csv);
        CustomerImport imports = server.part(CustomerImport.class);
        long id = server.part(Groups.class).findOrCreate(1, group).id();
        assertThat(imports.run(imports.start(file, new ImportChoices("c.csv", id, true)).id(), file).failure()).isZero();
    }

    @Test
    void the_same_name_with_a_birthday_or_a_telephone_is_shown_and_merged_into_one() {
        JdbcClient db = server.database().client();
        Customer kept = customer("hanako@example.jp"), other = customer("hanako@example.com");
        TestServer.Visitor admin = server.admin();
        assertThat(admin.get("/customers").body()).contains("重複の候補");
        assertThat(admin.get("/customers/duplicates").body()).contains("山田 花子", "佐藤 次郎").doesNotContain("鈴木 三郎");
        assertThat(admin.get("/customers/duplicates?first=" + kept.id() + "&second=" + other.id()).body()).doesNotContain("山田 花子");

        long b = server.part(Groups.class).find("B").orElseThrow().id();
        admin.post("/customers/" + other.id() + "/groups", Map.of("group", "" + b, "state", "BANNED"));
        long kind = db.sql("INSERT INTO consent (customer_id, address_id, address_key, source, agreed_at, recorded_at) VALUES (:id, :address, decode(repeat('00', 32), 'hex'), 'PAPER', now(), now()) RETURNING id")
                .param("id", other.id()).param("address", other.addressId()).query(Long.class).single();
        db.sql("""
                WITH orders AS (INSERT INTO record_kind (key, label) VALUES ('orders', '注文') RETURNING id)
                INSERT INTO related_record (kind_id, customer_id, number, at) SELECT id, :id, 'T-1', now() FROM orders
                """).param("id", other.id()).update();
        server.part(Suppressions.class).add(new AddressId(other.addressId()), Suppressions.Reason.REQUESTED);

        String path = "/customers/duplicates/" + kept.id() + "/" + other.id();
        assertThat(admin.get(path).body()).contains("残す", "東京都", "大阪府", "090-1234-5678", "配信禁止");
        assertThat(admin.post(path, Map.of("keptVersion", "" + kept.version(), "otherVersion", "99")).statusCode()).isEqualTo(409);
        assertThat(admin.get("/customers/duplicates/" + kept.id() + "/" + kept.id()).statusCode()).isEqualTo(404);
        assertThat(admin.post(path, Map.of("keptVersion", "" + kept.version(), "otherVersion", "" + other.version())).body()).contains("hanako@example.jp");

        Customer one = customer("hanako@example.jp");
        assertThat(one.id()).isEqualTo(kept.id());
        assertThat(List.of(String.valueOf(one.number()), String.valueOf(one.prefecture()), String.valueOf(one.telephone())))
                .containsExactly("M7", "東京都", "090-1234-5678");
        assertThat(one.custom()).containsEntry("備考", "二つ目");
        assertThat(server.part(Customers.class).find(other.id())).isEmpty();
        assertThat(db.sql("SELECT state FROM membership WHERE customer_id = :id ORDER BY group_id").param("id", kept.id()).query(String.class).list())
                .containsExactly("SUBSCRIBED", "BANNED");
        assertThat(db.sql("SELECT customer_id FROM consent WHERE id = :id").param("id", kind).query(Long.class).single()).isEqualTo(kept.id());
        assertThat(db.sql("SELECT customer_id FROM related_record WHERE number = 'T-1'").query(Long.class).single()).isEqualTo(kept.id());
        assertThat(admin.get("/customers/" + kept.id()).body()).contains("重複していた顧客をまとめた");
        assertThat(server.part(Suppressions.class).of(new AddressId(kept.addressId()))).hasSize(1);
        assertThat(admin.get("/audit").body()).contains("重複した顧客をまとめた");
    }

    private static Customer customer(String address) {
        return server.part(Customers.class).search(address, 1).getFirst();
    }
}
