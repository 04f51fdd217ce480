package todoku.customer;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;

/// How a spreadsheet shows the number of one cell, as far as it changes the meaning: a date, a time, a code of fixed length.
record SheetFormat(boolean day, boolean clock, String code) {
    static final SheetFormat PLAIN = new SheetFormat(false, false, "");

    private static final Pattern UNSHOWN = Pattern.compile("\"[^\"]*\"|[_*].|\\[[^]]*]");
    private static final Pattern ELAPSED = Pattern.compile("\\[[hms]+]", Pattern.CASE_INSENSITIVE);
    private static final Pattern CODE = Pattern.compile("0[0-]*0");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm:ss");

    /// What a spreadsheet counts with: digits beyond are noise of its arithmetic.
    private static final MathContext DIGITS = new MathContext(15, RoundingMode.HALF_UP);
    private static final int LONGEST_NUMBER = 40;
    private static final BigDecimal LAST_DAY = new BigDecimal(2_958_466);
    private static final BigDecimal SECONDS = new BigDecimal(86_400);

    /// One that every workbook knows by its number. 27 to 36 and 50 to 58 are the Japanese dates.
    static SheetFormat known(int id) {
        boolean day = id >= 14 && id <= 17 || id == 22 || id >= 27 && id <= 31 || id == 36 || id >= 50 && id <= 54 || id >= 55 && id <= 58;
        boolean clock = id >= 18 && id <= 22 || id == 32 || id == 33 || id == 45 || id == 47;
        return day || clock ? new SheetFormat(day, clock, "") : PLAIN;
    }

    /// One that a workbook writes out.
    static SheetFormat of(String pattern) {
        String first = pattern.split(";", 2)[0];
        if (ELAPSED.matcher(first).find()) return PLAIN;
        String shown = UNSHOWN.matcher(first.replaceAll("\\\\(.)", "\"$1\"").replace("\"-\"", "-")).replaceAll("");
        if (CODE.matcher(shown).matches()) return new SheetFormat(false, false, shown);
        String letters = shown.toLowerCase(java.util.Locale.ROOT).replace("general", "").replace("am/pm", "").replaceAll("e[+-]", "");
        boolean clock = has(letters, "h") || has(letters, "s");
        boolean day = has(letters, "y") || has(letters, "d") || !clock && has(letters, "m");
        return day || clock ? new SheetFormat(day, clock, "") : PLAIN;
    }

    private static boolean has(String text, String letter) {
        return text.contains(letter);
    }

    /// The number as a person would write it in a CSV file.
    String text(String raw, boolean from1904) {
        BigDecimal number;
        try {
            number = new BigDecimal(raw.strip()).round(DIGITS).stripTrailingZeros();
        } catch (NumberFormatException | ArithmeticException e) {
            return raw;
        }
        if (Math.abs((long) number.scale()) > LONGEST_NUMBER) return raw;
        if ((day || clock) && number.signum() >= 0 && number.compareTo(LAST_DAY) < 0) return moment(number, from1904);
        String plain = number.toPlainString();
        return code.isEmpty() || number.signum() < 0 || number.scale() > 0 ? plain : coded(plain);
    }

    private String moment(BigDecimal number, boolean from1904) {
        long days = number.longValue();
        long seconds = number.remainder(BigDecimal.ONE).multiply(SECONDS).setScale(0, RoundingMode.HALF_UP).longValueExact();
        // Day 60 of the other count is a 29 February 1900 that never was.
        LocalDate start = from1904 ? LocalDate.of(1904, 1, 1) : LocalDate.of(1899, 12, days < 60 ? 31 : 30);
        LocalDateTime at = start.plusDays(days).atStartOfDay().plusSeconds(seconds);
        if (!day && days == 0) return TIME.format(at);
        return !clock || seconds == 0 ? at.toLocalDate().toString() : at.toLocalDate() + " " + TIME.format(at);
    }

    /// The digits in the places of the code, from its end; zeros before them.
    private String coded(String digits) {
        var text = new StringBuilder();
        int left = digits.length();
        for (int i = code.length() - 1; i >= 0; i--) text.append(code.charAt(i) == '-' ? '-' : left > 0 ? digits.charAt(--left) : '0');
        while (left > 0) text.append(digits.charAt(--left));
        return text.reverse().toString();
    }
}
