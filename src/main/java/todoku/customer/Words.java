package todoku.customer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What somebody types to find a customer. Width does not matter, nor whether kana are hiragana or katakana.
///
/// Whoever's address, name, kana, number or searchable field begins so is found by an index. Only when there is nobody, two
/// characters or more are looked for anywhere in names, kana, number and, when they are ASCII, address: that goes through all
/// customers (docs/performance.md). `whole` finds whole values alone.
record Words(String text, boolean whole) {
    /// From here on the middle of a value is searched too.
    private static final int INSIDE_FROM_CHARS = 2;

    /// A longer text is no name.
    private static final int LONGEST_NAME_CHARS = 20;
    private static final int KANA_DISTANCE = 'ァ' - 'ぁ';

    /// Customers of whom this is true, asked by itself: an index finds one beginning, not any of three.
    ///
    /// @param from  the table that is asked first
    /// @param truth of `customer c` and its `address a`
    private record Branch(String from, String truth) {
        static Branch ofCustomer(String truth) {
            return new Branch("customer c", truth);
        }

        static Branch ofAddress(String parameter) {
            return new Branch("address a JOIN customer c ON c.address_id = a.id", "a.canonical LIKE :" + parameter);
        }
    }

    /// One way of finding: any of its branches.
    record Rung(List<Branch> branches, Map<String, Object> parameters) {
        /// A statement for each branch, which gives everybody once.
        List<String> ids() {
            return branches.stream().map(branch -> "SELECT c.id FROM " + branch.from + " WHERE " + branch.truth).toList();
        }

        /// The same of each customer.
        String truth() {
            return branches.stream().map(Branch::truth).collect(Collectors.joining(" OR ", "(", ")"));
        }
    }

    Words(String text, boolean whole) {
        this.text = Cell.plain(text);
        this.whole = whole;
    }

    boolean none() {
        return text.isEmpty();
    }

    /// Each is asked when those before it find nobody.
    ///
    /// @param fields of the house whose indexes are ready
    List<Rung> rungs(List<Field> fields) {
        boolean atTheBeginning = whole || text.codePointCount(0, text.length()) < INSIDE_FROM_CHARS;
        return atTheBeginning ? List.of(beginnings(fields)) : List.of(beginnings(fields), inside());
    }

    /// All of them in one statement, each once.
    Selection.Ids ids(List<Field> fields) {
        List<Rung> rungs = rungs(fields);
        if (rungs.size() == 1) return new Selection.Ids(String.join("\nUNION ", rungs.getFirst().ids()), rungs.getFirst().parameters);
        Map<String, Object> parameters = new HashMap<>(rungs.getFirst().parameters);
        parameters.putAll(rungs.getLast().parameters);
        return new Selection.Ids(
                "WITH beginning AS MATERIALIZED (" + String.join("\nUNION ", rungs.getFirst().ids()) + ") SELECT id FROM beginning UNION ALL SELECT id FROM ("
                        + String.join("\nUNION ", rungs.getLast().ids()) + ") i WHERE NOT EXISTS (SELECT FROM beginning)",
                parameters);
    }

    private Rung beginnings(List<Field> fields) {
        String[] words = text.split(" +", 2);
        String ending = whole ? "" : "%";
        Map<String, Object> parameters = new HashMap<>();
        List<Branch> branches = new ArrayList<>();
        branches.add(Branch.ofCustomer("c.number = :number"));
        parameters.put("number", words[0]);
        names(words, "name", like(words[0]), words.length == 1 ? "" : like(words[1]), parameters, branches);
        List<String> families = List.copyOf(kana(like(words[0]))), givens = words.length == 1 ? families : List.copyOf(kana(like(words[1])));
        for (int i = 0; i < families.size(); i++) for (String given : words.length == 1 ? List.of("") : givens)
            names(words, "kana", families.get(i), given, parameters, branches);
        if (isAscii() && words.length == 1) {
            branches.add(Branch.ofAddress("address"));
            parameters.put("address", like(text.toLowerCase(Locale.ROOT)) + ending);
        }
        for (Field field : fields) branches.add(Branch.ofCustomer(field.sql("c") + " LIKE :own"));
        if (!fields.isEmpty()) parameters.put("own", like(text) + ending);
        return new Rung(branches, parameters);
    }

    /// Two words are the beginnings of a family name and of a given name. One is the beginning of a family name, or a whole one
    /// and the beginning of the given name behind it, wherever it is divided.
    ///
    /// @param column `name` or `kana`
    private void names(String[] words, String column, String family, String given, Map<String, Object> parameters, List<Branch> branches) {
        String ending = whole ? "" : "%", familyIs = "c.family_" + column, givenIs = "c.given_" + column;
        if (words.length > 1) {
            branches.add(Branch.ofCustomer(familyIs + " LIKE " + parameter(family + ending, parameters) + " AND " + givenIs + " LIKE "
                    + parameter(given + ending, parameters)));
            return;
        }
        branches.add(Branch.ofCustomer(familyIs + " LIKE " + parameter(family + ending, parameters)));
        if (text.codePointCount(0, text.length()) > LONGEST_NAME_CHARS || family.indexOf('\\') >= 0) return;
        List<String> divided = new ArrayList<>();
        for (int at = family.offsetByCodePoints(0, 1); at < family.length(); at = family.offsetByCodePoints(at, 1))
            divided.add(familyIs + " = " + parameter(family.substring(0, at), parameters) + " AND " + givenIs + " LIKE "
                    + parameter(family.substring(at) + ending, parameters));
        if (!divided.isEmpty()) branches.add(Branch.ofCustomer("(" + String.join(" OR ", divided) + ")"));
    }

    private static String parameter(String value, Map<String, Object> parameters) {
        String name = "w" + parameters.size();
        parameters.put(name, value);
        return ":" + name;
    }

    /// A family name of the second word and a given name of the first is nobody.
    private Rung inside() {
        String[] words = text.split(" +", 2);
        String between = words.length == 1 ? like(words[0]) : like(words[0]) + "%" + like(words[1]);
        Map<String, Object> parameters = new HashMap<>();
        List<String> any = new ArrayList<>();
        any.add("coalesce(c.family_name, '') || coalesce(c.given_name, '') LIKE :inside");
        parameters.put("inside", "%" + between + "%");
        int spelling = 0;
        // Kanji have no kana.
        if (!text.codePoints().allMatch(c -> c == ' ' || Character.isIdeographic(c))) for (String kana : kana(between)) {
            any.add("coalesce(c.family_kana, '') || coalesce(c.given_kana, '') LIKE :insideKana" + spelling);
            parameters.put("insideKana" + spelling++, "%" + kana + "%");
        }
        if (!isAscii()) return new Rung(List.of(Branch.ofCustomer(String.join(" OR ", any))), parameters);
        any.add("c.number LIKE :insideNumber");
        parameters.put("insideNumber", "%" + like(text) + "%");
        Branch ofCustomer = Branch.ofCustomer(String.join(" OR ", any));
        if (words.length > 1) return new Rung(List.of(ofCustomer), parameters);
        parameters.put("insideAddress", "%" + like(text.toLowerCase(Locale.ROOT)) + "%");
        return new Rung(List.of(Branch.ofAddress("insideAddress"), ofCustomer), parameters);
    }

    private boolean isAscii() {
        return text.chars().allMatch(c -> c < 128);
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
