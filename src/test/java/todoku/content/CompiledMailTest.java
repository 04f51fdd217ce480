package todoku.content;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import todoku.content.MailDraft.Block;
import todoku.content.MailDraft.Format;

class CompiledMailTest {
    private static final Set<String> FIELDS = Set.of("name", "rank", "points", "id", "shop", "items");
    private static final Links TRACKED = new Links((no, target) -> "https://t.example/" + no + "?to=" + target, "https://t.example/o?a=1&b=2", "https://t.example/u/1");

    private static CompiledMail mail(Format format, String subject, Block... blocks) {
        return switch (CompiledMail.compile(new MailDraft(format, subject, List.of(blocks)), FIELDS)) {
            case MailCompilation.Compiled(CompiledMail mail, var warnings) -> mail;
            case MailCompilation.Broken(var errors) -> throw new AssertionError(errors.toString());
        };
    }

    private static CompiledMail html(String html) {
        return mail(Format.HTML, "s", new Block("", html, null));
    }

    private static CompiledMail text(String text) {
        return mail(Format.TEXT, "s", new Block(text, "", null));
    }

    private static String htmlOf(CompiledMail mail, Map<String, ?> values) {
        return String.valueOf(mail.render(values, TRACKED).html());
    }

    private static String textOf(CompiledMail mail, Map<String, ?> values) {
        return String.valueOf(mail.render(values, TRACKED).text());
    }

    @Test
    void each_part_is_rendered_and_escaped_for_its_place() {
        var rendered = mail(Format.MULTIPART, "{{ name }}様へ", new Block("{{ name }}様", "<p>{{ name }}様</p>", null))
                .render(Map.of("name", "<山田>\r\nBcc: x"), Links.UNTRACKED);
        assertThat(rendered.subject()).isEqualTo("<山田>Bcc: x様へ");
        assertThat(rendered.text()).isEqualTo("<山田>\r\nBcc: x様\n");
        assertThat(rendered.html()).startsWith("<!DOCTYPE html>").contains("<p>&lt;山田&gt;\r\nBcc: x様</p>").endsWith("</body></html>\n").doesNotContain("<img");
        assertThat(text("a").render(Map.of(), TRACKED).html()).isNull();
        assertThat(html("a").render(Map.of(), TRACKED).text()).isNull();
    }

    @Test
    void a_block_is_shown_to_those_its_condition_names() {
        var mail = mail(Format.MULTIPART, "s", new Block("皆様", "<p>皆様</p>", " "), new Block("金の方", "<p>金の方</p>", "rank == \"ゴールド\" and points > 10"));
        assertThat(textOf(mail, Map.of("rank", "ゴールド", "points", 11))).isEqualTo("皆様\n金の方\n");
        assertThat(textOf(mail, Map.of("rank", "ゴールド", "points", 1))).isEqualTo("皆様\n");
        assertThat(htmlOf(mail, Map.of())).doesNotContain("金の方");
    }

    @Test
    void an_error_names_its_place() {
        var draft = new MailDraft(Format.MULTIPART, "{{ name | x }}",
                List.of(new Block("{% if %}", "ok", null), new Block("ok", "<p>\n{{ name", "rank = 1"), new Block("{{ foo }}", "", null)));
        assertThat(CompiledMail.compile(draft, FIELDS)).isInstanceOfSatisfying(MailCompilation.Broken.class, broken -> assertThat(broken.errors())
                .extracting(e -> e.place().japanese() + " " + e.error().line() + ":" + e.error().column())
                .containsExactly("ブロック2の表示条件 1:6", "件名 1:11", "ブロック1のテキスト 1:7", "ブロック1のテキスト 1:1", "ブロック2のHTML 2:1"));
        assertThat(CompiledMail.compile(new MailDraft(Format.TEXT, "s", List.of(new Block("\n{{ foo }}", "", null))), FIELDS))
                .isInstanceOfSatisfying(MailCompilation.Compiled.class, c -> assertThat(c.warnings()).singleElement()
                        .satisfies(w -> assertThat(w.warning().line()).isEqualTo(2)));
    }

    @Test
    void links_in_html_are_taken_out_and_rewritten() {
        var mail = html("<a class=x href=\"https://a.example/?x=1&amp;y=2\">一</a><A HREF='http://b.example/'>二</A><a href=https://c.example/>三</a>"
                + "<a href=\"mailto:x@a.example\">m</a><a href=\"#top\">t</a><link href=\"https://css.example/\"><a href=\"https://b.example/\">四</a>"
                + "<a href=\"https://a.example/?x=1&amp;y=2\">again</a>");
        assertThat(mail.links()).containsExactly(new Link(1, "https://a.example/?x=1&y=2"), new Link(2, "http://b.example/"),
                new Link(3, "https://c.example/"), new Link(4, "https://b.example/"));
        assertThat(htmlOf(mail, Map.of())).contains(
                "<a class=x href=\"https://t.example/1?to=https://a.example/?x=1&amp;y=2\">一</a><A HREF='https://t.example/2?to=http://b.example/'>二</A>",
                "href=https://t.example/3?to=https://c.example/>三", "mailto:x@a.example", "\"#top\"", "<link href=\"https://css.example/\">",
                "href=\"https://t.example/1?to=https://a.example/?x=1&amp;y=2\">again");
    }

