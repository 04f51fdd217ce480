package todoku.customer.growth;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.customer.Groups;
import todoku.database.Database;

class GrowthPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    private final TestServer.Visitor admin = server.admin();
    private final Database database = server.part(Database.class);

    @Test
    void records_are_shown_by_month_by_day_and_by_group_and_kept_as_a_file() throws Exception {
        assertThat(admin.get("/reports/records").body()).contains("まだ顧客がいません", "月別最大顧客レコード数");
        long group = new Groups(database.client()).findOrCreate(1, "秋の会").id();
        var db = database.client();
        db.sql("INSERT INTO record_growth VALUES (date_trunc('hour', now()), 1234, 34, 1234)").update();
        db.sql("INSERT INTO group_growth VALUES (:group, date_trunc('hour', now()), 'PERSON', 0, 12), (:group, date_trunc('hour', now()), 'IMPORT', 900, 0)")
                .param("group", group).update();

        assertThat(admin.get("/reports/records").body()).contains("1,234", "1,200", "+1,234", "−34", "からの記録です");
        assertThat(admin.get("/reports/records?span=year").body()).contains("+1,234");
        assertThat(admin.get("/reports/records?span=day&group=" + group).body())
                .contains("グループ「秋の会」", "一括登録", "配信停止リンク（ご本人）", "888", "−12");
        assertThat(admin.get("/reports/records?group=4711").statusCode()).isEqualTo(404);
        assertThat(admin.get("/reports/records?until=yesterday").statusCode()).isEqualTo(404);
        var file = admin.get("/reports/records.csv?span=month");
        assertThat(file.headers().firstValue("content-type").orElseThrow()).contains("windows-31j");
        assertThat(new String(admin.bytes("/reports/records.csv?span=month"), Charset.forName("windows-31j")))
                .startsWith("月,レコード数,新規登録数,削除数\r\n").endsWith(",1200,1234,34\r\n");
    }
}
