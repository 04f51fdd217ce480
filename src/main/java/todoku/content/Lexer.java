package todoku.content;

import java.util.ArrayList;
import java.util.List;

/// Cuts a source into text, `{{ output }}`, `{% tag %}` and the marks laid over it. Whitespace control, raw and comment end here.
final class Lexer {
    sealed interface Piece {
        int at();
    }

    record Text(int at, String text) implements Piece {}

    /// `from` and `to` are the bounds of what stands between the braces.
    record Output(int at, int from, int to) implements Piece {}

    record Tag(int at, String name, int from, int to) implements Piece {}

    record Marked(int at, Mark mark) implements Piece {}

    private final String source;
    private final List<Mark> marks;
    private final Problems problems;
    private final List<Piece> pieces = new ArrayList<>();
    private int nextMark;

    private Lexer(String source, List<Mark> marks, Problems problems) {
        this.source = source;
        this.marks = marks;
        this.problems = problems;
    }

    static List<Piece> cut(String source, List<Mark> marks, Problems problems) {
        var lexer = new Lexer(source, marks, problems);
        lexer.cut();
        return lexer.pieces;
    }

    private void cut() {
        int position = 0;
        boolean trimStart = false;
        while (true) {
            int open = nextOpen(source, position);
            if (open < 0) {
                text(position, source.length(), trimStart, false);
                return;
            }
            int close = closing(source, open);
            if (close < 0) {
                problems.error(open, source.charAt(open + 1) == '{' ? Problems.Kind.OUTPUT_NOT_CLOSED : Problems.Kind.TAG_NOT_CLOSED);
                return;
            }
            text(position, open, trimStart, dashAfter(open));
            int from = dashAfter(open) ? open + 3 : open + 2;
            trimStart = close - 1 >= from && source.charAt(close - 1) == '-';
            int to = Math.max(from, trimStart ? close - 1 : close);
            position = close + 2;
            if (source.charAt(open + 1) == '{') {
                pieces.add(new Output(open, from, to));
                continue;
            }
            String name = tagName(source, from, to);
            if (name.equals("raw") || name.equals("comment")) {
                int end = endTag("end" + name, position);
                if (end < 0) {
                    problems.error(open, Problems.Kind.BLOCK_NOT_CLOSED, name);
                    return;
                }
                if (name.equals("raw")) text(position, end, trimStart, dashAfter(end));
                else forgetMarksBefore(end);
                int endClose = source.indexOf("%}", end + 2);
                trimStart = source.charAt(endClose - 1) == '-';
                position = endClose + 2;
            } else {
                int rest = skipSpace(source, from, to) + name.length();
                pieces.add(new Tag(open, name, Math.min(rest, to), to));
            }
        }
    }

    private boolean dashAfter(int open) {
        return open + 2 < source.length() && source.charAt(open + 2) == '-';
    }

    private void text(int from, int to, boolean trimStart, boolean trimEnd) {
        if (trimStart) while (from < to && isSpace(source.charAt(from))) from++;
        if (trimEnd) while (to > from && isSpace(source.charAt(to - 1))) to--;
        int last = to;
        int cursor = from;
        while (nextMark < marks.size() && marks.get(nextMark).at() <= last) {
            Mark mark = marks.get(nextMark++);
            if (mark.at() > cursor) {
                pieces.add(new Text(cursor, source.substring(cursor, mark.at())));
                cursor = mark.at();
            }
            pieces.add(new Marked(mark.at(), mark));
        }
        if (cursor < to) pieces.add(new Text(cursor, source.substring(cursor, to)));
    }

    private void forgetMarksBefore(int end) {
        while (nextMark < marks.size() && marks.get(nextMark).at() < end) nextMark++;
    }

    private int endTag(String name, int from) {
        for (int open = source.indexOf("{%", from); open >= 0; open = source.indexOf("{%", open + 2)) {
            int close = source.indexOf("%}", open + 2);
            if (close < 0) return -1;
            int start = dashAfter(open) ? open + 3 : open + 2;
            if (start <= close && tagName(source, start, close).equals(name)) return open;
        }
        return -1;
    }

    static int nextOpen(String source, int from) {
        for (int i = source.indexOf('{', from); i >= 0 && i + 1 < source.length(); i = source.indexOf('{', i + 1)) {
            char next = source.charAt(i + 1);
            if (next == '{' || next == '%') return i;
        }
        return -1;
    }

    /// The place of the closing braces; braces inside a quoted text do not close.
    static int closing(String source, int open) {
        char first = source.charAt(open + 1) == '{' ? '}' : '%';
        for (int i = open + 2; i + 1 < source.length(); i++) {
            char c = source.charAt(i);
            if (c == first && source.charAt(i + 1) == '}') return i;
            if (c == '"' || c == '\'') {
                int quote = source.indexOf(c, i + 1);
                if (quote > 0 && !opensBetween(source, i + 1, quote)) i = quote;
            }
        }
        return -1;
    }

    private static boolean opensBetween(String source, int from, int to) {
        for (int i = from; i < to; i++) {
            char c = source.charAt(i);
            if (c == '\n' || c == '{' && (source.charAt(i + 1) == '{' || source.charAt(i + 1) == '%')) return true;
        }
        return false;
    }

    private static String tagName(String source, int from, int to) {
        int start = skipSpace(source, from, to);
        int end = start;
        while (end < to && (Character.isLetterOrDigit(source.charAt(end)) || source.charAt(end) == '_')) end++;
        return source.substring(start, end);
    }

    static int skipSpace(String source, int from, int to) {
        while (from < to && isSpace(source.charAt(from))) from++;
        return from;
    }

    /// The ideographic space and the no-break space count: people type the one, editors the other.
    static boolean isSpace(char c) {
        return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '\u3000' || c == '\u00a0';
    }

    /// The source with every tag blanked in place, for readers of HTML and addresses who must not trip over Liquid.
    static String masked(String source) {
        var chars = source.toCharArray();
        for (int open = nextOpen(source, 0); open >= 0; ) {
            int close = closing(source, open);
            if (close < 0) break;
            char filler = source.charAt(open + 1) == '{' ? 'x' : ' ';
            for (int i = open; i < close + 2; i++) chars[i] = filler;
            open = nextOpen(source, close + 2);
        }
        return new String(chars);
    }
}