    @Test
    void links_in_text_end_where_the_address_ends() {
        var mail = text("詳しくはhttps://a.example/x?y=1をご覧ください。(https://b.example/z). <http://c.example> xhttp://no http:// https://a.example/x?y=1");
        assertThat(mail.links()).containsExactly(new Link(1, "https://a.example/x?y=1"), new Link(2, "https://b.example/z"), new Link(3, "http://c.example"));
        assertThat(textOf(mail, Map.of())).isEqualTo("詳しくはhttps://t.example/1?to=https://a.example/x?y=1をご覧ください。(https://t.example/2?to=https://b.example/z). "
                + "<https://t.example/3?to=http://c.example> xhttp://no http:// https://t.example/1?to=https://a.example/x?y=1\n");
    }

    @Test
    void merge_fields_in_a_link_are_filled_before_it_is_rewritten_and_cannot_change_it() {
        var seen = new ArrayList<String>();
        var links = new Links((no, target) -> { seen.add(no + " " + target); return "https://t.example/" + no; }, null, null);
        var mail = mail(Format.MULTIPART, "s", new Block("https://a.example/?id={{ id }}&z=1 ", "<a href=\"https://a.example/?id={{ id }}&amp;z=1\">a</a>"
                + "<a href=\"{{ shop }}\">s</a><a href='https://b.example/{% if points > 1 %}many{% else %}few{% endif %}'>b</a>"
                + "{% for i in items %}<a href=\"https://c.example/{{ i }}\">c</a>{% endfor %}", null));
        assertThat(mail.links()).extracting(Link::target).containsExactly("https://a.example/?id={{ id }}&z=1", "{{ shop }}",
                "https://b.example/{% if points > 1 %}many{% else %}few{% endif %}", "https://c.example/{{ i }}");
        var html = mail.render(Map.of("id", "a&b=\"山", "shop", "https://s.example/?a=1&b=2", "points", 2, "items", List.of(1, 2)), links).html();
        assertThat(seen).containsExactly("1 https://a.example/?id=a%26b%3D%22%E5%B1%B1&z=1", "1 https://a.example/?id=a%26b%3D%22%E5%B1%B1&z=1",
                "2 https://s.example/?a=1&b=2", "3 https://b.example/many", "4 https://c.example/1", "4 https://c.example/2");
        assertThat(html).contains("<a href=\"https://t.example/2\">s</a><a href='https://t.example/3'>b</a>");
        assertThat(mail.render(Map.of("shop", "javascript:alert(1)"), links).html()).contains("<a href=\"#\">s</a>");
    }

    @Test
    void a_condition_may_choose_the_whole_address() {
        var mail = html("<a href=\"{% if points > 1 %}https://a.example/?b=1&amp;c=2{% else %}mailto:x@a.example{% endif %}\">a</a>");
        assertThat(htmlOf(mail, Map.of("points", 2))).contains("href=\"https://t.example/1?to=https://a.example/?b=1&amp;c=2\"");
        assertThat(htmlOf(mail, Map.of())).contains("href=\"mailto:x@a.example\"");
    }

    @Test
    void any_source_either_compiles_or_is_explained_and_any_mail_ends() {
        var pieces = List.of("{{", "}}", "{%", "%}", "{%-", "-}}", " if ", " endif ", "{% if name %}", "{% else %}", "{% endif %}", "{% for i in items %}",
                "{% endfor %}", "{% raw %}", "{% endraw %}", "{% comment %}", "{% endcomment %}", "{{ name }}", "{{ i | append: name }}", "{% case rank %}",
                "{% when 1 %}", "{% endcase %}", "{% assign q = items | join %}", "'", "\"", "<a href=\"", "\">", "</a>", "https://a.example/", "<a href=https://b.example/{{ id }}>",
                "</body>", "<!--", "-->", "<script>", "<table><a href='https://c.example'>", "&amp;", "|", ":", ".", "\n", "\r\n", "あ", "😀", "İ", "\ud83d", "\u0000", "{", "%", "}", "-");
        var random = new java.util.Random(20261121);
        int compiled = 0;
        for (int i = 0; i < 3_000; i++) {
            var source = new StringBuilder();
            for (int n = random.nextInt(14); n >= 0; n--) source.append(pieces.get(random.nextInt(pieces.size())));
            String any = source.toString();
            switch (CompiledMail.compile(new MailDraft(Format.MULTIPART, any, List.of(new Block(any, any, null), new Block(any, any, "name"))), FIELDS)) {
                case MailCompilation.Broken(var errors) -> assertThat(errors).as(any).isNotEmpty()
                        .allSatisfy(e -> assertThat(Math.min(e.error().line(), e.error().column())).isPositive());
                case MailCompilation.Compiled(CompiledMail mail, var warnings) -> {
                    compiled++;
                    assertThat(mail.render(Map.of("name", "<{{x}}>", "items", List.of(1, 2)), Links.UNTRACKED).html()).as(any).doesNotContain("<{{x}}>");
                }
            }
        }
        assertThat(compiled).isGreaterThan(100);
    }

