package todoku.content;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.time.Instant;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

class LiquidTemplateTest {
    private static final Set<String> FIELDS = Set.of("name", "rank", "points", "items", "day", "x", "名前");

    private static LiquidTemplate template(String source) {
        return switch (LiquidTemplate.compile(source, FIELDS)) {
            case Compilation.Compiled(LiquidTemplate template, var warnings) -> template;
            case Compilation.Broken(var errors) -> throw new AssertionError(errors.toString());
        };
    }

    private static String text(String source, Map<String, ?> values) {
        return template(source).render(values, Escaping.TEXT);
    }

    private static List<LiquidError> errors(String source) {
        return LiquidTemplate.compile(source, FIELDS) instanceof Compilation.Broken(var errors) ? errors : List.of();
    }

    @Test
    void merge_fields_are_filled_and_missing_values_are_empty() {
        assertThat(text("{{ 名前 }}様 {{points | number}}P{{ x }}。", Map.of("名前", "山田", "points", 1234567))).isEqualTo("山田様 1,234,567P。");
    }

    @Test
    void every_filter_does_what_its_name_says() {
        Map<String, Object> values = Map.of("name", " Taro ", "points", 10, "items", List.of("a", "b"), "day", LocalDate.of(2026, 4, 1), "x", "");
        assertThat(text("{{x|default:'お客様'}}|{{name|strip|upcase}}|{{name|strip|downcase}}", values)).isEqualTo("お客様|TARO|taro");
        assertThat(text("{{day|date:'%Y年%-m月%-d日(%a) %m/%d'}}", values)).isEqualTo("2026年4月1日(水) 04/01");
        assertThat(text("{{'b'|append:'c'|prepend:'a'}} {{'あああ'|replace:'あ','い'}}", values)).isEqualTo("abc いいい");
        assertThat(text("{{'😀😀😀😀'|truncate:3,'…'}} {{'<b>'|escape}}", values)).isEqualTo("😀😀… &lt;b&gt;");
        assertThat(text("{{points|plus:5}} {{points|minus:1.5}} {{points|times:'3'}} {{points|divided_by:3}} {{points|divided_by:0}}", values))
                .isEqualTo("15 8.5 30 3 ");
        assertThat(text("{{items|size}}{{items|first}}{{items|last}}{{items|join:'・'}}{{items.size}}{{items[1]}}", values)).isEqualTo("2aba・b2b");
        assertThat(text("{{x|number}}{{v|number}}", Map.of("x", "-1234.50", "v", "abc"))).isEqualTo("-1,234.5abc");
    }

    @Test
    void moments_are_shown_in_japanese_time() {
        assertThat(text("{{x|date:'%F %R %p%-I時'}}", Map.of("x", Instant.parse("2026-03-31T15:05:00Z")))).isEqualTo("2026-04-01 00:05 午前12時");
        assertThat(text("{{x|date:'%F'}} {{name|date:'%F'}}", Map.of("x", "2026/4/1", "name", "2026-13-45"))).isEqualTo("2026-04-01 2026-13-45");
    }

    @Test
    void conditions_choose_what_is_said() {
        String source = "{% if rank == 'ゴールド' and points >= 100 %}金{% elsif rank contains 'シル' %}銀{% else %}他{% endif %}"
                + "{% unless x %}無{% endunless %}{% case rank %}{% when 'ゴールド', 'シルバー' %}会員{% else %}一般{% endcase %}";
        assertThat(text(source, Map.of("rank", "ゴールド", "points", "120"))).isEqualTo("金無会員");
        assertThat(text(source, Map.of("rank", "シルバー", "x", 1))).isEqualTo("銀会員");
        assertThat(text(source, Map.of("rank", "ゴールド", "points", 99))).isEqualTo("他無会員");
        assertThat(text("{% if day > '2026-01-01' %}新{% endif %}{% if x == blank %}空{% endif %}", Map.of("day", LocalDate.of(2026, 4, 1), "x", " ")))
                .isEqualTo("新空");
    }

    @Test
    void loops_repeat_within_their_limits_and_leave_nothing_behind() {
        Map<String, Object> values = Map.of("items", List.of(Map.of("品", "傘", "円", 1200), Map.of("品", "靴", "円", 9800), Map.of("品", "帽子", "円", 500)));
        assertThat(text("{% for i in items limit:2 %}{{forloop.index}}.{{i.品}} {{i.円|number}}円{% unless forloop.last %}/{% endunless %}{% endfor %}{{i}}", values))
                .isEqualTo("1.傘 1,200円/2.靴 9,800円");
        assertThat(text("{% for i in (1..4) offset:1 reversed %}{{i}}{% endfor %}{% for i in x %}{% else %}なし{% endfor %}", values)).isEqualTo("432なし");
    }

    @Test
    void assign_comment_raw_and_whitespace_control_work() {
        assertThat(text("a {%- assign y = points | plus: 1 -%} {{ y }}{% comment %}{{ broken {% endcomment %}{% raw %}{{ x }}{% endraw %}", Map.of("points", 1)))
                .isEqualTo("a2{{ x }}");
        assertThat(text("a\n{{- x -}}\nb {{ '}}' }}", Map.of("x", "-"))).isEqualTo("a-b }}");
    }

    @Test
    void a_value_is_never_read_as_liquid() {
        for (String nasty : List.of("{{ points }}", "{% raw %}", "}}{{x}}", "%}", "$1\\0", "{{", "\u0000")) {
            assertThat(text("[{{x}}]{% assign y = x %}[{{y|append:''}}]", Map.of("x", nasty, "points", 7))).isEqualTo("[" + nasty + "][" + nasty + "]");
        }
    }

