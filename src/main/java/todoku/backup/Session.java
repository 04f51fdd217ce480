package todoku.backup;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyManager;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/// One connection in one transaction, in which a row reads the same on every server.
final class Session implements Closeable {
    private static final int COPY_BYTES = 256 * 1024;

    private final Connection connection;
    private final CopyManager copy;
    final JdbcClient db;

    private Session(Connection connection) throws SQLException {
        this.connection = connection;
        this.copy = connection.unwrap(PGConnection.class).getCopyAPI();
        this.db = JdbcClient.create(new SingleConnectionDataSource(connection, true));
    }

    static Session begin(DataSource source, String characteristics) throws IOException {
        try {
            Connection connection = source.getConnection();
            try {
                connection.setAutoCommit(false);
                var session = new Session(connection);
                session.db.sql("SET TRANSACTION " + characteristics).update();
                for (String setting : new String[] {
                    "datestyle = 'ISO, YMD'", "intervalstyle = 'postgres'", "timezone = 'UTC'", "bytea_output = 'hex'",
                    "extra_float_digits = 1", "statement_timeout = 0", "idle_in_transaction_session_timeout = 0"
                }) session.db.sql("SET LOCAL " + setting).update();
                return session;
            } catch (SQLException | RuntimeException e) {
                connection.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /// @return the number of rows
    long copyOut(String sql, OutputStream to) throws IOException {
        try {
            return copy.copyOut(sql, to);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /// @return the number of rows
    long copyIn(String sql, InputStream from) throws IOException {
        try {
            return copy.copyIn(sql, from, COPY_BYTES);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    void commit() throws IOException {
        try {
            connection.commit();
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }

    /// What was not committed has not been.
    @Override
    public void close() throws IOException {
        try (connection) {
            connection.rollback();
            connection.setAutoCommit(true);
        } catch (SQLException e) {
            throw new IOException(e);
        }
    }
}
