package todoku.customer.consent;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.customer.CustomerImport;
import todoku.customer.Groups;
import todoku.customer.ImportChoices;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;
import todoku.suppression.Suppressions.Reason;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class PersonalDataTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    @Test
    void one_person_gets_everything_and_nobody_elses() throws Exception {
        imported("会員番号,メールアドレス,姓,好きな色,同意日時,利用目的\nP1,hanako@kaiji.example,=山田,青,2025/01/02 10:00,案内\nP2,taro@kaiji.example,織田,赤,2025/01/03,案内\n");
        long id = number("SELECT id FROM customer WHERE number = 'P1'"), address = number("SELECT address_id FROM customer WHERE number = 'P1'");
        server.part(Suppressions.class).add(new AddressId(address), Reason.REQUESTED);
        server.database().client().sql("INSERT INTO record_kind (key, label) VALUES ('来店', '来店')").update();
        server.database().client().sql("INSERT INTO related_record (kind_id, customer_id, number, at, amount, data)"
                + " SELECT k.id, " + id + ", 'N' || n, '2025-03-04'::timestamptz + n * interval '1 hour', n, '{}' FROM record_kind k, generate_series(1, 1200) n")
                .update();

        TestServer.Visitor admin = server.admin();
        assertThat(admin.get("/customers/" + id).body()).contains("この人の全データ（ZIP）");
        Map<String, String> files = unzipped(admin.bytes("/customers/" + id + "/data.zip"));
        assertThat(files.keySet()).containsExactly("customer.csv", "groups.csv", "history.csv", "consents.csv", "mails.csv", "responses.csv",
                "records.csv", "suppressions.csv", "data.json");
        assertThat(files.get("customer.csv")).startsWith("\uFEFF項目,値\r\n").contains("メールアドレス,hanako@kaiji.example\r\n", "好きな色,青\r\n", "姓,'=山田\r\n");
        assertThat(files.get("groups.csv")).contains("会員,配信中,");
        assertThat(files.get("history.csv")).contains("登録", "customers.csv");
        assertThat(files.get("consents.csv")).contains("2025/01/02 10:00:00,インポート,", "案内");
        assertThat(files.get("suppressions.csv")).contains("配信停止,");
        assertThat(files.get("records.csv").lines()).hasSize(1201);
        JsonNode json = JsonMapper.shared().readTree(files.get("data.json"));
        assertThat(json.get("records")).hasSize(1200);
        assertThat(json.get("customer").get(2).get("値").asString()).isEqualTo("=山田");
        assertThat(json.get("consents").get(0).get("利用目的").asString()).isEqualTo("案内");
        assertThat(String.join("", files.values())).doesNotContain("taro@kaiji.example", "織田");
        assertThat(admin.get("/audit").body()).contains("顧客の全データをダウンロード");
        assertThat(admin.get("/customers/999999/data.zip").statusCode()).isEqualTo(404);
        assertThat(server.visitor().get("/customers/" + id + "/data.zip").body()).doesNotContain("hanako");
    }

    private static void imported(String text) throws IOException {
        long group = server.part(Groups.class).findOrCreate(1, "会員").id();
        Path file = Files.writeString(Files.createTempFile("customers", ".csv"), text);
        CustomerImport imports = server.part(CustomerImport.class);
        imports.run(imports.start(file, new ImportChoices("customers.csv", group, false)).id(), file);
    }

    private static Map<String, String> unzipped(byte[] zip) throws IOException {
        Map<String, String> files = new LinkedHashMap<>();
        try (var in = new ZipInputStream(new ByteArrayInputStream(zip))) {
            for (ZipEntry entry = in.getNextEntry(); entry != null; entry = in.getNextEntry())
                files.put(entry.getName(), new String(in.readAllBytes(), UTF_8));
        }
        return files;
    }

    private static long number(String sql) {
        return server.database().client().sql(sql).query(Long.class).single();
    }
}
