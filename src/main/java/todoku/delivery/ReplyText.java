package todoku.delivery;

import java.util.Locale;
import todoku.mail.smtp.Reply;

/// The text of a reply as rules read it and as it is stored: without the addresses of people. One walk over the text.
final class ReplyText {
    /// Nobody says anything of importance later than this.
    private static final int MAX_READ_CHARS = 1_000;
    private static final String SOMEBODY = "<rcpt>";

    private ReplyText() {}

    /// In lower case, its lines joined by a blank and without the status code that each of them repeats.
    static String forRules(Reply reply) {
        String text = reply.text();
        if (text.length() > MAX_READ_CHARS) text = text.substring(0, MAX_READ_CHARS);
        String status = reply.enhancedCode().orElse("");
        String lower = withoutAddresses(text).toLowerCase(Locale.ROOT);
        var joined = new StringBuilder(lower.length());
        for (int i = 0; i < lower.length(); i++) {
            char c = lower.charAt(i);
            if (c == '\n' && !status.isEmpty() && lower.startsWith(status, i + 1)) i += status.length();
            if (!Character.isWhitespace(c)) joined.append(c);
            else if (!joined.isEmpty() && joined.charAt(joined.length() - 1) != ' ') joined.append(' ');
        }
        return joined.toString();
    }

    /// Every word with an @ becomes `<rcpt>`, with the angle brackets and the quoted local part around it.
    static String withoutAddresses(String text) {
        if (text.indexOf('@') < 0) return text;
        var kept = new StringBuilder(text.length());
        int begin = 0;
        int lastAt = text.lastIndexOf('@');
        while (begin <= lastAt) {
            int end = begin;
            boolean named = false;
            for (; end < text.length() && isOfWord(text.charAt(end)); end++) named |= text.charAt(end) == '@';
            if (named && end - begin > 1) {
                dropQuoted(kept);
                if (!kept.isEmpty() && kept.charAt(kept.length() - 1) == '<') kept.setLength(kept.length() - 1);
                kept.append(SOMEBODY);
                if (end < text.length() && text.charAt(end) == '>') end++;
            } else {
                kept.append(text, begin, end);
                if (end < text.length()) kept.append(text.charAt(end++));
            }
            begin = end;
        }
        return kept.append(text, begin, text.length()).toString();
    }

    /// `"ab..cde"@docomo.ne.jp`: the name stands between quotes.
    private static void dropQuoted(StringBuilder kept) {
        int last = kept.length() - 1;
        if (last < 0 || kept.charAt(last) != '"') return;
        int first = kept.lastIndexOf("\"", last - 1);
        if (first >= 0) kept.setLength(first);
    }

    private static boolean isOfWord(char c) {
        return switch (c) {
            case ' ', '<', '>', ':', ';', ',', '"', '(', ')' -> false;
            default -> !Character.isWhitespace(c);
        };
    }
}
