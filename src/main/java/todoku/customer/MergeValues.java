package todoku.customer;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// What a mail may say about a customer: 差し込み項目 by the names marketers see, for many customers in one question.
public final class MergeValues {
    /// The standard fields, in the order of the picker.
    private static final Map<String, String> STANDARD = Map.ofEntries(
            Map.entry("会員番号", "number"),
            Map.entry("姓", "family_name"),
            Map.entry("名", "given_name"),
            Map.entry("セイ", "family_kana"),
            Map.entry("メイ", "given_kana"),
            Map.entry("性別", "gender"),
            Map.entry("生年月日", "birthday"),
            Map.entry("郵便番号", "postal_code"),
            Map.entry("都道府県", "prefecture"),
            Map.entry("住所", "city"),
            Map.entry("電話番号", "telephone"),
            Map.entry("端末", "device"));

    private static final ObjectMapper JSON = new ObjectMapper();

    private final JdbcClient db;

    public MergeValues(JdbcClient db) {
        this.db = db;
    }

    /// One customer as a mail sees it. A field without a value is absent.
    ///
    /// @param name 姓 and 名 for the `To` header, empty when neither is known
    /// @param textOnly 希望形式 is text
    public record Person(long id, String address, String name, Map<String, Object> values, boolean textOnly) {
        public Person(long id, String address, String name, Map<String, Object> values) {
            this(id, address, name, values, false);
        }
    }

    /// Every name that can be merged today.
    public Set<String> names() {
        Set<String> names = new TreeSet<>(STANDARD.keySet());
        names.add("メールアドレス");
        names.addAll(db.sql("SELECT key FROM customer_field").query(String.class).list());
        return names;
    }

    /// Those among them that are 個人情報 beyond the name and the mail address.
    public Set<String> personalNames() {
        Set<String> names = new TreeSet<>(Set.of("会員番号", "生年月日", "郵便番号", "住所", "電話番号"));
        names.addAll(db.sql("SELECT key FROM customer_field WHERE personal").query(String.class).list());
        return names;
    }

    /// Those of these customers who still exist. How many are asked about is hidden from the planner: for a few it would make a plan
    /// anew each time, which takes longer than the answer.
    public Map<Long, Person> of(Collection<Long> customers) {
        Map<Long, Person> people = HashMap.newHashMap(customers.size());
        db.sql(
                        """
                        SELECT c.id, a.as_written, c.number, c.family_name, c.given_name, c.family_kana, c.given_kana, c.gender,
                               c.birthday, c.postal_code, c.prefecture, c.city, c.telephone, c.device, c.preferred_format, c.custom
                          FROM customer c JOIN address a ON a.id = c.address_id WHERE c.id = ANY ((SELECT :ids::bigint[])::bigint[])
                        """)
                .param("ids", customers.toArray(Long[]::new))
                .query(row -> {
                    Map<String, Object> values = new HashMap<>();
                    for (Map.Entry<String, String> field : STANDARD.entrySet()) put(values, field.getKey(), row.getString(field.getValue()));
                    String address = row.getString("as_written");
                    values.put("メールアドレス", address);
                    JsonNode custom = JSON.readTree(row.getString("custom"));
                    custom.forEachEntry((key, value) -> values.put(key, merged(value)));
                    String name = (text(values, "姓") + " " + text(values, "名")).strip();
                    people.put(row.getLong("id"), new Person(row.getLong("id"), address, name, values, "TEXT".equals(row.getString("preferred_format"))));
                });
        return people;
    }

    private static Object merged(JsonNode value) {
        if (value.isNumber()) return value.decimalValue();
        if (value.isBoolean()) return FieldValues.shown(value.booleanValue());
        return value.isArray() ? FieldValues.shown(value.valueStream().map(JsonNode::asString).toList()) : value.asString();
    }

    private static void put(Map<String, Object> values, String name, @Nullable String value) {
        if (value != null && !value.isEmpty()) values.put(name, value);
    }

    private static String text(Map<String, Object> values, String name) {
        return values.get(name) instanceof String text ? text : "";
    }
}
