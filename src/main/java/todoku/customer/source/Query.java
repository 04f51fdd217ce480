package todoku.customer.source;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// What an operator may ask: one SELECT. This look at the text tells them early what will not do; what protects the database is
/// the transaction that cannot write. Whatever two servers read differently (comments, backslashes, `$$`) is not taken, so
/// nothing can hide from this look.
final class Query {
    static final int LONGEST_CHARS = 20_000;

    private static final Set<String> WRITING = Set.of("INSERT", "UPDATE", "DELETE", "MERGE", "INTO");
    private static final Set<String> LOCKING = Set.of("UPDATE", "SHARE", "NO", "KEY");

    /// The end of the text.
    private static final char END = 0;

    private final String text;
    private final SourceKind kind;
    private int at;
    private String before = "";
    private int words;

    private Query(String text, SourceKind kind) {
        this.text = text;
        this.kind = kind;
    }

    /// Why a query is not taken: `customer.source.query.<name>`, with the word that is meant.
    record Refused(Problem problem, String word) {}

    enum Problem { EMPTY, TOO_LONG, NOT_SELECT, SEVERAL, COMMENT, BACKSLASH, DOLLAR, BACKTICK, CONTROL, WRITES, LOCKS, UNCLOSED }

    /// Without the semicolon many tools end a statement with.
    static String plain(String typed) {
        String text = typed.strip();
        return text.endsWith(";") ? text.substring(0, text.length() - 1).strip() : text;
    }

    /// Empty when it will do.
    static Optional<Refused> check(String text, SourceKind kind) {
        if (text.isBlank()) return Optional.of(new Refused(Problem.EMPTY, ""));
        if (text.length() > LONGEST_CHARS) return Optional.of(new Refused(Problem.TOO_LONG, "" + LONGEST_CHARS));
        return Optional.ofNullable(new Query(text, kind).problem());
    }

    private @Nullable Refused problem() {
        while (at < text.length()) {
            char c = text.charAt(at);
            Refused refused = isWordStart(c) ? word() : isQuote(c) ? quoted(c) : sign(c);
            if (refused != null) return refused;
        }
        return null;
    }

    private @Nullable Refused sign(char c) {
        char next = at + 1 < text.length() ? text.charAt(at + 1) : END;
        at++;
        if (c == ';') return new Refused(Problem.SEVERAL, ";");
        if (c == '-' && next == '-' || c == '/' && next == '*') return new Refused(Problem.COMMENT, "" + c + next);
        if (c == '#' && kind == SourceKind.MYSQL) return new Refused(Problem.COMMENT, "#");
        if (c == '\\') return new Refused(Problem.BACKSLASH, "\\");
        if (c == '$') return new Refused(Problem.DOLLAR, "$");
        if (c == '`') return new Refused(Problem.BACKTICK, "`");
        if (c < ' ' && c != '\n' && c != '\r' && c != '\t') return new Refused(Problem.CONTROL, "");
        if (words == 0 && !Character.isWhitespace(c) && c != '(') return new Refused(Problem.NOT_SELECT, "" + c);
        if (!Character.isWhitespace(c)) before = "";
        return null;
    }

    private @Nullable Refused word() {
        int start = at;
        while (at < text.length() && isWordPart(text.charAt(at))) at++;
        String word = text.substring(start, at).toUpperCase(Locale.ROOT);
        if (words++ == 0 && !word.equals("SELECT") && !word.equals("WITH")) return new Refused(Problem.NOT_SELECT, word);
        if (before.equals("FOR") && LOCKING.contains(word)) return new Refused(Problem.LOCKS, "FOR " + word);
        if (before.equals("LOCK") && word.equals("IN")) return new Refused(Problem.LOCKS, "LOCK IN");
        if (WRITING.contains(word)) return new Refused(Problem.WRITES, word);
        before = word;
        return null;
    }

    /// A quote inside is doubled; a backslash might mean another end to one server than to another.
    private @Nullable Refused quoted(char quote) {
        if (words == 0) return new Refused(Problem.NOT_SELECT, "" + quote);
        before = "";
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == '\\') return new Refused(Problem.BACKSLASH, "\\");
            if (c == END) return new Refused(Problem.CONTROL, "");
            if (c != quote) continue;
            at++;
            if (at == text.length() || text.charAt(at) != quote) return null;
        }
        return new Refused(Problem.UNCLOSED, "" + quote);
    }

    private boolean isQuote(char c) {
        return c == '\'' || c == '"' || c == '`' && kind == SourceKind.MYSQL;
    }

    private static boolean isWordStart(char c) {
        return Character.isLetter(c) || c == '_';
    }

    private static boolean isWordPart(char c) {
        return Character.isLetterOrDigit(c) || c == '_';
    }
}
