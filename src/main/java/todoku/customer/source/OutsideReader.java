package todoku.customer.source;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import todoku.customer.source.Trouble.Kind;

/// Reads one result from an outside database: in a transaction that cannot write, with the server's own limit of time, a few
/// rows at a time. Safe for many threads.
final class OutsideReader {
    private static final System.Logger LOG = System.getLogger(OutsideReader.class.getName());

    /// What one import takes.
    static final int MOST_ROWS = 1_000_000;

    /// A customer with more is a table that was not thought about: the query names the columns that are meant.
    static final int MOST_COLUMNS = 100;

    /// As large as an uploaded file may be.
    private static final long MOST_BYTES = 1L << 30;

    /// Rows the server sends at once.
    private static final int FETCHED_ROWS = 500;

    /// The whole of a result, however slowly it comes.
    private static final Duration LONGEST_READ = Duration.ofHours(2);

    private final Drivers drivers;
    private final OutsideHosts hosts;
    private final OwnDatabase own;
    private final InstantSource clock;
    private final ZoneId zone;

    OutsideReader(Drivers drivers, OutsideHosts hosts, OwnDatabase own, InstantSource clock, ZoneId zone) {
        this.drivers = drivers;
        this.hosts = hosts;
        this.own = own;
        this.clock = clock;
        this.zone = zone;
    }

    /// What was read.
    ///
    /// @param mark null when the column that says so was empty everywhere
    record Result(int rows, @Nullable Mark mark) {}

    /// What the server calls itself.
    String test(Source source, String password) throws Trouble {
        return within(source, password, connection -> connection.getMetaData().getDatabaseProductName() + " "
                + connection.getMetaData().getDatabaseProductVersion());
    }

    Preview preview(Source source, String password, List<String> fields) throws Trouble {
        return within(source, password, connection -> {
            try (Statement statement = statement(connection)) {
                statement.setMaxRows(Preview.ROWS);
                try (ResultSet row = asked(statement, source.query())) {
                    List<ResultColumn> columns = columns(row);
                    List<List<String>> rows = new ArrayList<>();
                    while (row.next()) rows.add(cells(row, columns));
                    return new Preview(columns, rows, Meanings.suggested(columns, fields));
                }
            }
        });
    }

    /// Reads everything into a file, or only what changed since a mark.
    Result read(Source source, String password, @Nullable Mark since, Path file) throws Trouble {
        return within(source, password, connection -> {
            try (Statement statement = statement(connection)) {
                statement.setFetchSize(FETCHED_ROWS);
                try (ResultSet row = asked(statement, since == null ? source.query() : changed(source, since))) {
                    return spooled(source, row, file);
                }
            }
        });
    }

    private Result spooled(Source source, ResultSet row, Path file) throws SQLException, IOException, Trouble {
        List<ResultColumn> all = columns(row), used = used(source, all);
        @Nullable ResultColumn marks = source.changedSince() == null ? null : column(all, source.changedSince());
        Instant begun = clock.instant();
        int rows = 0;
        @Nullable Mark mark = null;
        try (var spool = new Spool(file, header(source, used))) {
            while (row.next()) {
                if (++rows > MOST_ROWS || spool.bytes() > MOST_BYTES) throw new Trouble(Kind.TOO_MANY_ROWS, "" + rows);
                if (Duration.between(begun, clock.instant()).compareTo(LONGEST_READ) > 0) throw new Trouble(Kind.TIMEOUT, LONGEST_READ.toString());
                spool.add(cells(row, used));
                @Nullable Mark here = marks == null ? null : Mark.of(row, marks, begun, zone);
                if (here != null) mark = Mark.later(mark, here);
            }
            spool.finish();
        }
        return new Result(rows, mark);
    }

    private static List<String> header(Source source, List<ResultColumn> used) {
        return used.stream().map(column -> Meanings.header(column.name(), source.mapping().getOrDefault(column.name(), ""))).toList();
    }

    private static List<ResultColumn> used(Source source, List<ResultColumn> all) throws Trouble {
        List<ResultColumn> used = new ArrayList<>();
        for (Map.Entry<String, String> each : source.mapping().entrySet()) {
            ResultColumn column = column(all, each.getKey());
            if (column.type() == ResultColumn.Type.BINARY) throw new Trouble(Kind.COLUMN_TYPE, column.name() + " (" + column.says() + ")");
            used.add(column);
        }
        return used;
    }

