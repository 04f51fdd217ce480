package todoku.database;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.UncategorizedSQLException;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.jdbc.support.SQLStateSQLExceptionTranslator;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

/// One pool of connections to one PostgreSQL whose tables are up to date. Safe for many threads.
public final class Database implements AutoCloseable {
    /// Of the 60 connections of the embedded server; the rest is for backup, `psql` and a second program.
    private static final int CONNECTIONS = 40;

    /// Longer than any queue for a connection should be, shorter than a browser's patience.
    private static final Duration CONNECTION_WAIT = Duration.ofSeconds(8);

    /// The first version with everything our statements use.
    private static final int OLDEST_MAJOR_VERSION = 15;

    private final HikariDataSource pool;
    private final JdbcClient client;
    private final DataSourceTransactionManager transactionManager;
    private final TransactionTemplate transaction;
    private final TransactionTemplate newTransaction;
    private final boolean ours;

    private Database(HikariDataSource pool, boolean ours) {
        this.pool = pool;
        this.ours = ours;
        this.client = JdbcClient.create(pool);
        this.transactionManager = new JdbcTransactionManager(pool);
        this.transaction = new TransactionTemplate(transactionManager);
        this.newTransaction = new TransactionTemplate(transactionManager);
        newTransaction.setPropagationBehavior(TransactionDefinition.PROPAGATION_REQUIRES_NEW);
    }

    public static Database open(EmbeddedPostgres server) {
        return open(server.jdbcUrl(), server.user(), server.password(), CONNECTIONS, true);
    }

    /// Opens, refuses a server that may lose what it has confirmed, and brings the tables up to date.
    /// User and password may be null when the URL or the environment has them.
    public static Database open(String jdbcUrl, @Nullable String user, @Nullable String password) {
        return open(jdbcUrl, user, password, CONNECTIONS);
    }

    /// The same server as it is: its tables are left alone, and nothing is pooled. For a backup, or to restore one.
    public static DataSource asItIs(String jdbcUrl, @Nullable String user, @Nullable String password) {
        var source = new PGSimpleDataSource();
        source.setUrl(jdbcUrl);
        if (user != null) source.setUser(user);
        if (password != null) source.setPassword(password);
        source.setApplicationName("todoku-backup");
        source.setTcpKeepAlive(true);
        refuseUnsafe(source);
        return source;
    }

    static Database open(String jdbcUrl, @Nullable String user, @Nullable String password, int connections) {
        return open(jdbcUrl, user, password, connections, false);
    }

