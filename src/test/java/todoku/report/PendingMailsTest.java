package todoku.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.database.Database;
import todoku.delivery.Batches;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Recipients;

/// The page of a customer tells what is on its way to them.
class PendingMailsTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private final TestServer.Visitor admin = server.admin();
    private final Database database = server.part(Database.class);
    private final Mailings mailings = new Mailings(database.client(), InstantSource.system());
    private long customer;
    private MailingId mailing = new MailingId(0);

    @BeforeEach
    void hanakoAndAMailingThatPauses() {
        admin.get("/customers/new");
        admin.post("/customers", Map.of("address", "hanako" + System.nanoTime() + "@pending.example", "family_name", "佐藤"));
        customer = database.client().sql("SELECT max(id) FROM customer").query(Long.class).single();
        mailing = database.inTransaction(() -> {
            MailingId made = mailings.create(new Mailings.NewMailing(
                    Mailings.Kind.GROUP, Environment.SANDBOX, 1, null, 50, null, null, Instant.now().plus(Duration.ofDays(3))));
            var recipients = new Recipients(database.client());
            recipients.choose("SELECT id AS customer_id, address_id FROM customer", Map.of());
            new Batches(database.client()).cut(made, recipients.write(made));
            mailings.planned(made, Math.toIntExact(database.client().sql("SELECT count(*) FROM customer").query(Long.class).single()));
            mailings.start(made);
            mailings.pause(made, Mailings.PauseCause.USER);
            return made;
        });
    }

    @AfterEach
    void stop() {
        mailings.stop(mailing);
    }

    @Test
    void a_mail_that_waits_stands_on_top_with_the_reason() {
        assertThat(page()).contains("これから届くメール", "担当者が一時停止しています", "（件名のないメール）", "に配信開始");
        assertThat(page().indexOf("これから届くメール")).isLessThan(page().indexOf("顧客を登録"));
        mailings.stop(mailing);
        assertThat(page()).doesNotContain("これから届くメール");
    }

    @Test
    void one_that_was_refused_for_now_tells_the_answer_and_when_it_is_tried_again() {
        refusedForNow("452 4.2.2 Mailbox full", Instant.now().plus(Duration.ofHours(1)));
        mailings.resume(mailing);
        assertThat(page()).contains("これから届くメール", "「452」の応答がありました（2 回送信）", "に送り直し", "452 4.2.2 Mailbox full");
    }

    @Test
    void a_bounce_that_came_before_the_result_is_told() {
        database.client().sql("INSERT INTO waiting_bounce (mailing_id, no, reason, at) VALUES (:mailing, :no, 'USER_UNKNOWN', now())")
                .param("mailing", mailing.value()).param("no", number()).update();
        assertThat(page()).contains("エラーメールが戻ってきています（宛先不明）");
    }

    @Test
    void whoever_has_a_result_has_nothing_on_its_way() {
        database.client().sql("INSERT INTO recipient_result (mailing_id, no, state, attempts, at) VALUES (:mailing, :no, 'DELIVERED', 1, now())")
                .param("mailing", mailing.value()).param("no", number()).update();
        assertThat(page()).doesNotContain("これから届くメール");
    }

    /// As the engine writes it down.
    private void refusedForNow(String reply, Instant due) {
        var db = database.client();
        db.sql("INSERT INTO destination (name) VALUES ('pending.example') ON CONFLICT DO NOTHING").update();
        db.sql("UPDATE delivery_batch SET state = 'ENDED', open_upto = last_no WHERE mailing_id = :mailing")
                .param("mailing", mailing.value()).update();
        long text = db.sql("INSERT INTO reply_text (hash, text) VALUES (sha256(convert_to(:text, 'UTF8')), :text) RETURNING id")
                .param("text", reply).query(Long.class).single();
        db.sql("""
                INSERT INTO waiting_message (mailing_id, no, destination_id, priority, due_at, expires_at, dated_at, attempts, reply_id)
                SELECT :mailing, :no, id, 50, :due, :due + interval '1 day', now(), 2, :reply FROM destination WHERE name = 'pending.example'
                """)
                .param("mailing", mailing.value()).param("no", number()).param("due", due.atOffset(java.time.ZoneOffset.UTC))
                .param("reply", text).update();
    }

    private int number() {
        return database.client().sql("SELECT no FROM mailing_recipient WHERE mailing_id = :mailing AND customer_id = :customer")
                .param("mailing", mailing.value()).param("customer", customer).query(Integer.class).single();
    }

    private String page() {
        return admin.get("/customers/" + customer).body();
    }
}
