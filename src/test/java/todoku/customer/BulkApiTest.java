package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.Program;
import todoku.Program.Answer;
import todoku.TestServer;
import tools.jackson.databind.JsonNode;

/// Many customers, records and files, as programs send them.
class BulkApiTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private Program program = Program.stranger(server, null);

    @BeforeEach
    void makeKey() {
        program = Program.all(server);
    }

    @Test
    void each_line_is_registered_or_refused_by_itself() {
        long group = group();
        String mark = fresh();
        Answer answer = bulk(group, "", """
                {"email": "%1$sa@example.jp", "familyName": "山田", "wanted": true}
                {"email": "nobody"}

                {"email": "%1$sb@example.jp", "wanted": false}
                not json
                {"email": "%1$sc@example.jp", "colour": "red"}
                {"email": "%1$sd@example.jp", "custom": {"ない項目": 1}}
                {"email": "%1$sa@example.jp", "givenName": "花子"}
                """.formatted(mark));
        assertThat(answer.status()).as(answer.text()).isEqualTo(200);
        List<JsonNode> lines = answer.lines();
        assertThat(lines.stream().filter(line -> line.has("line")).map(line -> line.get("line").intValue() + " " + line.get("label").stringValue()))
                .containsExactly("1 成功", "2 失敗", "4 配信停止", "5 失敗", "6 失敗", "7 失敗", "8 成功");
        assertThat(lines.get(1).get("reason").stringValue()).contains("email", "@");
        assertThat(lines.get(4).get("reason").stringValue()).contains("colour");
        assertThat(lines.getLast().at("/summary/FAILURE").intValue()).isEqualTo(4);
        JsonNode hanako = program.get("/customers/by?email=" + mark + "a%40example.jp").json();
        assertThat(hanako.get("familyName").stringValue()).isEqualTo("山田");
        assertThat(hanako.get("givenName").stringValue()).isEqualTo("花子");
        assertThat(hanako.at("/groups/0/state").stringValue()).isEqualTo("SUBSCRIBED");
    }

    @Test
    void who_left_is_written_to_again_only_with_a_stated_consent() {
        long group = group();
        String line = "{\"email\": \"%s@example.jp\", \"wanted\": %%s}\n".formatted(fresh());
        bulk(group, "", line.formatted(false));
        assertThat(bulk(group, "", line.formatted(true)).text()).contains("配信停止のまま");
        assertThat(counts(group, "UNSUBSCRIBED")).isEqualTo(1);
        bulk(group, "&consentSource=" + "store", line.formatted(true));
        assertThat(counts(group, "SUBSCRIBED")).isEqualTo(1);
    }

    @Test
    void where_addresses_may_be_shared_the_number_says_who_is_who() {
        long group = group();
        String mark = fresh();
        String address = mark + "@example.jp";
        server.database().client().sql("UPDATE customer_setting SET address_unique = false").update();
        try {
            Answer lines = bulk(group, "&key=number", """
                    {"email": "%1$s", "number": "%2$s-1", "familyName": "山田"}
                    {"email": "%1$s", "number": "%2$s-2", "familyName": "鈴木"}
                    {"email": "%1$s", "number": "%2$s-1", "familyName": "山本"}
                    """.formatted(address, mark));
            assertThat(lines.lines().getLast().at("/summary/SUCCESS").intValue()).as(lines.text()).isEqualTo(3);
            assertThat(program.post("/customers", "{\"email\": \"%s\", \"number\": \"%s-3\"}".formatted(address, mark)).status()).isEqualTo(201);
            assertThat(program.post("/customers", "{\"email\": \"%s\"}".formatted(address)).status()).isEqualTo(422);
            assertThat(program.get("/customers?email=" + address.replace("@", "%40")).json().get("items").size()).isEqualTo(3);
            assertThat(program.get("/customers/by?email=" + address.replace("@", "%40")).json().get("familyName").stringValue()).isEqualTo("山本");
        } finally {
            server.database().client().sql("UPDATE customer_setting SET address_unique = true").update();
        }
    }

    @Test
    void sending_the_same_lines_again_changes_nothing() {
        long group = group();
        String mark = fresh();
        String lines = IntStream.range(0, 2500)
                .mapToObj(i -> "{\"email\":\"%s%d@example.jp\",\"number\":\"%s-%d\"%s}".formatted(mark, i, mark, i, i % 3 == 0 ? ",\"city\":\"港区\"" : ""))
                .collect(Collectors.joining("\n"));
        assertThat(bulk(group, "", lines).lines().getLast().at("/summary/SUCCESS").intValue()).isEqualTo(2500);
        assertThat(bulk(group, "&key=number", lines).lines().getLast().at("/summary/SUCCESS").intValue()).isEqualTo(2500);
        assertThat(bulk(group, "&mode=ADD", lines).lines().getLast().at("/summary/OTHER").intValue()).isEqualTo(2500);
        assertThat(counts(group, "SUBSCRIBED")).isEqualTo(2500);
    }

    /// A program that dawdles, and then goes away: what it sent stands.
    @Test
    void a_line_is_registered_within_a_moment_though_no_other_follows() throws Exception {
        long group = group();
        String address = fresh() + "@example.jp";
        URI url = URI.create(server.url());
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            OutputStream out = socket.getOutputStream();
            String line = "{\"email\":\"" + address + "\"}\n";
            out.write(("POST /api/v1/customers:bulk?group=" + group + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + program.token()
                    + "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n"
                    + Integer.toHexString(line.length()) + "\r\n" + line + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.flush();
            until(() -> program.get("/customers/by?email=" + address.replace("@", "%40")).status() == 200);
        }
    }

    @Test
    void a_program_that_reads_while_it_sends_gets_each_result_as_soon_as_there_is_one() throws Exception {
        long group = group();
        URI url = URI.create(server.url());
        try (Socket socket = new Socket(url.getHost(), url.getPort())) {
            socket.setSoTimeout(60_000);
            OutputStream out = socket.getOutputStream();
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
            out.write(("POST /api/v1/customers:bulk?group=" + group + "&stream=true HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + program.token()
                    + "\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(chunk("{\"email\":\"" + fresh() + "@example.jp\"}\n"));
            out.flush();
            assertThat(in.readLine()).contains("200");
            assertThat(upTo(in, "\"line\"")).contains("\"line\":1", "SUCCESS");
            out.write(chunk("{\"email\":\"nobody\"}\n"));
            out.flush();
            assertThat(upTo(in, "\"line\"")).contains("\"line\":2", "FAILURE");
            out.write(chunk(""));
            out.flush();
            assertThat(upTo(in, "\"summary\"")).contains("\"SUCCESS\":1", "\"FAILURE\":1");
        }
        until(() -> server.database().client().sql("SELECT count(*) FROM audit WHERE act = 'customer.api-bulk' AND subject = :subject")
                .param("subject", "group:" + group).query(Long.class).single() == 1);
    }

    @Test
    void results_as_they_come_are_the_same_as_together_and_a_refusal_is_a_problem_still() {
        long group = group();
        String lines = "{\"email\":\"" + fresh() + "@example.jp\"}\nnonsense\n";
        bulk(group, "", lines);
        Answer together = bulk(group, "", lines);
        Answer streamed = bulk(group, "&stream=true", lines);
        assertThat(streamed.lines()).isEqualTo(together.lines());
        assertThat(streamed.header("Content-Type")).isEqualTo(together.header("Content-Type"));
        assertThat(bulk(999_999, "&stream=true", lines).header("Content-Type")).startsWith("application/problem+json");
    }

    private static byte[] chunk(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return (Integer.toHexString(bytes.length) + "\r\n" + text + "\r\n").getBytes(StandardCharsets.UTF_8);
    }

    private static String upTo(BufferedReader in, String wanted) throws IOException {
        for (String line = in.readLine(); line != null; line = in.readLine()) if (line.contains(wanted)) return line;
        throw new AssertionError("no " + wanted + " came");
    }

    @Test
    void lines_need_a_group_and_their_own_type() {
        assertThat(program.send("POST", "/customers:bulk", "{}", "application/x-ndjson").status()).isEqualTo(400);
        assertThat(program.send("POST", "/customers:bulk?group=999999", "{}", "application/x-ndjson").status()).isEqualTo(400);
        assertThat(program.post("/customers:bulk?group=" + group(), "{}").status()).isEqualTo(415);
    }

    @Test
    void a_file_is_imported_and_its_results_fetched() {
        long group = group();
        String csv = "メールアドレス,姓\n" + fresh() + "@example.jp,山田\nnobody,佐藤\n";
        Answer started = upload(group, csv);
        assertThat(started.status()).as(started.text()).isEqualTo(202);
        String at = started.header("Location").substring("/api/v1".length());
        until(() -> program.get(at).json().get("state").stringValue().equals("DONE"));
        assertThat(program.get(at).json().get("failure").intValue()).isEqualTo(1);
        assertThat(program.get(at + "/FAILURE.csv").text()).contains("nobody");
        assertThat(program.get("/imports/999999").status()).isEqualTo(404);
        assertThat(upload(group, "no header\n").json().get("state").stringValue()).isEqualTo("FAILED");
        assertThat(upload(999_999, csv).status()).isEqualTo(422);
    }

    private static void until(BooleanSupplier happened) {
        long giveUp = System.nanoTime() + 60_000_000_000L;
        while (!happened.getAsBoolean()) assertThat(System.nanoTime()).as("still waiting").isLessThan(giveUp);
    }

    private Answer upload(long group, String csv) {
        String body = "--cut\r\nContent-Disposition: form-data; name=\"group\"\r\n\r\n" + group
                + "\r\n--cut\r\nContent-Disposition: form-data; name=\"file\"; filename=\"list.csv\"\r\nContent-Type: text/csv\r\n\r\n" + csv
                + "\r\n--cut--\r\n";
        return program.send("POST", "/imports", body, "multipart/form-data; boundary=cut");
    }

    private Answer bulk(long group, String more, String lines) {
        return program.send("POST", "/customers:bulk?group=" + group + more, lines, "application/x-ndjson");
    }

    private int counts(long group, String state) {
        return program.get("/groups/" + group).json().at("/members/" + state).intValue();
    }

    private long group() {
        return program.post("/groups", "{\"name\":\"%s\"}".formatted(fresh())).json().get("id").longValue();
    }

    private static String fresh() {
        return "t" + UUID.randomUUID().toString().substring(0, 13);
    }
}
