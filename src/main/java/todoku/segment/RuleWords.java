package todoku.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// A rule as people read it: 「ことばにすると」, in the list of segments, in approvals and in the log.
final class RuleWords {
    /// Choices read aloud; of more, their number.
    private static final int CHOICES_SAID = 8;

    private final Known known;
    private final boolean japanese;

    RuleWords(Known known, boolean japanese) {
        this.known = known;
        this.japanese = japanese;
    }

    /// The whole. Empty for everybody.
    String sentence(Rule rule) {
        if (!(rule instanceof Rule.All(var rules))) return said(rule);
        List<String> met = new ArrayList<>();
        List<String> without = new ArrayList<>();
        for (Rule each : rules) {
            if (each instanceof Rule.Not(var inner)) without.add(said(inner));
            else met.add(said(each));
        }
        String all = String.join(and(), met);
        if (without.isEmpty()) return all;
        String but = String.join(or(), without);
        if (japanese) return (all.isEmpty() ? "" : all + "。") + "ただし " + but + " 方は除く";
        return (all.isEmpty() ? "everybody" : all) + ", except those whose " + but;
    }

    /// One row.
    String said(Rule rule) {
        return switch (rule) {
            case Rule.All(var rules) -> joined(rules, and());
            case Rule.Any(var rules) -> joined(rules, or());
            case Rule.Not(var inner) -> japanese ? "（" + said(inner) + "）ではない" : "not (" + said(inner) + ")";
            case Condition c -> condition(c, known.field(c.field()));
            case Rule.InGroup g -> group(g);
            case Rule.Behaviour b -> behaviour(b);
            case Rule.Related r -> related(r);
            case Rule.InSegment(long id) -> {
                Known.Saved saved = known.segments().get(id);
                String name = saved == null ? "—" : saved.name();
                yield japanese ? "セグメント「" + name + "」に入っている" : "segment \"" + name + "\" has them";
            }
            case Rule.FromDomain(var domains) ->
                japanese ? "メールのドメインが" + choices(named(domains)) + "のどれか" : "mail domain is one of " + choices(named(domains));
        };
    }

    private String and() {
        return japanese ? "、かつ " : " and ";
    }

    private String or() {
        return japanese ? "、または " : " or ";
    }

    private String joined(List<Rule> rules, String word) {
        String all = rules.stream().map(this::said).collect(Collectors.joining(word));
        if (rules.size() == 1) return all;
        return japanese ? "（" + all + "）" : "(" + all + ")";
    }

    private String condition(Condition condition, Optional<Field> field) {
        String name = field.map(f -> japanese ? f.label() : f.labelEnglish()).orElse(condition.field());
        Operator operator = condition.operator();
        String text = operator.words(field.map(Field::type).orElse(Operator.Type.TEXT), japanese);
        List<String> values = operator.isChoice() ? List.of(choices(condition.values())) : condition.values();
        // Backwards, so that nothing typed is taken for a place.
        for (int i = Math.min(2, values.size()) - 1; i >= 0; i--) {
            int at = text.indexOf("{" + i + "}");
            if (at >= 0) text = text.substring(0, at) + values.get(i) + text.substring(at + 3);
        }
        return name + (japanese ? text : " " + text);
    }

    private List<String> named(List<String> domains) {
        return domains.stream()
                .map(domain -> Carrier.named(domain).map(carrier -> carrier.label(japanese)).orElse(domain))
                .toList();
    }

    /// While it is being typed there is none.
    private static String number(int typed) {
        return typed < 0 ? "…" : String.valueOf(typed);
    }

    private String choices(List<String> values) {
        String said = values.stream()
                .limit(CHOICES_SAID)
                .map(value -> japanese ? "「" + value + "」" : '"' + value + '"')
                .collect(Collectors.joining(japanese ? "" : ", "));
        int more = values.size() - CHOICES_SAID;
        if (more <= 0) return said;
        return japanese ? said + "ほか " + "%,d".formatted(more) + " 件" : said + " and %,d more".formatted(more);
    }

    private String group(Rule.InGroup g) {
        String names = choices(g.groups().stream().map(id -> known.groups().getOrDefault(id, "—")).toList());
        String states = g.states().stream()
                .map(state -> switch (state) {
                    case SUBSCRIBED -> japanese ? "配信中" : "subscribed";
                    case UNSUBSCRIBED -> japanese ? "配信停止" : "unsubscribed";
                    case BANNED -> japanese ? "配信禁止" : "banned";
                })
                .collect(Collectors.joining(japanese ? "か" : " or "));
        return japanese ? "グループ" + names + "に入っている（" + states + "）" : "group " + names + " has them (" + states + ")";
    }

    private String behaviour(Rule.Behaviour b) {
        String deed = switch (b.kind()) {
            case SENT -> japanese ? "が届いた" : "was delivered";
            case OPENED -> japanese ? "を開封した" : "was opened";
            case CLICKED -> japanese ? "をクリックした" : "was clicked";
            case NOT_OPENED -> japanese ? "を開封していない" : "was not opened";
            case NOT_CLICKED -> japanese ? "をクリックしていない" : "was not clicked";
            case BOUNCED -> japanese ? "が届かなかった" : "was not delivered";
        };
        if (b.mailing() != null) {
            String name = known.mailings().getOrDefault(b.mailing(), "—");
            String link = b.link() == null ? "" : japanese ? "のリンク " + b.link() + " " : " (link " + b.link() + ")";
            return japanese ? "「" + name + "」" + link + deed : "\"" + name + "\"" + link + " " + deed;
        }
        if (b.times() > 1)
            return japanese
                    ? "過去 " + number(b.days()) + " 日のメール" + deed + "のが " + number(b.times()) + " 通以上"
                    : "at least " + number(b.times()) + " mails of the past " + number(b.days()) + " days: each " + deed;
        return japanese ? "過去 " + number(b.days()) + " 日にメール" + deed : "in the past " + number(b.days()) + " days a mail " + deed;
    }

    private String related(Rule.Related r) {
        RecordKind kind = known.kind(r.kind());
        String name = kind == null ? "—" : kind.label();
        String that = r.conditions().stream()
                .map(condition -> condition(condition, kind == null ? Optional.empty() : Fields.find(kind.fields(), condition.field())))
                .collect(Collectors.joining(and()));
        List<String> parts = new ArrayList<>();
        if (japanese) {
            String since = r.days() > 0 ? "過去 " + r.days() + " 日に" : "";
            String which = that.isEmpty() ? "" : "（そのうち " + that + " もの）";
            if (r.times() > 1 || (r.sum() == null && r.quietDays() == 0)) parts.add(r.times() + " 回以上");
            if (r.sum() != null) parts.add("合計 %,.0f 以上".formatted(r.sum()));
            if (r.quietDays() > 0) parts.add("最後が " + r.quietDays() + " 日より前");
            return since + name + which + "が " + String.join("、", parts);
        }
        parts.add("at least " + r.times());
        if (r.sum() != null) parts.add("sum at least %,.0f".formatted(r.sum()));
        if (r.quietDays() > 0) parts.add("the last more than " + r.quietDays() + " days ago");
        return name + (r.days() > 0 ? " of the past " + r.days() + " days" : "") + (that.isEmpty() ? "" : " (" + that + ")") + ": "
                + String.join(", ", parts);
    }
}
