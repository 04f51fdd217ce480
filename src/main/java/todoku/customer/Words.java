package todoku.customer;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What somebody types to find a customer, as a statement. Width does not matter, nor whether kana are hiragana or katakana.
///
/// Whole values (`whole`) are looked up by their indexes, and so is a single character, at the beginning of names. Two
/// characters or more are looked for anywhere in names, kana, number and, when they are ASCII, address: that goes through all
/// customers, with both cores, (docs/performance.md has the plans). Searchable fields of the house
/// are found by their beginnings.
record Words(String text, boolean whole) {
    /// From here on the middle of a value is searched too.
    private static final int INSIDE_FROM_CHARS = 2;
    private static final int KANA_DISTANCE = 'ァ' - 'ぁ';

    private static final String BY_ADDRESS =
            "SELECT c.id FROM customer c JOIN address a ON a.id = c.address_id WHERE a.canonical LIKE :address\n";
    private static final String BEGINNINGS = """
            SELECT id FROM customer WHERE number = :number
            UNION SELECT id FROM customer WHERE family_name LIKE :family AND coalesce(given_name, '') LIKE :given
            UNION SELECT id FROM customer WHERE family_kana LIKE ANY (:kana) AND coalesce(given_kana, '') LIKE ANY (:givenKana)
            """;
    /// `concat` takes no value for an empty one. A family name of the second word and a given name of the first is nobody.
    private static final String INSIDE = """
            SELECT id FROM customer WHERE concat(family_name, given_name) LIKE :inside
               OR concat(family_kana, given_kana) LIKE ANY (:insideKana)
            """;
    private static final String INSIDE_ASCII = "   OR number LIKE :insideNumber\n";

    Words(String text, boolean whole) {
        this.text = Cell.plain(text);
        this.whole = whole;
    }

    boolean none() {
        return text.isEmpty();
    }

    /// @param fields of the house whose indexes are ready
    Selection.Ids ids(List<Field> fields) {
        boolean ascii = text.chars().allMatch(c -> c < 128);
        boolean inside = !whole && text.codePointCount(0, text.length()) >= INSIDE_FROM_CHARS;
        String[] words = text.split(" +", 2);
        String ending = whole ? "" : "%";
        Map<String, Object> parameters = new HashMap<>();
        var sql = new StringBuilder(inside ? INSIDE : BEGINNINGS);
        if (inside) {
            String between = words.length == 1 ? like(words[0]) : like(words[0]) + "%" + like(words[1]);
            parameters.put("inside", "%" + between + "%");
            parameters.put("insideKana", kana(between).stream().map(each -> "%" + each + "%").toArray(String[]::new));
            if (ascii) {
                sql.append(INSIDE_ASCII);
                parameters.put("insideNumber", "%" + like(text) + "%");
            }
        } else {
            parameters.put("number", words[0]);
            parameters.put("family", like(words[0]) + ending);
            parameters.put("given", words.length == 1 ? "%" : like(words[1]) + ending);
            parameters.put("kana", kana(like(words[0])).stream().map(each -> each + ending).toArray(String[]::new));
            parameters.put("givenKana", words.length == 1
                    ? new String[] {"%"}
                    : kana(like(words[1])).stream().map(each -> each + ending).toArray(String[]::new));
        }
        if (ascii && words.length == 1) {
            sql.append("UNION ").append(BY_ADDRESS);
            parameters.put("address", (inside ? "%" : "") + like(text.toLowerCase(Locale.ROOT)) + ending);
        }
        for (Field field : fields) sql.append("UNION SELECT c.id FROM customer c WHERE ").append(field.sql("c")).append(" LIKE :own\n");
        if (!fields.isEmpty()) parameters.put("own", like(text) + ending);
        return new Selection.Ids(sql.toString(), parameters);
    }

    /// As typed, all in katakana, all in hiragana.
    private static Set<String> kana(String text) {
        Set<String> all = new LinkedHashSet<>();
        all.add(text);
        all.add(shifted(text, 'ぁ', 'ゖ', KANA_DISTANCE));
        all.add(shifted(text, 'ァ', 'ヶ', -KANA_DISTANCE));
        return all;
    }

    private static String shifted(String text, char from, char to, int by) {
        return text.codePoints()
                .map(c -> c >= from && c <= to ? c + by : c)
                .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                .toString();
    }

    private static String like(String text) {
        return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
    }
}
