package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.event.AddressId;
import todoku.event.Event;
import todoku.event.Event.Kind;
import todoku.event.LedgerEntry;
import todoku.event.MailingId;
import todoku.mailing.Partitions;

/// On what customers read is learnt from what they do.
class DeviceFollowerTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private final TestServer.Visitor admin = server.admin();
    private final DeviceFollower follower = new DeviceFollower(server.database().client());
    private final Customers customers = server.part(Customers.class);
    private long id;

    @BeforeEach
    void hanako() {
        admin.get("/customers/new");
        admin.post("/customers", Map.of("address", "hanako" + System.nanoTime() + "@example.jp", "family_name", "佐藤"));
        id = server.database().client().sql("SELECT max(id) FROM customer").query(Long.class).single();
    }

    @Test
    void the_newest_device_becomes_theirs_and_the_page_says_where_it_is_from() {
        int version = hanakoNow().version();
        happened(Kind.OPENED, "{\"device\": \"PC\"}", Kind.CLICKED, "{\"link\": 1, \"device\": \"SMARTPHONE\"}", Kind.OPENED, "{}");
        assertThat(hanakoNow().device()).isEqualTo("スマートフォン");
        assertThat(hanakoNow().deviceLearnt()).isTrue();
        assertThat(hanakoNow().version()).isEqualTo(version);
        assertThat(admin.get("/customers/" + id).body()).contains("スマートフォン", "開封・クリックから判定");

        happened(Kind.OPENED, "{\"device\": \"TABLET\"}");
        assertThat(hanakoNow().device()).isEqualTo("タブレット");
        happened(Kind.DELIVERED, "{\"device\": \"PC\"}", Kind.OPENED, "{}");
        assertThat(hanakoNow().device()).isEqualTo("タブレット");
    }

    @Test
    void what_somebody_has_written_stands() {
        happened(Kind.OPENED, "{\"device\": \"PC\"}");
        server.database().client().sql("UPDATE customer SET device = 'iPhone 17' WHERE id = :id").param("id", id).update();
        happened(Kind.OPENED, "{\"device\": \"SMARTPHONE\"}");
        assertThat(hanakoNow().device()).isEqualTo("iPhone 17");
        assertThat(hanakoNow().deviceLearnt()).isFalse();
        assertThat(admin.get("/customers/" + id).body()).contains("iPhone 17").doesNotContain("開封・クリックから判定");
    }

    @Test
    void whoever_is_being_changed_is_passed_over_and_nobody_waits() {
        server.database().inTransaction(() -> {
            server.database().client().sql("SELECT id FROM customer WHERE id = :id FOR UPDATE").param("id", id).query(Long.class).single();
            server.database().inNewTransaction(() -> {
                happened(Kind.OPENED, "{\"device\": \"PC\"}");
                return null;
            });
        });
        assertThat(hanakoNow().device()).isNull();
        happened(Kind.OPENED, "{\"device\": \"PC\"}");
        assertThat(hanakoNow().device()).isEqualTo("PC");
    }

    @Test
    void of_those_who_share_an_address_the_one_whose_mail_it_was_is_meant() {
        var db = server.database().client();
        long brother = db.sql("""
                INSERT INTO customer (number, address_id, share_no, created_at, changed_at)
                SELECT 'brother', address_id, 1, now(), now() FROM customer WHERE id = :id RETURNING id
                """).param("id", id).query(Long.class).single();
        long mailing = new Partitions(server.database()).reserve(1).value();
        db.sql("INSERT INTO mailing_recipient (mailing_id, no, address_id, customer_id) SELECT :mailing, 1, address_id, id FROM customer WHERE id = :id")
                .param("mailing", mailing).param("id", brother).update();
        try {
            follower.follow(List.of(new LedgerEntry(1, new Event(
                    Instant.EPOCH, Kind.OPENED, Event.Environment.LIVE, new MailingId(mailing), 1, new AddressId(hanakoNow().addressId()),
                    "{\"device\": \"TABLET\"}"))));
            assertThat(customers.find(brother).orElseThrow().device()).isEqualTo("タブレット");
            assertThat(hanakoNow().device()).isNull();
        } finally {
            db.sql("DELETE FROM customer WHERE id = :id").param("id", brother).update();
        }
    }

    private void happened(Object... kindsAndDetails) {
        List<LedgerEntry> entries = new ArrayList<>();
        for (int i = 0; i < kindsAndDetails.length; i += 2) {
            entries.add(new LedgerEntry(i, new Event(
                    Instant.EPOCH, (Kind) kindsAndDetails[i], Event.Environment.LIVE, new MailingId(1), 1,
                    new AddressId(hanakoNow().addressId()), (String) kindsAndDetails[i + 1])));
        }
        follower.follow(entries);
    }

    private Customer hanakoNow() {
        return customers.find(id).orElseThrow();
    }
}
