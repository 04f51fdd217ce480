package todoku.customer;

import java.util.regex.Pattern;

/// Text for programs that run what begins like a formula.
public final class Spreadsheet {
    private static final Pattern SIGNED_NUMBER = Pattern.compile("[-+]?[\\d,]+(\\.\\d+)?");

    /// Japanese spreadsheets take the wide signs for formulas too. Apostrophes before them are part of the text.
    private static final Pattern FORMULA = Pattern.compile("'*[=+\\-@\\t\\r\\n＝＋－＠].*", Pattern.DOTALL);
    private static final Pattern MADE_HARMLESS = Pattern.compile("'+[=+\\-@\\t\\r\\n＝＋－＠].*", Pattern.DOTALL);

    private Spreadsheet() {}

    /// An apostrophe before what begins like a formula makes it text. Signed numbers stay numbers.
    public static String harmless(String text) {
        if (text.isEmpty() || !FORMULA.matcher(text).matches() || SIGNED_NUMBER.matcher(text).matches()) return text;
        return "'" + text;
    }

    /// What was meant by a cell that [#harmless] may have written.
    static String meant(String cell) {
        return cell.startsWith("'") && MADE_HARMLESS.matcher(cell).matches() ? cell.substring(1) : cell;
    }
}
