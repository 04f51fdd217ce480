package todoku.segment;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The fields that can be asked for: the standard ones and the house's own.
final class Fields {
    /// Custom fields on one screen; an installation has tens.
    private static final int LIMIT = 500;

    private static final List<Field> STANDARD = List.of(
            new Field("address", "メールアドレス", "Mail address", Operator.Type.TEXT, true),
            new Field("number", "会員番号", "Customer number", Operator.Type.TEXT, false),
            new Field("family_name", "姓", "Family name", Operator.Type.TEXT, true),
            new Field("given_name", "名", "Given name", Operator.Type.TEXT, true),
            new Field("family_kana", "セイ", "Family name (kana)", Operator.Type.TEXT, true),
            new Field("given_kana", "メイ", "Given name (kana)", Operator.Type.TEXT, true),
            new Field("gender", "性別", "Gender", Operator.Type.TEXT, false),
            new Field("birthday", "生年月日", "Birthday", Operator.Type.DATE, true),
            new Field("postal_code", "郵便番号", "Postal code", Operator.Type.TEXT, true),
            new Field("prefecture", "都道府県", "Prefecture", Operator.Type.TEXT, false),
            new Field("city", "住所", "Address", Operator.Type.TEXT, true),
            new Field("telephone", "電話番号", "Telephone", Operator.Type.TEXT, true),
            new Field("created_at", "登録日", "Registered on", Operator.Type.DATE, false));

    /// The only pieces of SQL a standard field can become.
    static final Map<String, String> COLUMNS = Map.ofEntries(
            Map.entry("address", "(SELECT a.canonical FROM address a WHERE a.id = c.address_id)"),
            Map.entry("number", "c.number"),
            Map.entry("family_name", "c.family_name"),
            Map.entry("given_name", "c.given_name"),
            Map.entry("family_kana", "c.family_kana"),
            Map.entry("given_kana", "c.given_kana"),
            Map.entry("gender", "c.gender"),
            Map.entry("birthday", "c.birthday"),
            Map.entry("postal_code", "c.postal_code"),
            Map.entry("prefecture", "c.prefecture"),
            Map.entry("city", "c.city"),
            Map.entry("telephone", "c.telephone"),
            Map.entry("created_at", "(c.created_at AT TIME ZONE :zone)::date"));

    private final JdbcClient db;

    Fields(JdbcClient db) {
        this.db = db;
    }

    /// In the order of the picker.
    List<Field> all() {
        List<Field> all = new ArrayList<>(STANDARD);
        all.addAll(db.sql("SELECT key, label, type, personal, choices FROM customer_field WHERE retired_at IS NULL ORDER BY position, id LIMIT :limit")
                .param("limit", LIMIT)
                .query((row, n) -> new Field(
                        Field.CUSTOM + row.getString(1),
                        row.getString(2),
                        row.getString(2),
                        type(row.getString(3)),
                        row.getBoolean(4),
                        List.of((String[]) row.getArray(5).getArray())))
                .list());
        return all;
    }

    static Optional<Field> find(List<Field> all, String id) {
        return all.stream().filter(field -> field.id().equals(id)).findFirst();
    }

    /// Of the kinds of fields that hold text, all are compared alike.
    static Operator.Type type(String stored) {
        return switch (stored) {
            case "NUMBER" -> Operator.Type.NUMBER;
            case "DATE", "DATETIME" -> Operator.Type.DATE;
            case "YES_NO" -> Operator.Type.YES_NO;
            case "CHOICE" -> Operator.Type.CHOICE;
            case "CHOICES" -> Operator.Type.CHOICES;
            default -> Operator.Type.TEXT;
        };
    }
}
