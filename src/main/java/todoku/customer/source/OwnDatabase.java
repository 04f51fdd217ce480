package todoku.customer.source;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import todoku.database.Database;

/// Tells our own database from every other: reading ourselves would let anybody who may write a query see operators, keys and
/// sessions. A PostgreSQL server is known by the identifier it got at its birth, whatever name or copy it is reached by.
final class OwnDatabase {
    private static final String IDENTITY = "SELECT (SELECT system_identifier FROM pg_control_system())::text || '/' || current_database()";

    private final Database database;

    OwnDatabase(Database database) {
        this.database = database;
    }

    void refuse(Connection connection) throws SQLException, Trouble {
        String ours = database.client().sql(IDENTITY).query(String.class).single();
        if (identity(connection).filter(ours::equals).isPresent()) throw new Trouble(Trouble.Kind.OWN_DATABASE, connection.getCatalog());
    }

    private static Optional<String> identity(Connection connection) throws SQLException {
        try (Statement ask = connection.createStatement(); ResultSet answer = ask.executeQuery(IDENTITY)) {
            return answer.next() ? Optional.ofNullable(answer.getString(1)) : Optional.empty();
        }
    }
}
