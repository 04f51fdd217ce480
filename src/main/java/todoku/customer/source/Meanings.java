package todoku.customer.source;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import todoku.customer.ImportReading;

/// What a column of a result can be: what every import knows, or a field of the house as `FIELD:` and its key.
final class Meanings {
    static final String ADDRESS = ImportReading.ADDRESS;
    static final String CONSENT = ImportReading.CONSENT;
    static final String NUMBER = "NUMBER";
    static final String FIELD = "FIELD:";

    /// As tables call them; a file in Japanese has other headers.
    private static final Map<String, List<String>> NAMES = Map.ofEntries(
            Map.entry(ADDRESS, List.of("email", "mail", "emailaddress", "mailaddress", "mailaddr")),
            Map.entry(CONSENT, List.of("optin", "newsletter", "mailmagazine", "subscribed", "merumaga", "wantsmail")),
            Map.entry(NUMBER, List.of("memberno", "memberid", "membernumber", "customerno", "customerid", "customernumber", "customercode")),
            Map.entry("FAMILY_NAME", List.of("lastname", "familyname", "surname", "sei")),
            Map.entry("GIVEN_NAME", List.of("firstname", "givenname", "mei")),
            Map.entry("FAMILY_KANA", List.of("lastnamekana", "familykana", "familynamekana", "seikana")),
            Map.entry("GIVEN_KANA", List.of("firstnamekana", "givenkana", "givennamekana", "meikana")),
            Map.entry("GENDER", List.of("gender", "sex")),
            Map.entry("BIRTHDAY", List.of("birthday", "birthdate", "dateofbirth", "dob")),
            Map.entry("POSTAL_CODE", List.of("postalcode", "postcode", "zip", "zipcode")),
            Map.entry("PREFECTURE", List.of("prefecture", "pref")),
            Map.entry("CITY", List.of("city", "address", "address1", "street")),
            Map.entry("TELEPHONE", List.of("telephone", "phone", "phonenumber", "tel")));

    private static final Map<String, String> BY_NAME = byName();

    private Meanings() {}

    private static Map<String, String> byName() {
        Map<String, String> all = new HashMap<>();
        NAMES.forEach((meaning, names) -> names.forEach(name -> all.put(name, meaning)));
        return Map.copyOf(all);
    }

    /// What can be chosen, in the order of the form.
    static List<String> all(List<String> fields) {
        List<String> all = new ArrayList<>(List.of(ADDRESS, CONSENT));
        all.addAll(ImportReading.standardFields());
        fields.forEach(key -> all.add(FIELD + key));
        return all;
    }

    /// What each column probably is, by its name; each meaning once, and nothing for bytes.
    static Map<String, String> suggested(List<ResultColumn> columns, List<String> fields) {
        Map<String, String> suggested = new LinkedHashMap<>();
        for (ResultColumn column : columns) {
            String meaning = column.type() == ResultColumn.Type.BINARY ? "" : of(column.name(), fields);
            if (!meaning.isEmpty() && !suggested.containsValue(meaning)) suggested.putIfAbsent(column.name(), meaning);
        }
        return suggested;
    }

    private static String of(String name, List<String> fields) {
        String known = ImportReading.meaningOf(name);
        if (!known.isEmpty()) return known;
        if (fields.contains(name)) return FIELD + name;
        return BY_NAME.getOrDefault(name.toLowerCase(Locale.ROOT).replaceAll("[_ -]", ""), "");
    }

    /// How the file's column is to be read.
    static String reading(String meaning) {
        return meaning.startsWith(FIELD) ? ImportReading.TEXT : meaning;
    }

    /// The header of the file's column: a field is known by its key.
    static String header(String column, String meaning) {
        return meaning.startsWith(FIELD) ? meaning.substring(FIELD.length()) : column;
    }
}
