package todoku.segment;

import java.math.BigDecimal;
import java.text.Normalizer;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.Optional;

/// What an operator typed, read: in half or full width.
final class Typed {
    private static final int NUMBER_LIMIT_CHARS = 30;

    private Typed() {}

    private static String plain(String typed) {
        return Normalizer.normalize(typed, Normalizer.Form.NFKC).strip();
    }

    static Optional<BigDecimal> number(String typed) {
        String plain = plain(typed).replace(",", "");
        if (plain.length() > NUMBER_LIMIT_CHARS || !plain.matches("[+-]?[0-9]+(\\.[0-9]+)?")) return Optional.empty();
        return Optional.of(new BigDecimal(plain));
    }

    static Optional<Integer> whole(String typed, int from, int to) {
        return number(typed)
                .filter(n -> n.stripTrailingZeros().scale() <= 0)
                .filter(n -> n.compareTo(BigDecimal.valueOf(from)) >= 0 && n.compareTo(BigDecimal.valueOf(to)) <= 0)
                .map(BigDecimal::intValueExact);
    }

    /// `2026-04-01`, `2026/4/1`, in half or full width.
    static Optional<LocalDate> day(String typed) {
        String[] parts = plain(typed).split("[-/.年月日]");
        if (parts.length != 3) return Optional.empty();
        try {
            int year = Integer.parseInt(parts[0]);
            if (year < 1 || year > 9999) return Optional.empty();
            return Optional.of(LocalDate.of(year, Integer.parseInt(parts[1]), Integer.parseInt(parts[2])));
        } catch (NumberFormatException | DateTimeException notADay) {
            return Optional.empty();
        }
    }
}
