package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URLEncoder;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.access.Masking;

/// 対象者リスト: what somebody reads before they reserve.
class TargetListPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private static final Charset CP932 = Charset.forName("windows-31j");

    final TestServer.Visitor admin = server.admin();

    /// Two of the sample want no mail at all, one name would run in a spreadsheet.
    @BeforeAll
    static void people() {
        var db = server.database().client();
        db.sql("""
                INSERT INTO suppression (address_id, reason, since)
                SELECT address_id, CASE number WHEN '20000001' THEN 'COMPLAINT' ELSE 'REQUESTED' END, now()
                  FROM customer WHERE number IN ('20000000', '20000001', '20000002')
                """).update();
        db.sql("UPDATE customer SET family_name = '=1+1', given_name = NULL WHERE number = '20000003'").update();
    }

    @Test
    void everybody_selected_is_in_it_and_who_is_left_out_with_the_reason_at_the_right() throws Exception {
        String path = made("");

        List<String> lines = new String(admin.bytes(path + "/target-list"), CP932).lines().toList();

        assertThat(lines.getFirst()).isEqualTo("会員番号,氏名,メールアドレス,配信状態,配信,除外の理由");
        assertThat(lines).hasSize(201)
                .contains("20000000,佐藤 花子,user0@example.jp,配信停止,除外,配信停止")
                .contains("20000001,鈴木 太郎,user1@example.com,配信中,除外,迷惑メールの申告")
                .contains("20000002,髙橋 さくら,user2@example.net,配信中,除外,配信停止の依頼")
                .contains("20000003,'=1+1,user3@example.jp,配信中,する,")
                .contains("20000004,伊藤 花子,user4@example.com,配信中,する,");
        assertThat(lines.stream().filter(line -> line.endsWith(",する,"))).hasSize(178);
        assertThat(admin.get(path + "/confirm").body()).contains("本当に 178 通を配信しますか").contains("対象者リスト");
        assertThat(admin.get("/audit").body()).contains("対象者リストをダウンロード");
    }

    @Test
    void of_a_spot_mail_it_says_who_gets_it_though_they_left() throws Exception {
        List<String> lines = new String(admin.bytes(made("&spot=true&evenOptedOut=true") + "/target-list"), CP932).lines().toList();

        assertThat(lines)
                .contains("20000000,佐藤 花子,user0@example.jp,配信停止,する,")
                .contains("20000001,鈴木 太郎,user1@example.com,配信中,除外,迷惑メールの申告")
                .contains("20000002,髙橋 さくら,user2@example.net,配信中,する,");
        assertThat(lines.stream().filter(line -> line.endsWith(",する,"))).hasSize(199);
    }

    @Test
    void where_addresses_are_shared_each_mailing_says_whether_all_who_have_one_get_it() throws Exception {
        var db = server.database().client();
        assertThat(admin.get("/campaigns/new").body()).doesNotContain("重複配信チェック");
        db.sql("UPDATE customer_setting SET address_unique = false").update();
        long brother = db.sql("""
                INSERT INTO customer (number, address_id, share_no, created_at, changed_at)
                SELECT '90000004', address_id, 1, now(), now() FROM customer WHERE number = '20000004' RETURNING id
                """).query(Long.class).single();
        try {
            db.sql("""
                    INSERT INTO membership (group_id, customer_id, state, since)
                    SELECT group_id, :brother, state, since FROM membership m JOIN customer c ON c.id = m.customer_id WHERE c.number = '20000004'
                    """).param("brother", brother).update();
            String once = made(""), all = made("&once=false");

            assertThat(admin.get(once + "/target").body()).contains("重複配信チェック", "重複アドレス").containsPattern("value=\"true\" checked");
            assertThat(lines(once)).contains("20000004,伊藤 花子,user4@example.com,配信中,する,", "90000004,,user4@example.com,配信中,除外,重複アドレス");
            assertThat(admin.get(all + "/target").body()).contains("同じメールアドレスでも全員に送ります").doesNotContain("重複アドレス</span>");
            assertThat(lines(all)).contains("20000004,伊藤 花子,user4@example.com,配信中,する,", "90000004,,user4@example.com,配信中,する,");
        } finally {
            db.sql("DELETE FROM membership WHERE customer_id = :brother").param("brother", brother).update();
            db.sql("DELETE FROM customer WHERE id = :brother").param("brother", brother).update();
            db.sql("UPDATE customer_setting SET address_unique = true").update();
        }
    }

    private List<String> lines(String path) throws Exception {
        return new String(admin.bytes(path + "/target-list"), CP932).lines().toList();
    }

    @Test
    void a_condition_narrows_it_and_unicode_is_written_with_its_mark() throws Exception {
        String path = made("&0.what=" + encoded("field:custom.会員ランク") + "&0.op=EQUALS&0.v=" + encoded("ゴールド"));

        String text = new String(admin.bytes(path + "/target-list?format=UTF8"), StandardCharsets.UTF_8);

        assertThat(text).startsWith("\uFEFF会員番号,").contains("20000004,").doesNotContain("20000003,");
        assertThat(text.lines()).hasSize(51);
    }

    @Test
    void once_it_has_ended_there_is_none() {
        String path = made("");
        server.database().client().sql("UPDATE campaign SET state = 'CANCELLED' WHERE id = :id")
                .param("id", Long.valueOf(path.substring(path.lastIndexOf('/') + 1))).update();

        assertThat(admin.get(path + "/target-list").statusCode()).isEqualTo(404);
    }

    @Test
    void whoever_may_not_download_customers_neither_sees_nor_gets_it() {
        String path = made("");
        TestServer.Visitor editor = server.somebody("editor1", "EDITOR");

        assertThat(editor.get(path + "/confirm").body()).contains("本当に").doesNotContain("対象者リスト");
        assertThat(editor.get(path + "/target-list").statusCode()).isEqualTo(403);
    }

    @Test
    void whoever_may_not_see_personal_data_gets_enough_to_tell_people_apart() {
        var hanako = new TargetList.Selected("20000001", "hanako@example.jp", "佐藤 花子", "BANNED", "BANNED");

        assertThat(TargetListPages.row(key -> key, Masking.all(), hanako))
                .containsExactly("＊＊＊", "佐＊＊＊", "h***@example.jp", "campaign.excluded.BANNED", "campaign.target-list.no", "campaign.excluded.BANNED");
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    /// @param more fields of the form, each with `&` before it
    private String made(String more) {
        admin.get("/campaigns/new");
        String group = server.database().client().sql("SELECT min(id) FROM customer_group").query(String.class).single();
        String to = admin.post("/campaigns", Map.of("name", "確かめる配信", "group", group), more).uri().getPath();
        assertThat(to).endsWith("/content");
        return to.replace("/content", "");
    }
}
