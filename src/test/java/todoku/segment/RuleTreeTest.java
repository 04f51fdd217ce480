package todoku.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/// Rows that are moved, written as `a (b c) -d`: a group in brackets, what is left out with a minus.
class RuleTreeTest {
    @Test
    void a_row_walks_up_and_down_through_the_groups_as_they_are_read() {
        assertThat(after("a b c", "up:2")).isEqualTo("a c b");
        assertThat(after("a b c", "down:0")).isEqualTo("b a c");
        assertThat(after("a (b c) d", "down:0")).isEqualTo("(a b c) d");
        assertThat(after("a (b c) d", "up:2")).isEqualTo("a (b c d)");
        assertThat(after("a (b c) d", "up:1.0")).isEqualTo("a b (c) d");
        assertThat(after("a (b c) d", "down:1.1")).isEqualTo("a (b) c d");
        assertThat(after("a b", "up:0")).isEqualTo("a b");
        assertThat(after("a b", "down:1")).isEqualTo("a b");
    }

    @Test
    void it_is_put_into_a_group_and_taken_out_and_an_empty_group_goes() {
        assertThat(after("a (b) c", "in:2")).isEqualTo("a (b c)");
        assertThat(after("a (b) c", "in:0")).isEqualTo("(a b) c");
        assertThat(after("a b", "in:0")).isEqualTo("(a) b");
        assertThat(after("a (b c)", "out:1.0")).isEqualTo("a (c) b");
        assertThat(after("a (b)", "out:1.0")).isEqualTo("a b");
    }

    @Test
    void groups_never_stand_deeper_than_three_levels() {
        assertThat(after("((a) b)", "in:0.0.0")).isEqualTo("((a) b)");
        assertThat(after("((a b)) (c)", "drop:1:into:0.0")).isEqualTo("((a b)) (c)");
        assertThat(after("((a b)) (c)", "up:1")).isEqualTo("((a b) (c))");
        assertThat(after("((a b)) (c)", "up:1", "up:0.1")).isEqualTo("((c) (a b))");
        assertThat(after("((a b))", "drop:0.0.0:onto:0.0.1")).isEqualTo("((a b))");
        assertThat(after("((a b))", "group:0.0")).isEqualTo("((a b))");
    }

    @Test
    void it_is_dropped_before_after_or_onto_another() {
        assertThat(after("a b c", "drop:2:before:0")).isEqualTo("c a b");
        assertThat(after("a b c", "drop:0:after:1")).isEqualTo("b a c");
        assertThat(after("a b c", "drop:0:onto:2")).isEqualTo("b (c a)");
        assertThat(after("a (b c)", "drop:0:onto:1")).isEqualTo("(b c a)");
        assertThat(after("a (b c)", "drop:1.1:before:0")).isEqualTo("c a (b)");
        assertThat(after("a (b c)", "drop:1:onto:1.0")).as("a group has no place in itself").isEqualTo("a (b c)");
        assertThat(after("a b", "drop:7:onto:0", "nonsense", "up:", "drop:0")).isEqualTo("a b");
    }

    @Test
    void what_is_left_out_stands_last_and_a_row_takes_the_side_it_is_dropped_on() {
        assertThat(after("-a b c", "")).isEqualTo("b c -a");
        assertThat(after("b -a c", "up:2")).as("the page showed b c -a").isEqualTo("c b -a");
        assertThat(after("a b -c", "drop:0:after:2")).isEqualTo("b -c -a");
        assertThat(after("a b -c", "drop:2:before:0")).isEqualTo("c a b");
        assertThat(after("a -(b c)", "out:1.0")).isEqualTo("a -(c) -b");
        assertThat(after("a -b -c", "drop:1:onto:2")).isEqualTo("a -(c b)");
    }

    @Test
    void a_copy_stands_behind_and_the_touched_row_is_told() {
        assertThat(after("a (b c) d", "copy:1")).isEqualTo("a (b c) (b c) d");
        var tree = new RuleTree(read("a (b c) d"));
        tree.act("up:2");
        assertThat(tree.touched()).isEqualTo("1.2");
        var removed = new RuleTree(read("a b"));
        removed.act("remove:0");
        assertThat(removed.touched()).isEmpty();
        assertThat(said(removed.rows())).isEqualTo("b");
    }

    private static String after(String before, String... acts) {
        RuleRow rows = read(before);
        for (String act : acts) {
            var tree = new RuleTree(rows);
            tree.act(act);
            rows = tree.rows();
        }
        return said(rows);
    }

    private static String said(RuleRow group) {
        return group.rows().stream()
                .map(row -> (row.except() ? "-" : "") + (row.isGroup() ? "(" + said(row) + ")" : row.what()))
                .collect(Collectors.joining(" "));
    }

    private static RuleRow read(String text) {
        List<String> words = new ArrayList<>(List.of(text.replace("(", "( ").replace(")", " )").split(" ")));
        return new RuleRow("", "ALL", false, rows(words, ""), Map.of(), null);
    }

    private static List<RuleRow> rows(List<String> words, String above) {
        List<RuleRow> rows = new ArrayList<>();
        while (!words.isEmpty()) {
            String word = words.removeFirst();
            if (word.equals(")")) break;
            String path = Rules.path(above, rows.size());
            String name = word.replace("-", "");
            List<RuleRow> below = name.equals("(") ? rows(words, path) : List.of();
            rows.add(new RuleRow(path, name.equals("(") ? "ANY" : name, word.startsWith("-"), below, Map.of(), null));
        }
        return rows;
    }
}
