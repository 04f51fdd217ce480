package todoku.customer;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.ChunkDecision.Ending;
import todoku.customer.Columns.Column;
import todoku.customer.Memberships.State;

/// Imports whose lines only say who is meant: 配信停止にする, グループから外す, 削除. Nobody is registered by them.
final class ImportByKey {
    private final JdbcClient db;
    private final MemberLists lists;
    private final Eraser eraser;
    private final CustomerHistory history;

    ImportByKey(JdbcClient db) {
        this.db = db;
        this.lists = new MemberLists(db);
        this.eraser = new Eraser(db);
        this.history = new CustomerHistory(db);
    }

    /// @param group null: none
    record Job(long importId, ImportMode mode, ImportKey key, @Nullable Long group, List<Long> departments) {
        long groupOf() {
            if (group == null) throw new IllegalStateException("import " + importId + " has no group");
            return group;
        }
    }

    /// One line.
    ///
    /// @param key null: `why` says what is wrong with it
    record Keyed(int number, List<String> cells, @Nullable String key, String why) {}

    /// @param state in the group of the job; null: not in it
    private record Met(long customer, @Nullable State state) {}

    /// Reads the key of each line; whatever else it has is not looked at.
    static final class Keys {
        private final ImportKey key;
        private final int place;
        private final int width;
        private final LineReader addresses;

        Keys(Columns columns, ImportKey key) {
            this.key = key;
            List<Column> alone = columns.list().stream()
                    .map(column -> isKey(column, key) ? column : new Column.Nameless(column.header())).toList();
            this.place = alone.indexOf(alone.stream().filter(column -> isKey(column, key)).findFirst().orElseThrow());
            this.width = alone.size();
            this.addresses = new LineReader(new Columns(alone));
        }

        private static boolean isKey(Column column, ImportKey key) {
            return key == ImportKey.ADDRESS
                    ? column instanceof Column.Key
                    : column instanceof Column.Standard(String header, StandardField field) && field == StandardField.NUMBER;
        }

        Keyed of(CsvFile.Row row) {
            if (key == ImportKey.ADDRESS) return switch (addresses.read(row)) {
                case Line.Good good -> new Keyed(row.number(), row.cells(), good.canonical(), "");
                case Line.Bad bad -> new Keyed(row.number(), row.cells(), null, bad.why());
            };
            String number = row.cells().size() == width ? Cell.plain(Spreadsheet.meant(row.cells().get(place))) : "";
            return number.isEmpty()
                    ? new Keyed(row.number(), row.cells(), null, "会員番号がありません")
                    : new Keyed(row.number(), row.cells(), number, "");
        }
    }

    /// Before anything else in the transaction of a chunk.
    void begin(Job job) {
        if (job.mode == ImportMode.DELETE) eraser.waitForOthers();
        else CustomerImport.keepErasersOut(db);
    }

    /// Does what the lines say, in the caller's transaction.
    List<Ending> take(Job job, List<Keyed> lines, Instant now) {
        Map<String, List<Met>> met = met(job, lines);
        Map<Long, Keyed> first = new LinkedHashMap<>();
        for (Keyed line : lines) for (Met who : meant(line, met)) first.putIfAbsent(who.customer, line);
        Cause cause = new Cause.Import(job.importId, null);
        Set<Long> refused = job.mode == ImportMode.DELETE ? refused(job, first.keySet(), met) : Set.of();
        List<Long> meant = first.keySet().stream().filter(customer -> !refused.contains(customer)).sorted().toList();
        Set<Long> changed = changed(job, meant, cause, now);
        List<Ending> endings = new ArrayList<>(lines.size());
        for (Keyed line : lines) endings.add(ending(job, line, met, first, refused, changed));
        return endings;
    }

    private static List<Met> meant(Keyed line, Map<String, List<Met>> met) {
        return line.key == null ? List.of() : met.getOrDefault(line.key, List.of());
    }

