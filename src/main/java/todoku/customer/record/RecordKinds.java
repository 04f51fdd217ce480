package todoku.customer.record;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;

/// The kinds of records of the house. Safe for many threads; all state is in the database.
public final class RecordKinds {
    /// Kinds of one house.
    public static final int MOST = 50;

    /// Beyond so many a count is not worth its time on a list.
    private static final long EXACT = 200_000;

    private final Database database;
    private final JdbcClient db;

    public RecordKinds(Database database) {
        this.database = database;
        this.db = database.client();
    }

    /// In the order they were defined.
    public List<RecordKind> all() {
        return database.inTransaction(() -> {
            Map<Long, List<RecordField>> fields = fields();
            return db.sql("SELECT * FROM record_kind ORDER BY id LIMIT :most")
                    .param("most", MOST)
                    .query((row, _) -> kind(row, fields.getOrDefault(row.getLong("id"), List.of())))
                    .list();
        });
    }

    public Optional<RecordKind> find(long id) {
        return all().stream().filter(kind -> kind.id() == id).findFirst();
    }

    /// How many records: counted up to [#EXACT], beyond it by the statistics of the planner.
    long count(long kind) {
        long about = db.sql("""
                SELECT coalesce((SELECT f.freq * c.reltuples FROM pg_class c, pg_stats s,
                                        unnest(s.most_common_vals::text::bigint[], s.most_common_freqs) f(kind, freq)
                                  WHERE c.oid = 'related_record'::regclass AND s.schemaname = 'public' AND s.tablename = 'related_record'
                                    AND s.attname = 'kind_id' AND f.kind = :kind), 0)::bigint
                """)
                .param("kind", kind)
                .query(Long.class)
                .single();
        if (about > EXACT) return about;
        return db.sql("SELECT count(*) FROM related_record WHERE kind_id = :kind").param("kind", kind).query(Long.class).single();
    }

    boolean isUsed(long kind) {
        return db.sql("SELECT EXISTS (SELECT FROM related_record WHERE kind_id = :kind)").param("kind", kind).query(Boolean.class).single();
    }

    /// Empty when there is a kind of this key already.
    public Optional<Long> add(RecordKind kind, @Nullable Long by, Instant now) {
        return database.inTransaction(() -> {
            Optional<Long> id = values(db.sql("""
                    INSERT INTO record_kind (key, label, number_label, at_label, amount_label, amount_field, amount_times, changed_by, changed_at)
                    VALUES (:key, :label, :number, :at, :amount, :field, :times, :by, :now) ON CONFLICT (key) DO NOTHING RETURNING id
                    """), kind, by, now).param("key", kind.key()).query(Long.class).optional();
            id.ifPresent(stored -> write(stored, kind.fields()));
            return id;
        });
    }

    /// False when somebody changed it since that version was read. Fields that are no longer named go; their values stay in the
    /// records, unseen, and are back with the field.
    public boolean change(RecordKind kind, @Nullable Long by, Instant now) {
        return database.inTransaction(() -> {
            int changed = values(db.sql("""
                    UPDATE record_kind SET label = :label, number_label = :number, at_label = :at, amount_label = :amount,
                           amount_field = :field, amount_times = :times, changed_by = :by, changed_at = :now, version = version + 1
                     WHERE id = :id AND version = :version
                    """), kind, by, now).param("id", kind.id()).param("version", kind.version()).update();
            if (changed == 0) return false;
            db.sql("DELETE FROM record_field WHERE kind_id = :id AND NOT key = ANY(:keys::text[])")
                    .param("id", kind.id())
                    .param("keys", kind.fields().stream().map(RecordField::key).toArray(String[]::new))
                    .update();
            write(kind.id(), kind.fields());
            return true;
        });
    }

    /// Out of use, or in use again. False when somebody changed it since that version was read.
    boolean retire(long id, int version, @Nullable Instant at) {
        return db.sql("UPDATE record_kind SET retired_at = :at, version = version + 1 WHERE id = :id AND version = :version")
                        .param("id", id)
                        .param("version", version)
                        .param("at", at == null ? null : at.atOffset(ZoneOffset.UTC), java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                        .update()
                == 1;
    }

    private static JdbcClient.StatementSpec values(JdbcClient.StatementSpec statement, RecordKind kind, @Nullable Long by, Instant now) {
        RecordKind.@Nullable Amount amount = kind.amount();
        return statement.param("label", kind.label())
                .param("number", kind.numberLabel())
                .param("at", kind.atLabel())
                .param("amount", amount == null ? null : amount.label())
                .param("field", amount == null ? null : amount.field())
                .param("times", amount == null ? null : amount.times())
                .param("by", by)
                .param("now", now.atOffset(ZoneOffset.UTC));
    }

    private void write(long kind, List<RecordField> fields) {
        int position = 0;
        for (RecordField field : fields)
            db.sql("""
                    INSERT INTO record_field (kind_id, key, label, type, personal, position, choices)
                    VALUES (:kind, :key, :label, :type, :personal, :position, :choices::text[])
                    ON CONFLICT (kind_id, key) DO UPDATE SET label = excluded.label, type = excluded.type, personal = excluded.personal,
                           position = excluded.position, choices = excluded.choices
                    """)
                    .param("kind", kind)
                    .param("key", field.key())
                    .param("label", field.label())
                    .param("type", field.type().name())
                    .param("personal", field.personal())
                    .param("position", ++position)
                    .param("choices", field.choices().toArray(String[]::new))
                    .update();
    }

    private Map<Long, List<RecordField>> fields() {
        Map<Long, List<RecordField>> fields = new HashMap<>();
        db.sql("SELECT kind_id, key, label, type, personal, choices FROM record_field ORDER BY kind_id, position, id").query((ResultSet row) -> {
            fields.computeIfAbsent(row.getLong(1), _ -> new ArrayList<>())
                    .add(new RecordField(row.getString(2), row.getString(3), ValueType.valueOf(row.getString(4)), row.getBoolean(5),
                            List.of((String[]) row.getArray(6).getArray())));
        });
        return fields;
    }

    private static RecordKind kind(ResultSet row, List<RecordField> fields) throws SQLException {
        @Nullable String amount = row.getString("amount_label"), field = row.getString("amount_field");
        @Nullable Timestamp retired = row.getTimestamp("retired_at");
        return new RecordKind(row.getLong("id"), row.getString("key"), row.getString("label"), row.getString("number_label"),
                row.getString("at_label"), amount == null || field == null ? null : new RecordKind.Amount(amount, field, row.getString("amount_times")),
                fields, row.getInt("version"), retired == null ? null : retired.toInstant());
    }
}
