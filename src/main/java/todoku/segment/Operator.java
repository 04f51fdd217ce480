package todoku.segment;

import java.util.List;

/// How a field is compared (design.md §11), in the order of the menu: the first is chosen when a field is. The names are
/// stored; never rename one.
public enum Operator {
    EQUALS(List.of(Type.TEXT, Type.CHOICE, Type.DATE), 1, "が「{0}」と同じ", "is \"{0}\""),
    AT_LEAST(List.of(Type.NUMBER, Type.DATE), 1, "が {0} 以上", "is at least {0}"),
    AT_MOST(List.of(Type.NUMBER, Type.DATE), 1, "が {0} 以下", "is at most {0}"),
    BETWEEN(List.of(Type.NUMBER, Type.DATE), 2, "が {0} から {1} の間", "is between {0} and {1}"),
    SAME(List.of(Type.NUMBER), 1, "が {0} と同じ", "is {0}"),
    NOT_EQUALS(List.of(Type.TEXT, Type.CHOICE, Type.NUMBER, Type.DATE), 1, "が「{0}」ではない", "is not \"{0}\""),
    ONE_OF(List.of(Type.TEXT, Type.CHOICE, Type.CHOICES, Type.NUMBER), Operator.ANY, "が{0}のどれか", "is one of {0}"),
    NONE_OF(List.of(Type.TEXT, Type.CHOICE, Type.CHOICES, Type.NUMBER), Operator.ANY, "が{0}のどれでもない", "is none of {0}"),
    ALL_OF(List.of(Type.CHOICES), Operator.ANY, "に{0}がすべてある", "has all of {0}"),
    CONTAINS(List.of(Type.TEXT), 1, "に「{0}」を含む", "contains \"{0}\""),
    NOT_CONTAINS(List.of(Type.TEXT), 1, "に「{0}」を含まない", "does not contain \"{0}\""),
    STARTS(List.of(Type.TEXT), 1, "が「{0}」で始まる", "begins with \"{0}\""),
    PAST_DAYS(List.of(Type.DATE), 1, "が過去 {0} 日以内", "is within the past {0} days"),
    NEXT_DAYS(List.of(Type.DATE), 1, "が今日から {0} 日以内", "is within the next {0} days"),
    DAYS_AGO(List.of(Type.DATE), 1, "がちょうど {0} 日前", "is exactly {0} days ago"),
    DAYS_AHEAD(List.of(Type.DATE), 1, "がちょうど {0} 日後", "is exactly {0} days ahead"),
    IN_MONTH(List.of(Type.DATE), 1, "が {0} 月（毎年）", "is in month {0} of any year"),
    BIRTHDAY_IN(List.of(Type.DATE), 1, "の月日が今日から {0} 日以内（毎年）", "comes round within the next {0} days"),
    YES(List.of(Type.YES_NO), 0, "が「はい」", "is yes"),
    NO(List.of(Type.YES_NO), 0, "が「いいえ」", "is no"),
    EMPTY(List.of(Type.values()), 0, "が空", "is empty"),
    FILLED(List.of(Type.values()), 0, "が入っている", "is filled in");

    /// One value or more.
    static final int ANY = -1;

    /// What is compared: a time counts as its day.
    public enum Type {
        TEXT,
        NUMBER,
        DATE,
        YES_NO,
        CHOICE,
        CHOICES
    }

    private final List<Type> types;
    private final int values;
    private final String japanese;
    private final String english;

    Operator(List<Type> types, int values, String japanese, String english) {
        this.types = types;
        this.values = values;
        this.japanese = japanese;
        this.english = english;
    }

    public boolean fits(Type type) {
        return types.contains(type);
    }

    /// How many values it needs: 0, 1 or 2; for a choice, 1 or more.
    public int needs() {
        return values == ANY ? 1 : values;
    }

    public boolean isChoice() {
        return values == ANY;
    }

    /// Whether its value is a number of days.
    public boolean inDays() {
        return switch (this) {
            case PAST_DAYS, NEXT_DAYS, DAYS_AGO, DAYS_AHEAD, BIRTHDAY_IN -> true;
            default -> false;
        };
    }

    /// What follows the field in a sentence, with `{0}` and `{1}` for the values.
    String words(Type type, boolean inJapanese) {
        if (type == Type.DATE) {
            switch (this) {
                case EQUALS -> { return inJapanese ? "が {0}" : "is on {0}"; }
                case NOT_EQUALS -> { return inJapanese ? "が {0} ではない" : "is not on {0}"; }
                case AT_LEAST -> { return inJapanese ? "が {0} 以降" : "is on or after {0}"; }
                case AT_MOST -> { return inJapanese ? "が {0} 以前" : "is on or before {0}"; }
                default -> { }
            }
        }
        if (type == Type.NUMBER && this == NOT_EQUALS) return inJapanese ? "が {0} ではない" : "is not {0}";
        return inJapanese ? japanese : english;
    }
}
