package todoku.customer.source;

import java.net.SocketTimeoutException;
import java.sql.SQLException;
import java.util.Set;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import todoku.customer.source.Trouble.Kind;

/// What a server or its driver complains about, in our words. States are those of SQL:2016 and of the two servers.
final class Complaint {
    private static final Set<Integer> MYSQL_TIMEOUT = Set.of(1969, 3024, 1317);
    private static final Set<Integer> MYSQL_WRITES = Set.of(1792, 1290);
    private static final Set<Integer> MYSQL_NO_DATABASE = Set.of(1049, 1044);

    private Complaint() {}

    static Trouble ofConnecting(SQLException e) {
        OutsideHosts.@Nullable Refused refused = cause(e, OutsideHosts.Refused.class);
        if (refused != null) return new Trouble(Kind.ADDRESS_REFUSED, String.valueOf(refused.getMessage()));
        Kind known = kind(e);
        if (known != null) return trouble(known, e);
        if (cause(e, SSLException.class) != null || said(e).contains("SSL")) return trouble(Kind.NO_TLS, e);
        return trouble(Kind.UNREACHABLE, e);
    }

    static Trouble ofQuery(SQLException e) {
        Kind known = kind(e);
        return trouble(known != null ? known : state(e).startsWith("08") ? Kind.LOST : Kind.QUERY_REFUSED, e);
    }

    /// Anywhere else.
    static Trouble of(SQLException e) {
        Kind known = kind(e);
        return trouble(known != null ? known : state(e).startsWith("08") || state(e).startsWith("57") ? Kind.LOST : Kind.UNEXPECTED, e);
    }

    private static @Nullable Kind kind(SQLException e) {
        String state = state(e);
        int code = e.getErrorCode();
        if (state.equals("57014") || state.startsWith("70100") || MYSQL_TIMEOUT.contains(code)) return Kind.TIMEOUT;
        if (state.equals("25006") || MYSQL_WRITES.contains(code)) return Kind.QUERY_WRITES;
        if (state.equals("3D000") || MYSQL_NO_DATABASE.contains(code)) return Kind.NO_DATABASE;
        if (state.startsWith("28")) return Kind.WRONG_PASSWORD;
        if (state.startsWith("57P")) return Kind.LOST;
        return cause(e, SocketTimeoutException.class) != null && !said(e).contains("connect") ? Kind.TIMEOUT : null;
    }

    private static Trouble trouble(Kind kind, SQLException e) {
        return new Trouble(kind, said(e));
    }

    private static String said(SQLException e) {
        return String.valueOf(e.getMessage());
    }

    private static String state(SQLException e) {
        return e.getSQLState() == null ? "" : e.getSQLState();
    }

    private static <T extends Throwable> @Nullable T cause(Throwable e, Class<T> type) {
        @Nullable Throwable each = e;
        for (int depth = 0; each != null && depth < 20; depth++, each = each.getCause()) if (type.isInstance(each)) return type.cast(each);
        return null;
    }
}