    private static ResultColumn column(List<ResultColumn> all, String name) throws Trouble {
        for (ResultColumn column : all) if (column.name().equals(name)) return column;
        throw new Trouble(Kind.COLUMN_MISSING, name);
    }

    private List<String> cells(ResultSet row, List<ResultColumn> columns) throws SQLException {
        List<String> cells = new ArrayList<>(columns.size());
        for (ResultColumn column : columns) cells.add(column.text(row, zone));
        return cells;
    }

    /// The query stands inside, so that it need not know of the mark; servers look for it first all the same.
    private static String changed(Source source, Mark since) {
        String quote = source.kind() == SourceKind.MYSQL ? "`" : "\"";
        String column = quote + String.valueOf(source.changedSince()).replace(quote, quote + quote) + quote;
        return "SELECT * FROM (" + source.query() + "\n) todoku WHERE " + column + " >= " + since.literal();
    }

    private static List<ResultColumn> columns(ResultSet row) throws SQLException, Trouble {
        List<ResultColumn> columns = ResultColumn.of(row.getMetaData());
        if (columns.size() > MOST_COLUMNS) throw new Trouble(Kind.TOO_MANY_COLUMNS, "" + columns.size());
        Set<String> seen = new HashSet<>();
        for (ResultColumn column : columns) if (!seen.add(column.name())) throw new Trouble(Kind.COLUMN_TWICE, column.name());
        return columns;
    }

    private static Statement statement(Connection connection) throws SQLException {
        Statement statement = connection.createStatement(ResultSet.TYPE_FORWARD_ONLY, ResultSet.CONCUR_READ_ONLY);
        statement.setEscapeProcessing(false);
        return statement;
    }

    private static ResultSet asked(Statement statement, String sql) throws SQLException, Trouble {
        try {
            return statement.executeQuery(sql);
        } catch (SQLException e) {
            throw Complaint.ofQuery(e);
        }
    }

    /// What is done with a connection.
    private interface Work<T> {
        T with(Connection connection) throws SQLException, IOException, Trouble;
    }

    private <T> T within(Source source, String password, Work<T> work) throws Trouble {
        try (Connection connection = open(source, password)) {
            try {
                harmless(connection, source);
                return work.with(connection);
            } finally {
                endQuietly(connection);
            }
        } catch (SQLException e) {
            throw Complaint.of(e);
        } catch (IOException e) {
            throw new Trouble(Kind.UNEXPECTED, e.toString());
        }
    }

    /// Nothing was changed, and whatever went wrong was told before.
    private static void endQuietly(Connection connection) {
        try {
            if (!connection.getAutoCommit()) connection.rollback();
        } catch (SQLException e) {
            LOG.log(Level.DEBUG, "an outside database went away", e);
        }
    }

    private Connection open(Source source, String password) throws Trouble, SQLException {
        var way = new GuardedSockets.Way(hosts, source.host());
        var driver = drivers.of(source.kind());
        try {
            @Nullable Connection connection = ScopedValue.where(GuardedSockets.FOR, way)
                    .call(() -> driver.connect(source.kind().url(source), source.kind().properties(source, password)));
            if (connection == null) throw new Trouble(Kind.NO_DRIVER, source.kind().driver);
            return connection;
        } catch (SQLException e) {
            throw Complaint.ofConnecting(e);
        }
    }

    /// From here on the connection reads, only so long, and not from ourselves.
    private void harmless(Connection connection, Source source) throws SQLException, Trouble {
        switch (source.kind()) {
            case POSTGRESQL -> {
                connection.setAutoCommit(true);
                run(connection, "SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY");
                run(connection, "SET statement_timeout = '" + source.statementSeconds() + "s'");
                run(connection, "SET TIME ZONE '" + zone.getId() + "'");
                connection.setAutoCommit(false);
                own.refuse(connection);
            }
            case MYSQL -> {
                connection.setAutoCommit(true);
                run(connection, "SET SESSION TRANSACTION READ ONLY");
                boolean maria = connection.getMetaData().getDatabaseProductName().toLowerCase(Locale.ROOT).contains("maria");
                run(connection, maria
                        ? "SET SESSION max_statement_time = " + source.statementSeconds()
                        : "SET SESSION max_execution_time = " + source.statementSeconds() * 1000);
                run(connection, "SET SESSION time_zone = '" + zone.getRules().getOffset(clock.instant()) + "'");
                connection.setAutoCommit(false);
            }
        }
    }

    private static void run(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }
}
