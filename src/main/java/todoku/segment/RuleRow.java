package todoku.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One row of the builder, as it was typed: a group with rows, or a condition with its values.
///
/// @param path   its place, as in [Problem]; empty for the whole
/// @param what   `ALL` or `ANY` for a group; for a condition `field:prefecture`, `GROUP`, `MAIL`, `RECORD:3`, `SEGMENT`,
///     `DOMAIN`; empty while nothing is chosen
/// @param except whoever meets it is left out
/// @param values what was typed, by the name of its part of the form
/// @param error  what is wrong with it, as a text key
public record RuleRow(
        String path, String what, boolean except, List<RuleRow> rows, Map<String, List<String>> values, @Nullable String error) {
    public RuleRow {
        rows = List.copyOf(rows);
        values = Map.copyOf(values);
    }

    public boolean isGroup() {
        return what.equals("ALL") || what.equals("ANY");
    }

    /// One entry of its menu: `name:path` is what [RuleTree] understands.
    public record Act(String name, String icon) {}

    /// What can be done with it where it stands.
    public List<Act> acts() {
        List<Act> acts = new ArrayList<>();
        if (!path.equals("0")) acts.add(new Act("up", "up"));
        acts.add(new Act("down", "down"));
        acts.add(new Act("in", "right"));
        if (path.contains(".")) acts.add(new Act("out", "left"));
        acts.add(new Act("copy", "copy"));
        acts.add(new Act("remove", "trash"));
        return List.copyOf(acts);
    }

    /// The id of the field it is about; empty for other conditions.
    public String field() {
        return what.startsWith("field:") ? what.substring(6) : "";
    }

    /// The kind of records it is about; 0 for other conditions.
    public long recordKind() {
        return what.startsWith("RECORD:") ? RuleForm.number(what.substring(7), 0) : 0;
    }

    public String value(String name) {
        List<String> all = values.getOrDefault(name, List.of());
        return all.isEmpty() ? "" : all.getFirst();
    }

    /// All values in one text, as they can be typed.
    public String joined(String name) {
        return String.join("、", values.getOrDefault(name, List.of()));
    }

    public boolean has(String name, String value) {
        return values.getOrDefault(name, List.of()).contains(value);
    }

    /// The name of a part of the form in this row.
    public String name(String part) {
        return path + "." + part;
    }

    RuleRow at(String newPath, List<RuleRow> newRows) {
        return new RuleRow(newPath, what, except, newRows, values, error);
    }

    RuleRow quiet() {
        return new RuleRow(path, what, except, rows.stream().map(RuleRow::quiet).toList(), values, null);
    }

    RuleRow wrong(@Nullable String why) {
        return new RuleRow(path, what, except, rows, values, why);
    }
}
