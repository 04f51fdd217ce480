package todoku.content;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeMap;
import org.jsoup.nodes.Document;
import org.jsoup.nodes.Element;
import org.jsoup.nodes.Range;
import org.jsoup.parser.Parser;

/// Where the links of a source stand. Liquid is blanked before reading, so that neither HTML nor Liquid trips over the other;
/// the source itself is never rewritten.
final class LinkFinder {
    record Found(int from, int to, String target) {}

    /// The `href` of every `a` and `area` that leads to the web or begins with Liquid; the unsubscribe address is left alone.
    static List<Found> inHtml(String source) {
        Document document = Parser.htmlParser().setTrackPosition(true).parseInput(Lexer.masked(source), "");
        var found = new TreeMap<Integer, Found>();
        for (Element element : document.select("a[href], area[href]")) {
            Range range = element.attributes().sourceRange("href").valueRange();
            if (!range.isTracked()) continue;
            int from = range.startPos();
            int to = range.endPos();
            while (from < to && source.charAt(from) <= ' ') from++;
            while (to > from && source.charAt(to - 1) <= ' ') to--;
            String target = unescaped(source.substring(from, to));
            if (isLink(target)) found.put(from, new Found(from, to, target));
        }
        return List.copyOf(found.values());
    }

    /// Entities belong to the HTML, not to the address; inside Liquid there are none.
    private static String unescaped(String value) {
        var out = new StringBuilder();
        int position = 0;
        for (int open = Lexer.nextOpen(value, 0); open >= 0; open = Lexer.nextOpen(value, position)) {
            int close = Lexer.closing(value, open);
            if (close < 0) break;
            out.append(Parser.unescapeEntities(value.substring(position, open), true)).append(value, open, close + 2);
            position = close + 2;
        }
        return out.append(Parser.unescapeEntities(value.substring(position), true)).toString();
    }

    private static boolean isLink(String target) {
        if (target.startsWith("{{") || target.startsWith("{%")) return !target.contains(Links.UNSUBSCRIBE_FIELD);
        return Links.isWeb(target);
    }

    /// Addresses in plain text end where a reader's mail program ends them: at a space, a Japanese character or closing punctuation.
    static List<Found> inText(String source) {
        String masked = Lexer.masked(source);
        String lower = masked.toLowerCase(Locale.ROOT).length() == masked.length() ? masked.toLowerCase(Locale.ROOT) : masked;
        var found = new ArrayList<Found>();
        for (int at = lower.indexOf("http"); at >= 0; at = lower.indexOf("http", at)) {
            int to = at;
            while (to < masked.length() && isAddressCharacter(masked.charAt(to))) to++;
            while (to > at && ".,;:!?'".indexOf(masked.charAt(to - 1)) >= 0) to--;
            if (to > at && masked.charAt(to - 1) == ')' && masked.substring(at, to).indexOf('(') < 0) to--;
            boolean starts = at == 0 || !Character.isLetterOrDigit(masked.charAt(at - 1)) || masked.charAt(at - 1) >= 0x80;
            String target = source.substring(at, Math.max(at, to));
            boolean something = target.length() > target.indexOf("//") + 2;
            if (starts && Links.isWeb(target) && something) {
                found.add(new Found(at, to, target));
                at = to;
            } else {
                at += 4;
            }
        }
        return found;
    }

    private static boolean isAddressCharacter(char c) {
        return c > ' ' && c < 0x7f && "<>\"\\^`{|}".indexOf(c) < 0;
    }

    private LinkFinder() {}
}