    @Test
    void the_unsubscribe_address_is_never_rewritten() {
        var mail = mail(Format.MULTIPART, "s", new Block("{{ unsubscribe_url }}", "<a href=\"{{ unsubscribe_url }}\">解除</a>", null));
        assertThat(mail.links()).isEmpty();
        assertThat(textOf(mail, Map.of("unsubscribe_url", "x"))).isEqualTo("https://t.example/u/1\n");
        assertThat(htmlOf(mail, Map.of())).contains("<a href=\"https://t.example/u/1\">解除</a>");
    }

    @Test
    void the_open_pixel_stands_once_before_the_end_of_the_body() {
        String pixel = "<img src=\"https://t.example/o?a=1&amp;b=2\" width=\"1\" height=\"1\" alt=\"\" style=\"border:0\">";
        assertThat(htmlOf(html("<html><body>あ</BODY></html>"), Map.of())).isEqualTo("<html><body>あ" + pixel + "</BODY></html>");
        assertThat(htmlOf(html("<p>あ</p>"), Map.of())).endsWith("<p>あ</p>" + pixel + "\n</body></html>\n");
        assertThat(htmlOf(html("<p><a href=\"https://a.example/\">{% if name > 'a' %}<b>{% endif %}</a></p></body>"), Map.of())).containsOnlyOnce(pixel);
    }

    @Test
    void two_threads_give_everyone_only_their_own_mail() throws Exception {
        var mail = mail(Format.MULTIPART, "{{name}}", new Block("{{name}} https://a.example/{{id}} ", "<a href=\"https://a.example/{{id}}\">{{name}}</a>", "name contains id"));
        Callable<Integer> first = () -> own(mail, "a");
        Callable<Integer> second = () -> own(mail, "b");
        try (var threads = Executors.newFixedThreadPool(2)) {
            for (var right : threads.invokeAll(List.of(first, second))) assertThat(right.get()).isEqualTo(5000);
        }
    }

    private static int own(CompiledMail mail, String who) {
        int right = 0;
        for (int i = 0; i < 5000; i++) {
            String id = who + i;
            var rendered = mail.render(Map.of("name", id, "id", id), new Links((no, target) -> id + "!" + target, id, id));
            boolean own = rendered.subject().equals(id) && (id + " " + id + "!https://a.example/" + id + " \n").equals(rendered.text())
                    && String.valueOf(rendered.html()).contains("<a href=\"" + id + "!https://a.example/" + id + "\">" + id + "</a><img src=\"" + id + "\"");
            if (own) right++;
        }
        return right;
    }

    /// The bound is far above what a quiet machine needs: of the processor: it finds a search on the hot path.
    @Test
    void a_usual_mail_is_rendered_in_little_time() {
        var html = new StringBuilder();
        Map<String, Object> values = new HashMap<>();
        Set<String> fields = new java.util.HashSet<>();
        for (int i = 0; i < 10; i++) {
            html.append("<p>").append("春の新作をご紹介します。".repeat(28)).append("{{ f").append(i).append(" }}</p>");
            fields.add("f" + i);
            values.put("f" + i, "山田<太郎>" + i);
        }
        for (int i = 0; i < 5; i++) html.append("<a href=\"https://shop.example/").append(i).append("\">店</a>");
        String text = "いつもありがとうございます。";
        var draft = new MailDraft(Format.MULTIPART, "{{ f0 }}様", List.of(new Block(text, html.toString(), null),
                new Block(text, "<p>a</p>", "f1 contains '山'"), new Block(text, "<p>b</p>", "f2 == 'x'")));
        var mail = ((MailCompilation.Compiled) CompiledMail.compile(draft, fields)).mail();
        var cpu = java.lang.management.ManagementFactory.getThreadMXBean();
        var rounds = new ArrayList<Long>();
        for (int round = 0; round < 20; round++) {
            long start = cpu.getCurrentThreadCpuTime();
            for (int i = 0; i < 500; i++) mail.render(values, TRACKED);
            rounds.add((cpu.getCurrentThreadCpuTime() - start) / 500);
        }
        assertThat(Collections.min(rounds)).isLessThan(200_000L);
    }
}
