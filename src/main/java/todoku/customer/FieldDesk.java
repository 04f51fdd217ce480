package todoku.customer;

import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Operator;
import todoku.database.Database;

/// What operators do to the fields of the house. Each change with its line in the log, in one transaction.
@Component
class FieldDesk {
    /// What a shop in Japan usually wants to know beside the standard fields.
    private static final List<Field> STANDARD = List.of(
            chosen("会員ランク", true, "レギュラー", "シルバー", "ゴールド", "プラチナ"),
            searched("ポイント", FieldType.NUMBER),
            searched("累計購入金額", FieldType.NUMBER),
            Field.plain("購入回数", FieldType.NUMBER),
            Field.plain("初回購入日", FieldType.DATE),
            searched("最終購入日", FieldType.DATE),
            chosen("よく利用する店舗", false, "本店", "オンラインショップ"),
            chosen("商談の段階", true, "問い合わせ", "ご案内中", "見積もり", "成約", "見送り"),
            Field.plain("備考", FieldType.LONG_TEXT));

    private final Database database;
    private final Fields fields;
    private final Audit audit;
    private final InstantSource clock;

    FieldDesk(Database database, Fields fields, Audit audit, InstantSource clock) {
        this.database = database;
        this.fields = fields;
        this.audit = audit;
        this.clock = clock;
    }

    /// How a wish to change a field ended.
    sealed interface Outcome {
        /// @param without customers who have no value of a field that has just become required
        record Kept(long id, long without) implements Outcome {}

        record Refused(Map<String, Problem> errors) implements Outcome {}

        /// Two or more customers share a value, and it shall be unique.
        record Shared(long customers) implements Outcome {}

        record Stale() implements Outcome {}
    }

    Outcome add(Operator by, FieldType type, FieldForm form) {
        String key = Cell.plain(form.get("name"));
        if (!Fields.isKey(key) || StandardField.named(Columns.folded(key)).isPresent() || Columns.isReserved(key))
            return new Outcome.Refused(Map.of("name", Problem.of("customer.field.bad-key")));
        return switch (form.check(Field.plain(key, type))) {
            case FieldForm.Check.Refused(var errors) -> new Outcome.Refused(errors);
            case FieldForm.Check.Fine(Field field) -> database.inTransaction(() -> {
                Optional<Long> id = fields.withRetired().size() < Fields.MOST ? fields.add(field) : Optional.of(0L);
                if (id.isEmpty()) return taken(key);
                if (id.get() == 0) return new Outcome.Refused(Map.of("name", Problem.of("customer.field.too-many", Fields.MOST)));
                audit.write(by, "customer.field-add", "field:" + key, null, field);
                return new Outcome.Kept(id.get(), 0);
            });
        };
    }

    /// Required holds for whoever is registered or changed from now on; unique must hold for everybody at once.
    Outcome edit(Operator by, Field before, int version, FieldForm form) {
        return switch (form.check(before)) {
            case FieldForm.Check.Refused(var errors) -> new Outcome.Refused(errors);
            case FieldForm.Check.Fine(Field after) -> {
                if (!after.label().equals(before.label()) && isTaken(after)) yield taken(after.label());
                if (after.indexed() && !before.indexed() && fields.tooLong(after) > 0)
                    yield new Outcome.Refused(Map.of("searchable", Problem.of("customer.field.too-long", fields.tooLong(after), Field.INDEXED_LIMIT_CHARS)));
                long shared = after.unique() && !before.unique() ? fields.doubles(after) : 0;
                if (shared > 0) yield new Outcome.Shared(shared);
                boolean done = database.inTransaction(() -> {
                    if (!fields.edit(after.as(before.id(), version))) return false;
                    audit.write(by, "customer.field-edit", "field:" + before.key(), before, after);
                    return true;
                });
                if (!done) yield new Outcome.Stale();
                yield new Outcome.Kept(before.id(), after.required() && !before.required() ? fields.without(after) : 0);
            }
        };
    }

    private boolean isTaken(Field field) {
        String label = field.label();
        return StandardField.named(Columns.folded(label)).isPresent() || Columns.isReserved(label)
                || fields.withRetired().stream().anyMatch(other -> other.id() != field.id() && (other.key().equals(label) || other.label().equals(label)));
    }

    private static Outcome taken(String name) {
        return new Outcome.Refused(Map.of("name", Problem.of("customer.field.taken", name)));
    }

    boolean move(Operator by, Field field, boolean up) {
        return database.inTransaction(() -> {
            if (!fields.move(field.id(), up)) return false;
            audit.write(by, "customer.field-move", "field:" + field.key(), null, Map.of("up", up));
            return true;
        });
    }

    /// The values are kept.
    boolean retire(Operator by, Field field, int version) {
        return database.inTransaction(() -> {
            if (!fields.retire(field.id(), version, clock.instant())) return false;
            audit.write(by, "customer.field-retire", "field:" + field.key(), null, null);
            return true;
        });
    }

    boolean bringBack(Operator by, Field field, int version) {
        return database.inTransaction(() -> {
            if (!fields.bringBack(field.id(), version)) return false;
            audit.write(by, "customer.field-back", "field:" + field.key(), null, null);
            return true;
        });
    }

    /// The index that could not be made is tried once more.
    void indexAgain(Operator by, Field field) {
        database.inTransaction(() -> {
            if (fields.indexAgain(field.id())) audit.write(by, "customer.field-index", "field:" + field.key(), null, null);
        });
    }

    /// Those of the standard set that are not there yet, by their names.
    List<String> addStandard(Operator by) {
        return database.inTransaction(() -> {
            List<String> added = new ArrayList<>();
            for (Field field : STANDARD) {
                if (fields.add(field).isEmpty()) continue;
                added.add(field.key());
                audit.write(by, "customer.field-add", "field:" + field.key(), null, field);
            }
            return added;
        });
    }

    private static Field chosen(String name, boolean searchable, String... choices) {
        return Field.plain(name, FieldType.CHOICE).with(List.of(choices)).with(false, searchable);
    }

    private static Field searched(String name, FieldType type) {
        return Field.plain(name, type).with(false, true);
    }
}
