package todoku.customer.timeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.event.Event;
import todoku.event.Event.Environment;
import todoku.event.Event.Kind;
import todoku.event.EventLedger;
import todoku.event.MailingId;

class TimelineTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private static final List<Long> DEPARTMENTS = List.of(1L);
    private static final Instant NOON = Instant.parse("2026-11-20T03:00:00Z");

    private final TestServer.Visitor admin = server.admin();
    private final Database database = server.part(Database.class);
    private final Timeline timeline = server.part(Timeline.class);
    private final EventLedger ledger = new EventLedger(database.client());
    private long customer;
    private long address;
    private long mailing;

    @BeforeEach
    void hanakoAndAMailing() {
        admin.get("/customers/new");
        admin.post("/customers", Map.of(
                "address", "hanako" + System.nanoTime() + "@example.jp", "family_name", "佐藤", "given_name", "花子"));
        customer = database.client().sql("SELECT max(id) FROM customer").query(Long.class).single();
        address = database.client().sql("SELECT address_id FROM customer WHERE id = :id").param("id", customer).query(Long.class).single();
        mailing = database.client().sql("""
                INSERT INTO mailing (kind, environment, department_id, priority, state, created_at, expires_at)
                VALUES ('GROUP', 'LIVE', 1, 50, 'SENT', now(), now()) RETURNING id
                """).query(Long.class).single();
    }

    @Test
    void mails_reactions_purchases_and_states_are_one_list_the_newest_first() {
        happened(NOON, Kind.DELIVERED, "{}");
        bought(NOON.plusSeconds(120), "A-1");
        happened(NOON.plusSeconds(60), Kind.OPENED, "{\"device\": \"TABLET\"}");
        happened(NOON.plusSeconds(90), Kind.CLICKED, "{\"link\": 1}");

        assertThat(said(Sort.ALL)).containsExactly("CUSTOMER_CREATED", "A-1", "CLICKED", "OPENED", "DELIVERED");
        assertThat(said(Sort.MAIL)).containsExactly("DELIVERED");
        assertThat(said(Sort.RESPONSE)).containsExactly("CLICKED", "OPENED");
        assertThat(said(Sort.RECORD)).containsExactly("A-1");
        assertThat(said(Sort.STATE)).containsExactly("CUSTOMER_CREATED");
        assertThat(timeline.figures(customer, address)).isEqualTo(new Timeline.Figures(1, 1, 1));
        assertThat(admin.get("/customers/" + customer).body())
                .contains("これまでのできごと", "メールが届きました", "メールを開封しました", "タブレット", "リンクをクリックしました", "顧客を登録", "A-1");
        assertThat(admin.get("/customers/" + customer + "/timeline?sort=MAIL").body()).contains("佐藤", "メールが届きました").doesNotContain("開封しました");
    }

    @Test
    void page_after_page_tells_everything_once() {
        for (int i = 0; i < 70; i++) {
            happened(NOON.plusSeconds(60L * i), Kind.DELIVERED, "{}");
            bought(NOON.plusSeconds(60L * i + 30), "B-" + i);
        }
        List<Happening> all = new ArrayList<>();
        String before = "";
        int pages = 0;
        while (before != null) {
            Timeline.Part part = timeline.of(customer, address, DEPARTMENTS, Sort.ALL, before);
            all.addAll(part.happenings());
            before = part.older();
            pages++;
        }
        assertThat(pages).isEqualTo(3);
        assertThat(all).hasSize(141).doesNotHaveDuplicates().isSortedAccordingTo((a, b) -> b.at().compareTo(a.at()));
    }

    @Test
    void a_place_that_nobody_wrote_is_the_beginning() {
        happened(NOON, Kind.DELIVERED, "{}");
        for (String wrong : List.of("x", "1_2_3", "9999999999999999999_1_1_1", "1_1_999999999999999999_1"))
            assertThat(timeline.of(customer, address, DEPARTMENTS, Sort.ALL, wrong).happenings()).isNotNull();
        assertThat(admin.get("/customers/" + customer + "/timeline?before=%27").statusCode()).isEqualTo(200);
        assertThat(admin.get("/customers/4711/timeline").statusCode()).isEqualTo(404);
        assertThat(admin.get("/customers/" + customer + "/timeline?sort=NOTHING").statusCode()).isBetween(400, 404);
    }

    private void happened(Instant at, Kind kind, String detail) {
        ledger.append(List.of(new Event(at, kind, Environment.LIVE, new MailingId(mailing), 1, new AddressId(address), detail)));
    }

    private void bought(Instant at, String number) {
        var db = database.client();
        db.sql("INSERT INTO record_kind (key, label) VALUES ('order', '注文') ON CONFLICT (key) DO NOTHING").update();
        db.sql("""
                INSERT INTO related_record (kind_id, customer_id, number, at, amount)
                SELECT id, :customer, :number, :at, 6480 FROM record_kind WHERE key = 'order'
                """).param("customer", customer).param("number", number + "-" + customer).param("at", at.atOffset(java.time.ZoneOffset.UTC)).update();
    }

    private List<String> said(Sort sort) {
        return timeline.of(customer, address, DEPARTMENTS, sort, "").happenings().stream()
                .map(each -> switch (each) {
                    case Happening.Mail mail -> mail.kind().name();
                    case Happening.State state -> state.entry().kind().name();
                    case Happening.Record record -> String.valueOf(record.row().number()).replace("-" + customer, "");
                })
                .toList();
    }
}
