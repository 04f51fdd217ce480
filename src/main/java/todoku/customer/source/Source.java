package todoku.customer.source;

import java.time.Instant;
import java.time.LocalTime;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import todoku.customer.ImportKey;

/// One outside database and what is read from it. The password is not here: it is sealed, and only [Sources] opens it.
///
/// @param mapping  what each column of the result is: a meaning of [Meanings]; a column that is not there is not used
/// @param changedSince the column that says when a row was changed; null: every run reads everything
/// @param mark     how far the rows that changed have been read; null: not yet
/// @param fullAt   when everything was read last
public record Source(
        long id, String name, SourceKind kind, String host, int port, String database, String username, Tls tls,
        int connectSeconds, int statementSeconds, String query, ImportKey key, Map<String, String> mapping, long group,
        boolean overwrite, Vanished vanished, Schedule schedule, @Nullable String changedSince, @Nullable String mark,
        @Nullable Instant fullAt, int version, Instant changedAt, @Nullable String changedBy) {

    static final int LONGEST_CONNECT_SECONDS = 60;
    static final int LONGEST_STATEMENT_SECONDS = 3_600;

    /// So much longer than the server's own limit do we wait for its answer.
    static final int PATIENCE_SECONDS = 10;

    /// How safe the way is. The names are stored.
    public enum Tls {
        OFF,
        /// Encrypted, whoever answers.
        ON,
        /// Encrypted, and the certificate is theirs.
        VERIFIED
    }

    /// What becomes of those whose rows are no longer there. The names are stored.
    public enum Vanished {
        KEEP,
        UNSUBSCRIBE,
        REMOVE_FROM_GROUP
    }

    /// When it runs by itself.
    ///
    /// @param hours between two runs
    /// @param at    on the clock of the house
    public record Schedule(Every every, int hours, LocalTime at) {
        static final int MOST_HOURS = 168;
        static final Schedule NEVER = new Schedule(Every.OFF, 24, LocalTime.of(3, 0));


        public enum Every {
            OFF,
            HOURS,
            DAILY
        }
    }

    /// Nothing yet, for a form to fill.
    static Source blank() {
        return new Source(0, "", SourceKind.POSTGRESQL, "", SourceKind.POSTGRESQL.port(), "", "", Tls.ON, 1, 1, "", ImportKey.ADDRESS, Map.of(), 0,
                true, Vanished.KEEP, Schedule.NEVER, null, null, null, 1, Instant.EPOCH, null);
    }

    Source mapped(Map<String, String> columns, int seen) {
        return new Source(id, name, kind, host, port, database, username, tls, connectSeconds, statementSeconds, query, key, columns, group,
                overwrite, vanished, schedule, changedSince, mark, fullAt, seen, changedAt, changedBy);
    }

    /// What the log of operations keeps of it; the query says what is read.
    Map<String, Object> shown() {
        Map<String, Object> shown = new LinkedHashMap<>();
        shown.put("name", name);
        shown.put("database", kind.name() + " " + username + "@" + host + ":" + port + "/" + database);
        shown.put("tls", tls);
        shown.put("query", query);
        shown.put("key", key);
        shown.put("columns", mapping);
        shown.put("group", group);
        shown.put("overwrite", overwrite);
        shown.put("vanished", vanished);
        shown.put("schedule", schedule.every() + " " + schedule.hours() + " " + schedule.at());
        if (changedSince != null) shown.put("changedSince", changedSince);
        return shown;
    }

    public boolean isMapped() {
        return mapping.containsValue(Meanings.ADDRESS) && (key == ImportKey.ADDRESS || mapping.containsValue(Meanings.NUMBER));
    }
}
