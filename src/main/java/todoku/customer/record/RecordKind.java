package todoku.customer.record;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// A kind of records, such as 注文.
///
/// @param key         its name in conditions; it stays
/// @param numberLabel what its number is called, unique in the kind; null when such records have none
/// @param atLabel     what its moment is called
/// @param amount      its money; null when it has none
/// @param version     0 while it is not stored
public record RecordKind(
        long id, String key, String label, @Nullable String numberLabel, String atLabel, @Nullable Amount amount,
        List<RecordField> fields, int version, @Nullable Instant retiredAt) {
    /// Fields of one kind.
    public static final int FIELDS = 50;

    /// Ready-made, with the columns most shops have.
    public static final List<RecordKind> PRESETS = List.of(
            preset("注文", "注文番号", "注文日時", new Amount("金額", "単価", "数量"),
                    RecordField.of("商品コード", ValueType.TEXT), RecordField.of("商品名", ValueType.TEXT),
                    RecordField.of("数量", ValueType.NUMBER), RecordField.of("単価", ValueType.NUMBER),
                    RecordField.of("状態", ValueType.CHOICE, "注文", "発送済", "返品", "キャンセル")),
            preset("予約", "予約番号", "予約日時", new Amount("料金", "料金", null),
                    RecordField.of("内容", ValueType.TEXT), RecordField.of("店舗", ValueType.TEXT),
                    RecordField.of("担当", ValueType.TEXT), RecordField.of("人数", ValueType.NUMBER),
                    RecordField.of("料金", ValueType.NUMBER),
                    RecordField.of("状態", ValueType.CHOICE, "予約", "来店済", "変更", "キャンセル")),
            preset("来店", null, "来店日時", new Amount("お会計", "お会計", null),
                    RecordField.of("店舗", ValueType.TEXT), RecordField.of("担当", ValueType.TEXT),
                    RecordField.of("お会計", ValueType.NUMBER),
                    new RecordField("メモ", "メモ", ValueType.TEXT, true, List.of())));

    /// The money of a record: one number field, or the product of two.
    ///
    /// @param times null: the field alone
    public record Amount(String label, String field, @Nullable String times) {}

    public RecordKind {
        fields = List.copyOf(fields);
    }

    public Optional<RecordField> field(String key) {
        return fields.stream().filter(field -> field.key().equals(key)).findFirst();
    }

    private static RecordKind preset(String name, @Nullable String number, String at, Amount amount, RecordField... fields) {
        return new RecordKind(0, name, name, number, at, amount, List.of(fields), 0, null);
    }
}
