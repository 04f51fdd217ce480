package todoku.segment;

import java.util.List;

/// How a field is compared (design.md §11). The names are stored; never rename one.
public enum Operator {
    EQUALS(List.of(Type.TEXT), 1, "が「{0}」と同じ", "is \"{0}\""),
    NOT_EQUALS(List.of(Type.TEXT), 1, "が「{0}」ではない", "is not \"{0}\""),
    CONTAINS(List.of(Type.TEXT), 1, "に「{0}」を含む", "contains \"{0}\""),
    STARTS(List.of(Type.TEXT), 1, "が「{0}」で始まる", "begins with \"{0}\""),
    ONE_OF(List.of(Type.TEXT), Operator.ANY, "が{0}のどれか", "is one of {0}"),
    AT_LEAST(List.of(Type.NUMBER), 1, "が {0} 以上", "is at least {0}"),
    AT_MOST(List.of(Type.NUMBER), 1, "が {0} 以下", "is at most {0}"),
    SAME(List.of(Type.NUMBER), 1, "が {0} と同じ", "is {0}"),
    BETWEEN(List.of(Type.DATE), 2, "が {0} から {1} の間", "is between {0} and {1}"),
    PAST_DAYS(List.of(Type.DATE), 1, "が過去 {0} 日以内", "is within the past {0} days"),
    IN_MONTH(List.of(Type.DATE), 1, "が {0} 月（毎年）", "is in month {0} of any year"),
    EMPTY(List.of(Type.TEXT, Type.NUMBER, Type.DATE), 0, "が空", "is empty"),
    FILLED(List.of(Type.TEXT, Type.NUMBER, Type.DATE), 0, "が入っている", "is filled in");

    /// One value or more.
    static final int ANY = -1;

    /// What is compared: a time counts as its day.
    public enum Type {
        TEXT,
        NUMBER,
        DATE
    }

    private final List<Type> types;
    final int values;
    final String japanese;
    final String english;

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
}
