package todoku.content;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import todoku.access.Masking;
import todoku.customer.MergeValues;

/// A mail as one person would read it, by the same way it is sent; links lead nowhere and nothing is counted.
public final class Preview {
    private static final Set<String> NAMES = Set.of("姓", "名", "セイ", "メイ");
    private static final String NOWHERE = "#";
    private static final Links INERT = new Links((no, target) -> NOWHERE, null, NOWHERE);
    private static final Pattern FIELD = Pattern.compile("^\\s*([^\\s=!<>\"|]+)");

    private Preview() {}

    /// How looking ended.
    public sealed interface Look {
        /// @param left blocks this person does not get
        record Seen(RenderedMail mail, List<Left> left) implements Look {}

        record Broken(List<MailCompilation.Error> errors) implements Look {}

        record TooMuch(String why) implements Look {}
    }

    /// One block left out.
    ///
    /// @param block counted from 1
    /// @param field the field its condition asks about, and the value this person has there
    public record Left(int block, String condition, String field, String value) {}

    static Look of(
            MailDraft draft, Set<String> fields, MergeValues.Person person, Set<String> personal, Masking masking) {
        Map<String, Object> shown = masked(person.values(), personal, masking);
        return switch (CompiledMail.compile(draft, fields)) {
            case MailCompilation.Broken(var errors) -> new Look.Broken(errors);
            case MailCompilation.Compiled(CompiledMail mail, var warnings) -> {
                try {
                    List<Left> left = left(draft, person.values(), shown);
                    yield new Look.Seen(without(left, draft, fields).render(shown, INERT), left);
                } catch (RenderLimitExceeded e) {
                    yield new Look.TooMuch(String.valueOf(e.getMessage()));
                }
            }
        };
    }

    /// Conditions are decided by the real values, words are merged from the masked ones.
    private static CompiledMail without(List<Left> left, MailDraft draft, Set<String> fields) {
        Set<Integer> out = new HashSet<>();
        left.forEach(block -> out.add(block.block()));
        List<MailDraft.Block> blocks = new ArrayList<>();
        for (int i = 0; i < draft.blocks().size(); i++) {
            MailDraft.Block block = draft.blocks().get(i);
            if (!out.contains(i + 1)) blocks.add(new MailDraft.Block(block.text(), block.html(), null));
        }
        return switch (CompiledMail.compile(new MailDraft(draft.format(), draft.charset(), draft.subject(), blocks), fields)) {
            case MailCompilation.Compiled(CompiledMail mail, var warnings) -> mail;
            case MailCompilation.Broken broken -> throw new IllegalStateException("a part of a good mail is broken");
        };
    }

    private static List<Left> left(MailDraft draft, Map<String, ?> values, Map<String, ?> shown) {
        List<Left> left = new ArrayList<>();
        for (int i = 0; i < draft.blocks().size(); i++) {
            String source = draft.blocks().get(i).condition();
            if (source == null || source.isBlank()) continue;
            Expression condition = Parser.condition(source, values.keySet(), new Problems(source));
            if (Values.isTrue(condition.value(new Rendering(values, Escaping.TEXT, INERT, 0)))) continue;
            Matcher matcher = FIELD.matcher(source);
            String field = matcher.find() ? matcher.group(1) : "";
            Object value = shown.get(field);
            left.add(new Left(i + 1, source, field, value == null ? "" : value.toString()));
        }
        return left;
    }

    private static Map<String, Object> masked(Map<String, Object> values, Set<String> personal, Masking masking) {
        if (!masking.masked()) return values;
        Map<String, Object> masked = new HashMap<>();
        values.forEach((field, value) -> masked.put(field, masked(field, value, personal, masking)));
        return masked;
    }

    private static Object masked(String field, Object value, Set<String> personal, Masking masking) {
        if (NAMES.contains(field)) return masking.name(value.toString());
        if (field.equals("メールアドレス")) return masking.address(value.toString());
        return personal.contains(field) ? masking.text(value) : value;
    }
}
