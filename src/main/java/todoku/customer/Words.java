package todoku.customer;

import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/// What somebody types to find a customer, as a statement. Width does not matter, nor whether kana are hiragana or katakana.
///
/// Whoever's address, name, kana, number or searchable field begins so is found by an index. Only when there is nobody, two
/// characters or more are looked for anywhere in names, kana, number and, when they are ASCII, address: that goes through all
/// customers (docs/performance.md). `whole` finds whole values alone.
record Words(String text, boolean whole) {
    /// From here on the middle of a value is searched too.
    private static final int INSIDE_FROM_CHARS = 2;
    private static final int KANA_DISTANCE = 'ァ' - 'ぁ';

    private static final String BY_ADDRESS =
            "SELECT c.id FROM customer c JOIN address a ON a.id = c.address_id WHERE a.canonical LIKE :%s\n";
    private static final String BEGINNINGS = """
            SELECT id FROM customer WHERE number = :number
            UNION SELECT id FROM customer WHERE family_name LIKE :family AND coalesce(given_name, '') LIKE :given
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
        String[] words = text.split(" +", 2);
        String ending = whole ? "" : "%";
        Map<String, Object> parameters = new HashMap<>();
        var sql = new StringBuilder(BEGINNINGS);
        parameters.put("number", words[0]);
        parameters.put("family", like(words[0]) + ending);
        parameters.put("given", words.length == 1 ? "%" : like(words[1]) + ending);
        // Each by itself: an index finds one beginning, not any of three.
        List<String> spellings = List.copyOf(kana(like(words[0])));
        for (int i = 0; i < spellings.size(); i++) {
            sql.append("UNION SELECT id FROM customer WHERE family_kana LIKE :kana").append(i).append(" AND coalesce(given_kana, '') LIKE ANY (:givenKana)\n");
            parameters.put("kana" + i, spellings.get(i) + ending);
        }
        parameters.put("givenKana", words.length == 1
                ? new String[] {"%"}
                : kana(like(words[1])).stream().map(each -> each + ending).toArray(String[]::new));
        if (ascii && words.length == 1) {
            sql.append("UNION ").append(BY_ADDRESS.formatted("address"));
            parameters.put("address", like(text.toLowerCase(Locale.ROOT)) + ending);
        }
        for (Field field : fields) sql.append("UNION SELECT c.id FROM customer c WHERE ").append(field.sql("c")).append(" LIKE :own\n");
        if (!fields.isEmpty()) parameters.put("own", like(text) + ending);
        if (whole || text.codePointCount(0, text.length()) < INSIDE_FROM_CHARS) return new Selection.Ids(sql.toString(), parameters);
        return new Selection.Ids(
                "WITH beginning AS MATERIALIZED (" + sql + ") SELECT id FROM beginning UNION ALL SELECT id FROM (" + inside(words, ascii, parameters)
                        + ") i WHERE NOT EXISTS (SELECT FROM beginning)",
                parameters);
    }

    private String inside(String[] words, boolean ascii, Map<String, Object> parameters) {
        String between = words.length == 1 ? like(words[0]) : like(words[0]) + "%" + like(words[1]);
        parameters.put("inside", "%" + between + "%");
        parameters.put("insideKana", kana(between).stream().map(each -> "%" + each + "%").toArray(String[]::new));
        if (!ascii) return INSIDE;
        parameters.put("insideNumber", "%" + like(text) + "%");
        if (words.length > 1) return INSIDE + INSIDE_ASCII;
        parameters.put("insideAddress", "%" + like(text.toLowerCase(Locale.ROOT)) + "%");
        return INSIDE + INSIDE_ASCII + "UNION " + BY_ADDRESS.formatted("insideAddress");
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
