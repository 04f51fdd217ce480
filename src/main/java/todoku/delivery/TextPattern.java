package todoku.delivery;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/// What a reply must say somewhere: plain words, without regard to case, `*` for anything between them, `|` between
/// alternatives. It is found in one walk over the text, whatever the text is.
record TextPattern(List<List<String>> alternatives) {
    static final TextPattern ANYTHING = new TextPattern(List.of());

    static TextPattern of(String words) {
        return new TextPattern(Arrays.stream(words.toLowerCase(Locale.ROOT).split("\\|", -1))
                .map(TextPattern::pieces)
                .toList());
    }

    private static List<String> pieces(String alternative) {
        List<String> pieces = Arrays.stream(alternative.split("\\*", -1))
                .filter(piece -> !piece.isEmpty())
                .toList();
        if (pieces.stream().allMatch(String::isBlank)) throw new IllegalArgumentException("an alternative says nothing");
        return pieces;
    }

    /// @param text in lower case
    boolean isIn(String text) {
        if (alternatives.isEmpty()) return true;
        for (List<String> pieces : alternatives) if (follow(pieces, text)) return true;
        return false;
    }

    /// The first place of each piece is as good as any later one, so nothing is ever tried twice.
    private static boolean follow(List<String> pieces, String text) {
        int at = 0;
        for (String piece : pieces) {
            int found = text.indexOf(piece, at);
            if (found < 0) return false;
            at = found + piece.length();
        }
        return true;
    }
}
