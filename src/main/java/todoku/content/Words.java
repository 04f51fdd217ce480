package todoku.content;

import java.util.ArrayList;
import java.util.List;

/// The words inside one tag, read one after another.
final class Words {
    enum Kind { NAME, TEXT, NUMBER, SIGN, END }

    record Word(Kind kind, String text, int at) {
        boolean is(String sign) {
            return kind == Kind.SIGN && text.equals(sign);
        }

        boolean isName(String name) {
            return kind == Kind.NAME && text.equals(name);
        }

        String shown() {
            return kind == Kind.END ? "}" : text;
        }
    }

    /// Leaves the tag being read; it has been reported and the template will not be used.
    static final class Fault extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Fault() {
            super(null, null, false, false);
        }
    }

    private static final String FULL_WIDTH_SIGNS = "“”‘’＂＇｜＝＜＞：，．（）！｛｝％";

    private final Problems problems;
    private final List<Word> words = new ArrayList<>();
    /// Whether every word could be read. If not, it has been reported, and reading past the last good word is a fault.
    private final boolean readable;
    private int next;

    Words(String source, int from, int to, Problems problems) {
        this.problems = problems;
        boolean readable = true;
        try {
            int i = from;
            while ((i = Lexer.skipSpace(source, i, to)) < to) i = word(source, i, to);
        } catch (Fault reported) {
            readable = false;
        }
        this.readable = readable;
        words.add(new Word(Kind.END, "", to));
    }

    private int word(String source, int i, int to) {
        char c = source.charAt(i);
        if (c == '"' || c == '\'') {
            int quote = source.indexOf(c, i + 1);
            if (quote < 0 || quote >= to) throw fault(i, Problems.Kind.QUOTE_NOT_CLOSED);
            words.add(new Word(Kind.TEXT, source.substring(i + 1, quote), i));
            return quote + 1;
        }
        if (isDigit(c) || c == '-' && i + 1 < to && isDigit(source.charAt(i + 1))) return number(source, i, to);
        if (isNameStart(c)) {
            int end = i + 1;
            while (end < to && isNamePart(source.charAt(end))) end++;
            words.add(new Word(Kind.NAME, source.substring(i, end), i));
            return end;
        }
        String two = source.substring(i, Math.min(i + 2, to));
        if (two.equals("==") || two.equals("!=") || two.equals("<=") || two.equals(">=") || two.equals("<>") || two.equals("..")) {
            words.add(new Word(Kind.SIGN, two.equals("<>") ? "!=" : two, i));
            return i + 2;
        }
        if ("|:,.<>=()[]".indexOf(c) >= 0) {
            words.add(new Word(Kind.SIGN, String.valueOf(c), i));
            return i + 1;
        }
        String shown = Character.toString(source.codePointAt(i));
        throw fault(i, FULL_WIDTH_SIGNS.indexOf(c) >= 0 ? Problems.Kind.FULL_WIDTH : Problems.Kind.UNEXPECTED, shown);
    }

    private int number(String source, int i, int to) {
        int end = i + 1;
        boolean point = false;
        while (end < to) {
            char c = source.charAt(end);
            if (c == '.' && !point && end + 1 < to && isDigit(source.charAt(end + 1))) point = true;
            else if (!isDigit(c)) break;
            end++;
        }
        String text = source.substring(i, end);
        if (text.length() > Limits.NUMBER_DIGITS) throw fault(i, Problems.Kind.NUMBER, text);
        words.add(new Word(Kind.NUMBER, text, i));
        return end;
    }

    private static boolean isDigit(char c) {
        return c >= '0' && c <= '9';
    }

    private static boolean isNameStart(char c) {
        return c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80 && FULL_WIDTH_SIGNS.indexOf(c) < 0 && !Lexer.isSpace(c);
    }

    private static boolean isNamePart(char c) {
        return isNameStart(c) || isDigit(c) || c == '-';
    }

    Word peek() {
        Word word = words.get(next);
        if (!readable && word.kind() == Kind.END) throw new Fault();
        return word;
    }

    Word take() {
        Word word = peek();
        if (word.kind() != Kind.END) next++;
        return word;
    }

    boolean takeSign(String sign) {
        if (!peek().is(sign)) return false;
        next++;
        return true;
    }

    boolean takeName(String name) {
        if (!peek().isName(name)) return false;
        next++;
        return true;
    }

    void need(String sign) {
        if (!takeSign(sign)) throw fault(peek().at(), Problems.Kind.EXPECTED, sign);
    }

    boolean atEnd() {
        return peek().kind() == Kind.END;
    }

    void needEnd() {
        if (!atEnd()) throw fault(peek().at(), Problems.Kind.UNEXPECTED, peek().shown());
    }

    Fault fault(int at, Problems.Kind kind, Object... details) {
        problems.error(at, kind, details);
        return new Fault();
    }
}