    @Test
    void values_are_made_harmless_for_their_part() {
        String nasty = "<a href=\"x\">'&\r\nBcc: a@b";
        var template = template("<b>{{x}}</b>");
        assertThat(template.render(Map.of("x", nasty), Escaping.HTML)).isEqualTo("<b>&lt;a href=&quot;x&quot;&gt;&#39;&amp;\r\nBcc: a@b</b>");
        assertThat(template.render(Map.of("x", nasty), Escaping.TEXT)).isEqualTo("<b>" + nasty + "</b>");
        assertThat(template.render(Map.of("x", nasty), Escaping.HEADER)).isEqualTo("<b><a href=\"x\">'&Bcc: a@b</b>");
        assertThat(template("{{x|escape}}").render(Map.of("x", "<"), Escaping.HTML)).isEqualTo("&lt;");
    }

    @Test
    void an_error_says_where_it_is_in_japanese_and_english() {
        assertThat(errors("一行目\n😀あ{{ name | uppcase }}")).singleElement()
                .isEqualTo(new LiquidError(2, 13, "「uppcase」というフィルターはありません。", "There is no filter \"uppcase\"."));
        assertThat(errors("{% if x %}\n{{ name")).extracting(LiquidError::line, LiquidError::column)
                .contains(org.assertj.core.groups.Tuple.tuple(2, 1), org.assertj.core.groups.Tuple.tuple(1, 1));
        assertThat(errors("{% if rank == “金” %}{% endif %}")).singleElement().extracting(LiquidError::japanese).asString().contains("全角");
        for (String broken : List.of("{{ }}", "{{ x | }}", "{{ x y }}", "{{ 'a }}", "{% foo %}", "{% endif %}", "{% if %}{% endif %}", "{% for a %}",
                "{% raw %}", "{% comment %}", "{% assign = 1 %}", "{{ x | date: '%Q' }}", "{{ x | append }}", "{% if x = 1 %}{% endif %}", "{% case x %}{% when %}",
                "{{ 1234567890123456789 }}", "{%", "{{", "{%%}", "{{ x.", "{{ x[ }}", "{% if x and %}{% endif %}", "{{ x | date: '%' }}", "{{ ; }}")) {
            assertThat(errors(broken)).as(broken).isNotEmpty();
        }
    }

    @Test
    void an_unknown_field_is_a_warning() {
        assertThat(LiquidTemplate.compile("{{ name }}\n {{ naem }}{{ naem }}{% for i in items %}{{ i }}{% endfor %}{% assign z = 1 %}{{ z }}", FIELDS))
                .isInstanceOfSatisfying(Compilation.Compiled.class, compiled -> assertThat(compiled.warnings()).singleElement()
                        .satisfies(w -> assertThat(w).extracting("line", "column").containsExactly(2, 5)));
    }

    @Test
    void loops_depth_and_growth_have_limits() {
        assertThatThrownBy(() -> text("{% for i in (1..1000) %}{% for j in (1..1000) %}{% endfor %}{% endfor %}", Map.of())).isInstanceOf(RenderLimitExceeded.class);
        assertThatThrownBy(() -> text("{% for i in (1..x) %}a{% endfor %}", Map.of("x", new BigDecimal("1E+99999999")))).isInstanceOf(RenderLimitExceeded.class);
        assertThatThrownBy(() -> text("{% assign s = 'aaaaaaaa' %}{% for i in (1..40) %}{% assign s = s | append: s %}{% endfor %}", Map.of()))
                .isInstanceOf(RenderLimitExceeded.class);
        assertThatThrownBy(() -> text("{% for i in (1..9000) %}{{x}}{% endfor %}", Map.of("x", "あ".repeat(1000)))).isInstanceOf(RenderLimitExceeded.class);
        assertThat(errors("{% if x %}".repeat(100) + "{% endif %}".repeat(100))).hasSize(1);
        assertThat(errors("{% if x %}".repeat(20_000))).isNotEmpty();
        assertThat(errors("x".repeat(600_000))).hasSize(1);
        assertThat(text("{% for i in (1..500) %}{% assign x = x | times: x %}{% endfor %}{{x}}", Map.of("x", 99)).length()).isLessThan(100);
        assertThat(text("{{x}}{{x|number|truncate:5}}", Map.of("x", new BigDecimal("1E+99999999"))).length()).isLessThan(100);
    }

    @Test
    void two_threads_give_everyone_only_their_own_data() throws Exception {
        var template = template("{% assign n = name %}{% for i in items %}{{i}}{{n}}{% endfor %}{% if points > 2500 %}{{name}}{% else %}{{x}}{% endif %}");
        Callable<Integer> odd = () -> renders(template, "o");
        Callable<Integer> even = () -> renders(template, "e");
        try (var threads = Executors.newFixedThreadPool(2)) {
            for (var done : threads.invokeAll(List.of(odd, even))) assertThat(done.get()).isEqualTo(5000);
        }
    }

    private static int renders(LiquidTemplate template, String who) {
        int right = 0;
        for (int i = 0; i < 5000; i++) {
            String own = who + i;
            String mail = template.render(Map.of("name", own, "items", List.of(1, 2), "points", i, "x", own), Escaping.HTML);
            if (mail.equals("1" + own + "2" + own + own)) right++;
        }
        return right;
    }
}
