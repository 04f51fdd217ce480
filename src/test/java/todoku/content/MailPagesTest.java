package todoku.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;
import todoku.access.Masking;
import todoku.customer.MergeValues;
import todoku.mail.charset.MailCharset;

class MailPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.empty();

    static TestServer.Visitor admin;
    static long hanako;
    static long taro;

    private Mails mails;
    private long id;

    @BeforeAll
    static void two_customers() {
        admin = server.admin();
        hanako = customer("hanako", "髙橋", "ゴールド");
        taro = customer("taro", "{{ 名 }}", "レギュラー");
    }

    @BeforeEach
    void one_mail() {
        mails = new Mails(server.database(), java.time.InstantSource.system());
        id = mails.save(1, "春", new MailDraft(MailDraft.Format.MULTIPART, "{{ 姓 }} 様へ", List.of(
                new MailDraft.Block("{{ 姓 }} 様\nhttps://shop.example/a\n", "<p>{{ 姓 }} 様 <a href=\"https://shop.example/a\">店</a></p>", null),
                new MailDraft.Block("ゴールドの方へ {{ unsubscribe_url }}\n", "<p>ゴールドの方へ <a href=\"{{ unsubscribe_url }}\">停止</a></p>", "会員ランク == \"ゴールド\""))));
        admin.get("/mails/" + id);
    }

    @Test
    void what_is_typed_is_kept_with_who_changed_it() {
        assertThat(save(Map.of("subject", "新しい件名")).statusCode()).isEqualTo(200);
        Mail kept = mails.find(id).orElseThrow();
        assertThat(kept.draft().subject()).isEqualTo("新しい件名");
        assertThat(kept.changedBy()).isEqualTo("管理者");
        assertThat(kept.version()).isEqualTo(2);
        assertThat(admin.get("/audit").body()).contains("メールを変更");
    }

    @Test
    void the_second_of_two_tabs_is_shown_both_versions_and_nothing_is_overwritten() {
        save(Map.of("subject", "一人目の件名"));
        var told = save(Map.of("subject", "二人目の件名", "version", "1"));
        assertThat(told.statusCode()).isEqualTo(409);
        assertThat(told.body()).contains("一人目の件名").contains("二人目の件名").contains("管理者さん");
        assertThat(mails.find(id).orElseThrow().draft().subject()).isEqualTo("一人目の件名");
    }

    @Test
    void blocks_are_added_moved_copied_and_deleted_without_losing_a_word() {
        save(Map.of("act", "down:1"));
        assertThat(texts()).containsExactly("ゴールドの方へ {{ unsubscribe_url }}\n", "{{ 姓 }} 様\nhttps://shop.example/a\n");
        save(Map.of("act", "copy:1"));
        assertThat(texts()).hasSize(3);
        save(Map.of("act", "delete:2"));
        save(Map.of("act", "add:1"));
        assertThat(texts()).containsExactly("ゴールドの方へ {{ unsubscribe_url }}\n", "", "{{ 姓 }} 様\nhttps://shop.example/a\n");
    }

    @Test
    void an_error_is_told_with_block_line_and_column_and_the_mail_is_still_kept() {
        Map<String, String> broken = Map.of("text0", "一行目\n{{ 姓 様");
        assertThat(save(broken).body()).contains("閉じられていません").contains("2 行 1 列");
        assertThat(texts().getFirst()).isEqualTo("一行目\n{{ 姓 様");
    }

    @Test
    void a_preview_is_what_that_person_gets_and_links_lead_nowhere() {
        String hers = admin.get("/mails/" + id + "/preview?customer=" + hanako).body();
        assertThat(hers).contains("髙橋 様").contains("ゴールドの方へ").doesNotContain("https://shop.example/a").contains("href=\"#\"");
        var his = admin.get("/mails/" + id + "/preview?customer=" + taro);
        assertThat(his.body()).doesNotContain("ゴールドの方へ");
        assertThat(his.headers().firstValue("Content-Security-Policy").orElseThrow()).contains("sandbox");
    }

    @Test
    void a_value_that_looks_like_a_template_stays_text() {
        assertThat(admin.get("/mails/" + id + "/preview?customer=" + taro).body()).contains("{{ 名 }} 様");
    }

    @Test
    void blocks_left_out_are_named_with_their_reason() {
        assertThat(admin.get("/mails/" + id + "/as?customer=" + taro).body()).contains("会員ランクが「レギュラー」のため");
    }

    @Test
    void without_permission_for_personal_data_words_are_masked_and_conditions_still_hold() {
        MergeValues values = new MergeValues(server.database().client());
        var look = Preview.of(mails.find(id).orElseThrow().draft(), values.names(),
                values.of(List.of(hanako)).get(hanako), values.personalNames(), Masking.all());
        assertThat(((Preview.Look.Seen) look).mail().text()).contains("髙＊＊＊ 様").contains("ゴールドの方へ").doesNotContain("髙橋");
    }

    @Test
    void the_character_set_is_chosen_kept_frozen_and_copied_and_characters_it_lacks_are_told() {
        assertThat(admin.get("/mails/" + id).body()).contains("文字コード").doesNotContain("ISO-2022-JP にない文字");
        assertThat(save(Map.of("charset", "ISO_2022_JP", "text0", "一行目\n株式会社①")).statusCode()).isEqualTo(200);
        assertThat(mails.find(id).orElseThrow().draft().charset()).isEqualTo(MailCharset.ISO_2022_JP);
        assertThat(texts()).hasSize(2).first().isEqualTo("一行目\n株式会社①");
        assertThat(admin.get("/mails/" + id).body()).contains("「①」は ISO-2022-JP にない文字です", "2 行 5 列");
        admin.post("/mails/" + id + "/copy", Map.of());
        assertThat(mails.page(List.of(1L), Long.MAX_VALUE, 1).getFirst().draft()).isEqualTo(mails.find(id).orElseThrow().draft());
        long version = mails.freeze(id, new MergeValues(server.database().client()).names());
        save(Map.of("charset", "UTF_8"));
        assertThat(mails.version(version, new MergeValues(server.database().client()).names()).charset()).isEqualTo(MailCharset.ISO_2022_JP);
        assertThat(mails.find(id).orElseThrow().draft().charset()).isEqualTo(MailCharset.UTF_8);
    }

    @Test
    void a_mail_in_a_campaign_cannot_be_deleted() {
        mails.freeze(id, new MergeValues(server.database().client()).names());
        admin.post("/mails/" + id + "/delete", Map.of());
        assertThat(mails.find(id)).isPresent();
        long unused = mails.save(1, "不要", mails.find(id).orElseThrow().draft());
        admin.post("/mails/" + unused + "/delete", Map.of());
        assertThat(mails.find(unused)).isEmpty();
    }

    private List<String> texts() {
        return mails.find(id).orElseThrow().draft().blocks().stream().map(MailDraft.Block::text).toList();
    }

    /// The form as it stands now, with these fields typed over; `text0` is the first block's text.
    private java.net.http.HttpResponse<String> save(Map<String, String> typed) {
        Mail now = mails.find(id).orElseThrow();
        StringBuilder repeated = new StringBuilder();
        Map<String, String> fields = new HashMap<>();
        fields.put("version", "" + now.version());
        fields.put("name", now.name());
        fields.put("subject", now.draft().subject());
        fields.put("format", now.draft().format().name());
        fields.put("charset", now.draft().charset().name());
        typed.forEach((name, value) -> { if (!name.equals("text0")) fields.put(name, value); });
        for (int i = 0; i < now.draft().blocks().size(); i++) {
            MailDraft.Block block = now.draft().blocks().get(i);
            String text = i == 0 && typed.containsKey("text0") ? typed.get("text0") : block.text();
            for (var field : List.of(Map.entry("text", text), Map.entry("html", block.html()),
                    Map.entry("condition", block.condition() == null ? "" : block.condition())))
                repeated.append('&').append(field.getKey()).append('=')
                        .append(java.net.URLEncoder.encode(field.getValue(), java.nio.charset.StandardCharsets.UTF_8));
        }
        return admin.post("/mails/" + id, fields, repeated.toString());
    }

    private static long customer(String login, String family, String rank) {
        var db = server.database().client();
        db.sql("INSERT INTO domain (name) VALUES ('example.jp') ON CONFLICT DO NOTHING").update();
        db.sql("INSERT INTO customer_field (key, label, type, position) VALUES ('会員ランク', '会員ランク', 'TEXT', 1) ON CONFLICT DO NOTHING").update();
        return db.sql("""
                WITH a AS (INSERT INTO address (canonical, as_written, domain_id)
                           SELECT :address, :address, id FROM domain WHERE name = 'example.jp' RETURNING id)
                INSERT INTO customer (address_id, family_name, given_name, custom, created_at, changed_at)
                SELECT id, :family, '花子', jsonb_build_object('会員ランク', :rank), now(), now() FROM a RETURNING id
                """)
                .param("address", login + "@example.jp").param("family", family).param("rank", rank)
                .query(Long.class).single();
    }
}
