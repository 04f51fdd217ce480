package todoku.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.TestServer;
import todoku.access.SignIn;
import todoku.customer.CustomerImport;
import todoku.event.MailingId;
import todoku.mailing.Mailings;

/// The sample campaign of a first start, ten days after it was delivered.
class RetentionPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    static TestServer.Visitor admin;
    static JdbcClient db;

    @BeforeAll
    static void itWasDeliveredTenDaysAgo() {
        admin = server.admin();
        db = server.database().client();
        Mailings mailings = server.part(Mailings.class);
        long giveUp = System.nanoTime() + 60_000_000_000L;
        while (db.sql("SELECT count(*) FROM mailing WHERE state = 'SENT'").query(Integer.class).single() == 0 && System.nanoTime() < giveUp)
            Thread.yield();
        assertThat(mailings.state(new MailingId(1))).isEqualTo(Mailings.State.SENT);
        db.sql("UPDATE mailing SET started_at = started_at - interval '10 days', ended_at = ended_at - interval '10 days'").update();
    }

    @Test
    void details_go_only_after_somebody_has_said_so_twice_and_the_pages_say_that_they_are_gone() {
        assertThat(admin.get("/settings").body()).contains("href=\"/settings/retention\"");
        assertThat(admin.get("/settings/retention").body()).contains("無期限に残す", "value=\"100\"", "検証と本番は別々に数えます", "value=\"365\"", "value=\"10\"");
        String report = admin.get("/reports/1").body();
        long customer = db.sql("SELECT customer_id FROM mailing_recipient WHERE mailing_id = 1 AND no = 7").query(Long.class).single();
        int version = version();

        HttpResponse<String> asked = admin.post("/settings/retention", form(version, "DAYS", "7"));
        assertThat(asked.statusCode()).isEqualTo(422);
        assertThat(asked.body()).contains("1 件の配信の明細が、まもなく削除されます", "name=\"sure\"");
        assertThat(version()).isEqualTo(version);
        Map<String, String> sure = form(version, "DAYS", "7");
        sure.put("sure", "true");
        assertThat(admin.post("/settings/retention", sure).body()).contains("保存期間を保存しました");
        assertThat(admin.post("/settings/retention", sure).statusCode()).isEqualTo(409);
        server.part(DetailRetention.class).look();

        assertThat(db.sql("SELECT count(*) FROM mailing_recipient WHERE mailing_id = 1").query(Integer.class).single()).isZero();
        String after = admin.get("/reports/1").body();
        assertThat(after).contains("個人別の明細は保存期間を過ぎたため削除されました").doesNotContain("log.csv");
        assertThat(equation(after)).isEqualTo(equation(report));
        assertThat(after).contains("宛先不明", "User unknown", "https://shop.example/spring");
        assertThat(admin.get("/reports/1/destinations").body()).contains("example.net", "60");
        assertThat(admin.get("/reports/1/recipients?shown=FAILED").body()).contains("個人別の明細は保存期間を過ぎたため削除されました").doesNotContain("<tr><td");
        assertThat(admin.get("/reports/1/recipients/7").body()).contains("個人別の明細は保存期間を過ぎたため削除されました");
        assertThat(admin.get("/reports/1/log.csv").uri().getPath()).isEqualTo("/reports/1/recipients");
        assertThat(admin.get("/reports").body()).contains("/reports/1");
        assertThat(admin.get("/campaigns/1").statusCode()).isEqualTo(200);
        assertThat(admin.get("/customers/" + customer + "/timeline").body()).contains("春の新作", "/reports/1/recipients/7");
        assertThat(admin.get("/settings/retention").body()).contains("明細を削除した配信");
        assertThat(admin.get("/audit").body()).contains("保存期間を変更");
    }

    @Test
    void sign_ins_and_results_of_imports_are_kept_as_long_as_it_says() {
        Map<String, String> form = form(version(), "ALL", "");
        form.put("signIn", "60");
        form.put("job", "３");
        assertThat(admin.post("/settings/retention", form).body()).contains("保存期間を保存しました");
        db.sql("""
                INSERT INTO sign_in (at, login, ip, outcome)
                SELECT now() - d * interval '1 day', 'nobody' || d, '127.0.0.1', 'FAILURE' FROM unnest(ARRAY[59, 61]) d
                """).update();
        db.sql("""
                WITH i AS (INSERT INTO customer_import (file_name, state, charset, mode, started_at, ended_at)
                           SELECT d || '.csv', 'DONE', 'UTF-8', 'ADD', now(), now() - d * interval '1 day' FROM unnest(ARRAY[2, 4]) d RETURNING id)
                INSERT INTO customer_import_block SELECT id, 'SUCCESS', 1, '' FROM i
                """).update();
        server.part(SignIn.class).forgetOld();
        server.part(CustomerImport.class).forgetOld();
        assertThat(db.sql("SELECT login FROM sign_in WHERE login LIKE 'nobody%'").query(String.class).list()).containsExactly("nobody59");
        assertThat(db.sql("SELECT file_name FROM customer_import i JOIN customer_import_block b ON b.import_id = i.id WHERE file_name ~ '^[24]'")
                .query(String.class).list()).containsExactly("2.csv");
        assertThat(server.part(CustomerImport.class).latest(10)).filteredOn(each -> each.fileName().equals("2.csv"))
                .allSatisfy(each -> assertThat(each.keptUntil()).isAfter(each.endedAt()));
    }

    @Test
    void what_cannot_be_is_refused_at_its_field() {
        admin.get("/settings/retention");
        assertThat(admin.post("/settings/retention", form(version(), "DAYS", "6")).body()).contains("7 から 36,500 までの日数を入力してください");
        Map<String, String> form = form(version(), "MAILS", "");
        form.put("mails", "0");
        HttpResponse<String> refused = admin.post("/settings/retention", form);
        assertThat(refused.statusCode()).isEqualTo(422);
        assertThat(refused.body()).contains("1 から 100,000 までの件数を入力してください", "value=\"0\"");
        form.put("mails", "100");
        form.put("signIn", "x");
        assertThat(admin.post("/settings/retention", form).body()).contains("30 から 36,500 まで", "value=\"x\"");
        form.put("signIn", "365");
        form.put("job", "366");
        assertThat(admin.post("/settings/retention", form).body()).contains("1 から 365 まで");
    }

    private static String equation(String report) {
        String plain = report.replaceAll("\\s+", " ");
        return plain.substring(plain.indexOf("tk-figs"), plain.indexOf("h-fall"));
    }

    private static int version() {
        return db.sql("SELECT version FROM retention").query(Integer.class).single();
    }

    private static Map<String, String> form(int version, String keep, String days) {
        return new HashMap<>(Map.of(
                "version", Integer.toString(version), "keep", keep, "mails", "100", "days", days, "signIn", "365", "job", "10"));
    }
}