    private static Database open(
            String jdbcUrl, @Nullable String user, @Nullable String password, int connections, boolean ours) {
        var pool = new HikariDataSource(config(jdbcUrl, user, password, connections));
        try {
            refuseUnsafe(pool);
            Schema.migrate(pool);
            return new Database(pool, ours);
        } catch (RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    private static HikariConfig config(
            String jdbcUrl, @Nullable String user, @Nullable String password, int connections) {
        var config = new HikariConfig();
        config.setPoolName("todoku");
        config.setJdbcUrl(jdbcUrl);
        if (user != null) config.setUsername(user);
        if (password != null) config.setPassword(password);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(Math.min(2, connections));
        config.setConnectionTimeout(CONNECTION_WAIT.toMillis());
        // A program that freezes in the middle of a transaction holds its rows no longer: another node needs them.
        // Compiling a question costs longer than any of ours takes.
        config.setConnectionInitSql("SET idle_in_transaction_session_timeout = '30s'; SET jit = off");
        config.addDataSourceProperty("ApplicationName", "todoku");
        config.addDataSourceProperty("reWriteBatchedInserts", "true");
        config.addDataSourceProperty("tcpKeepAlive", "true");
        config.addDataSourceProperty("socketFactory", WatchedSockets.class.getName());
        return config;
    }

    private static void refuseUnsafe(DataSource source) {
        var client = JdbcClient.create(source);
        int version = Integer.parseInt(show(client, "server_version_num")) / 10_000;
        if (version < OLDEST_MAJOR_VERSION)
            throw new IllegalStateException("PostgreSQL " + version + " is too old: Todoku needs "
                    + OLDEST_MAJOR_VERSION + " or newer");
        for (String setting : new String[] {"fsync", "synchronous_commit", "full_page_writes"})
            if (show(client, setting).equals("off"))
                throw new IllegalStateException("PostgreSQL has " + setting
                        + " = off: after a crash it may have lost what it confirmed, and mail would be sent twice."
                        + " Turn it on.");
    }

    private static String show(JdbcClient client, String setting) {
        return client.sql("SELECT current_setting(:setting)")
                .param("setting", setting)
                .query(String.class)
                .single();
    }

    /// Whether it lives in our own data directory, where no other program uses it.
    public boolean isOurs() {
        return ours;
    }

    /// The connections as they are now, for metrics.
    public interface Pool {
        int active();

        int idle();

        int waiting();
    }

    public Pool pool() {
        return new Pool() {
            @Override
            public int active() {
                return pool.getHikariPoolMXBean().getActiveConnections();
            }

            @Override
            public int idle() {
                return pool.getHikariPoolMXBean().getIdleConnections();
            }

            @Override
            public int waiting() {
                return pool.getHikariPoolMXBean().getThreadsAwaitingConnection();
            }
        };
    }

    public DataSource dataSource() {
        return pool;
    }

    /// For a container that manages transactions by annotation.
    public DataSourceTransactionManager transactionManager() {
        return transactionManager;
    }

    public JdbcClient client() {
        return client;
    }

    /// Runs the work in one transaction, or in the one that is open already. Anything thrown rolls it back.
    public <T extends @Nullable Object> T inTransaction(Supplier<T> work) {
        @SuppressWarnings("NullAway") // What comes out is what the work gave, null only if T allows it.
        T result = transaction.execute(status -> work.get());
        return result;
    }

    /// Runs the work in a transaction of its own even when one is open: it stays done whatever becomes of the other. It must
    /// not ask for a row the other has locked.
    public <T extends @Nullable Object> T inNewTransaction(Supplier<T> work) {
        @SuppressWarnings("NullAway") // As above.
        T result = newTransaction.execute(status -> work.get());
        return result;
    }

    /// As above, for work without an answer.
    public void inTransaction(Runnable work) {
        transaction.executeWithoutResult(status -> work.run());
    }

    /// Shows the planner at once what has become of tables that many rows were written to: the server itself looks about once
    /// a minute, and until then may take them for empty.
    ///
    /// @param tables names that nobody typed
    public void analyze(String... tables) {
        client.sql("ANALYZE " + String.join(", ", tables)).update();
    }

    /// `COPY … FROM STDIN` in the open transaction; the number of rows.
    public long copyIn(String copySql, byte[] rows) {
        return copyIn(copySql, new ByteArrayInputStream(rows));
    }

    /// As above, read from a stream that the caller closes.
    public long copyIn(String copySql, InputStream rows) {
        if (!TransactionSynchronizationManager.isActualTransactionActive())
            throw new IllegalStateException("COPY outside a transaction: half a file could stay behind");
        Connection connection = DataSourceUtils.getConnection(pool);
        try {
            return connection.unwrap(PGConnection.class).getCopyAPI().copyIn(copySql, rows);
        } catch (SQLException e) {
            throw refused(copySql, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            DataSourceUtils.releaseConnection(connection, pool);
        }
    }

    private static DataAccessException refused(String sql, SQLException e) {
        DataAccessException translated = new SQLStateSQLExceptionTranslator().translate("COPY", sql, e);
        return translated != null ? translated : new UncategorizedSQLException("COPY", sql, e);
    }

    @Override
    public void close() {
        pool.close();
    }
}