    /// All who are meant by a line, or none of them.
    private Set<Long> refused(Job job, Set<Long> customers, Map<String, List<Met>> met) {
        Set<Long> foreign = eraser.foreign(customers, job.departments);
        return met.values().stream().filter(who -> who.stream().anyMatch(each -> foreign.contains(each.customer)))
                .flatMap(List::stream).map(Met::customer).collect(Collectors.toSet());
    }

    private Set<Long> changed(Job job, List<Long> meant, Cause cause, Instant now) {
        if (meant.isEmpty()) return Set.of();
        if (job.mode == ImportMode.DELETE) return Set.copyOf(eraser.erase(meant, cause, now));
        List<Change> changes = job.mode == ImportMode.STOP
                ? lists.set(job.groupOf(), meant, State.UNSUBSCRIBED, state -> state == State.SUBSCRIBED, true, now)
                : lists.leave(job.groupOf(), meant);
        history.write(changes, cause, now);
        return MemberLists.people(changes);
    }

    private static Ending ending(
            Job job, Keyed line, Map<String, List<Met>> met, Map<Long, Keyed> first, Set<Long> refused, Set<Long> changed) {
        if (line.key == null) return new Ending(line.number, line.cells, LineClass.FAILURE, line.why);
        List<Met> all = meant(line, met);
        if (all.isEmpty())
            return other(line, job.key == ImportKey.ADDRESS ? "登録されていないメールアドレス" : "登録されていない会員番号");
        Met who = all.stream().filter(each -> changed.contains(each.customer)).findFirst().orElse(all.getFirst());
        @Nullable Keyed before = first.get(who.customer);
        if (before != null && before != line) return other(line, before.number + "行目と同じ顧客");
        if (refused.contains(who.customer))
            return new Ending(line.number, line.cells, LineClass.FAILURE, "ほかの部署のグループに入っている顧客は削除できません");
        if (!changed.contains(who.customer)) return other(line, unchanged(job, who));
        return switch (job.mode) {
            case STOP -> new Ending(line.number, line.cells, LineClass.UNSUBSCRIBED, who.state == null ? "配信停止でグループに登録" : "");
            case LEAVE -> new Ending(line.number, line.cells, LineClass.SUCCESS, "グループから外しました");
            default -> new Ending(line.number, line.cells, LineClass.SUCCESS, "削除しました");
        };
    }

    private static Ending other(Keyed line, String reason) {
        return new Ending(line.number, line.cells, LineClass.OTHER, reason);
    }

    private static String unchanged(Job job, Met who) {
        if (job.mode == ImportMode.DELETE) return "すでに削除されています";
        if (who.state == null) return "グループに入っていません";
        String state = who.state == State.BANNED ? "配信禁止" : "配信停止";
        return job.mode == ImportMode.STOP ? "すでに" + state : state + "のため、グループに残しました";
    }

    /// Who is meant, by the keys of the lines: all who share an address.
    private Map<String, List<Met>> met(Job job, List<Keyed> lines) {
        String owner = job.key == ImportKey.ADDRESS
                ? "JOIN address a ON a.canonical = w.key JOIN customer c ON c.address_id = a.id"
                : "JOIN customer c ON c.number = w.key";
        Map<String, List<Met>> met = new HashMap<>();
        db.sql("SELECT w.key, c.id, m.state FROM unnest(:keys::text[]) w(key) " + owner
                + " LEFT JOIN membership m ON m.group_id = :group AND m.customer_id = c.id")
            .param("keys", lines.stream().map(Keyed::key).filter(Objects::nonNull).distinct().toArray(String[]::new))
            .param("group", job.group == null ? 0 : job.group)
            .query(row -> {
                @Nullable String state = row.getString(3);
                met.computeIfAbsent(row.getString(1), _ -> new ArrayList<>())
                        .add(new Met(row.getLong(2), state == null ? null : State.valueOf(state)));
            });
        return met;
    }

    /// Who is there of those the lines are about.
    Set<Long> known(Job job, List<Keyed> lines) {
        return met(job, lines).values().stream().flatMap(List::stream).map(Met::customer).collect(Collectors.toSet());
    }
}
