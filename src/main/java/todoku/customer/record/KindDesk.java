package todoku.customer.record;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Operator;
import todoku.customer.record.KindForm.Wrong;
import todoku.database.Database;
import todoku.web.NotFound;

/// What operators do to kinds of records; each change with its line in the log, in one transaction.
@Component
class KindDesk {
    private final Database database;
    private final RecordKinds kinds;
    private final Audit audit;
    private final InstantSource clock;

    KindDesk(Database database, RecordKinds kinds, Audit audit, InstantSource clock) {
        this.database = database;
        this.kinds = kinds;
        this.audit = audit;
        this.clock = clock;
    }

    /// How a wish to change a kind ended.
    sealed interface Outcome {
        record Kept(long id) implements Outcome {}

        record Refused(Map<String, Wrong> errors) implements Outcome {}

        /// Somebody else was faster.
        record Stale() implements Outcome {}
    }

    Outcome add(Operator by, KindForm form) {
        KindForm.Reading reading = form.read(null, 0, false);
        @Nullable RecordKind kind = reading.kind();
        if (kind == null) return new Outcome.Refused(reading.errors());
        return database.inTransaction(() -> {
            if (kinds.all().size() >= RecordKinds.MOST)
                return new Outcome.Refused(Map.of("label", Wrong.of("record.kind.too-many", RecordKinds.MOST)));
            Optional<Long> id = kinds.add(kind, by.id(), clock.instant());
            if (id.isEmpty()) return new Outcome.Refused(Map.of("label", Wrong.of("record.kind.twice", kind.key())));
            audit.write(by, "record.kind", "record-kind:" + id.get(), null, kind);
            return new Outcome.Kept(id.get());
        });
    }

    Outcome change(Operator by, long id, int version, KindForm form) {
        RecordKind before = kinds.find(id).orElseThrow(NotFound::new);
        KindForm.Reading reading = form.read(before, version, kinds.isUsed(id));
        @Nullable RecordKind kind = reading.kind();
        if (kind == null) return new Outcome.Refused(reading.errors());
        return database.inTransaction(() -> {
            if (!kinds.change(kind, by.id(), clock.instant())) return new Outcome.Stale();
            audit.write(by, "record.kind", "record-kind:" + id, before, kind);
            return new Outcome.Kept(id);
        });
    }

    /// False when somebody changed it since that version was read.
    boolean retire(Operator by, long id, int version, boolean retired) {
        @Nullable Instant at = retired ? clock.instant() : null;
        return database.inTransaction(() -> {
            if (!kinds.retire(id, version, at)) return false;
            audit.write(by, "record.kind", "record-kind:" + id, Map.of("retired", !retired), Map.of("retired", retired));
            return true;
        });
    }
}
