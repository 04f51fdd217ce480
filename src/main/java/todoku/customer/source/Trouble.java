package todoku.customer.source;

import java.io.Serial;

/// Why a database cannot be read: something its owner or an operator can mend. What its server said goes along, word for word.
final class Trouble extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    /// Said by a server; one line of it is enough.
    private static final int LONGEST_CHARS = 500;

    private final Kind kind;

    /// The names are stored; the text of each is `customer.source.trouble.<name>`.
    public enum Kind {
        ADDRESS_REFUSED,
        UNREACHABLE,
        WRONG_PASSWORD,
        NO_DATABASE,
        NO_TLS,
        NO_DRIVER,
        OWN_DATABASE,
        QUERY_REFUSED,
        QUERY_WRITES,
        TIMEOUT,
        LOST,
        TOO_MANY_ROWS,
        TOO_MANY_COLUMNS,
        COLUMN_TWICE,
        COLUMN_MISSING,
        COLUMN_TYPE,
        NOT_MAPPED,
        NOT_REGISTERED,
        CUT_OFF,
        UNEXPECTED
    }

    Trouble(Kind kind, String detail) {
        super(oneLine(detail), null, false, false);
        this.kind = kind;
    }

    Kind kind() {
        return kind;
    }

    String detail() {
        return String.valueOf(getMessage());
    }

    private static String oneLine(String text) {
        String line = text.replaceAll("\\p{Cntrl}+", " ").strip();
        return line.length() > LONGEST_CHARS ? line.substring(0, LONGEST_CHARS) : line;
    }
}
