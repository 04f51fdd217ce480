package todoku.customer;

import java.math.BigDecimal;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import todoku.access.Masking;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;

/// The one place that reads what is typed for a field of the house, by hand or in a file, and the one that shows it.
public final class FieldValues {
    public static final String YES = "はい";
    public static final String NO = "いいえ";

    /// Between several choices in one cell; no choice has one of these.
    static final Pattern BETWEEN_CHOICES = Pattern.compile("[、,，;；|｜\\r\\n]");
    static final String JOINT = "、";

    private static final Set<String> YES_WORDS = Set.of("はい", "有", "有り", "あり", "する", "○", "〇", "◯", "1", "yes", "y", "true", "on");
    private static final Set<String> NO_WORDS = Set.of("いいえ", "無", "無し", "なし", "しない", "×", "✕", "0", "no", "n", "false", "off");

    /// What Japanese keyboards make of a hyphen between digits.
    private static final Pattern HYPHENS = Pattern.compile("[‐‑‒–—―−ーｰ]");
    private static final Pattern TELEPHONE = Pattern.compile("\\+?[0-9(][0-9() -]{7,22}");
    private static final Pattern POSTAL_CODE = Pattern.compile("〒? ?([0-9]{3})-?([0-9]{4})");

    private FieldValues() {}

    static Reading read(Field field, String typed) {
        String text = field.type().isFreeText() ? Cell.trimmed(typed) : Cell.plain(typed);
        if (text.isEmpty()) return Reading.BLANK;
        return switch (field.type()) {
            case TEXT, LONG_TEXT -> text(field, text);
            case NUMBER -> number(field, text);
            case DATE -> read(Cell.date(text).map(Object::toString), "customer.bad.date");
            case DATETIME -> read(Cell.dateTime(text).map(FieldValues::iso), "customer.bad.datetime");
            case YES_NO -> yesNo(text);
            case CHOICE -> choice(field, text);
            case CHOICES -> choices(field, text);
            case MAIL_ADDRESS -> mailAddress(field, text);
            case TELEPHONE -> telephone(text);
            case POSTAL_CODE -> read(postalCode(text), "customer.bad.postal-code");
            case URL -> url(field, text);
        };
    }

    /// ISO 8601 with its seconds, to the second.
    private static String iso(LocalDateTime time) {
        String text = time.toString();
        return time.getSecond() == 0 ? text + ":00" : text;
    }

    private static Reading read(Optional<String> value, String otherwise) {
        return value.isPresent() ? new Reading.Value(value.get()) : Reading.bad(otherwise);
    }

    private static Reading text(Field field, String text) {
        if (text.length() > field.longest()) return Reading.bad("customer.bad.longer", field.longest(), text.length());
        if (field.minimum() != null && field.minimum().compareTo(BigDecimal.valueOf(text.length())) > 0)
            return Reading.bad("customer.bad.shorter", plain(field.minimum()), text.length());
        return new Reading.Value(text);
    }

    private static Reading number(Field field, String text) {
        Optional<BigDecimal> number = Cell.number(text);
        if (number.isEmpty()) return Reading.bad("customer.bad.number");
        if (field.minimum() != null && number.get().compareTo(field.minimum()) < 0) return Reading.bad("customer.bad.smaller", plain(field.minimum()));
        if (field.maximum() != null && number.get().compareTo(field.maximum()) > 0) return Reading.bad("customer.bad.larger", plain(field.maximum()));
        return new Reading.Value(number.get());
    }

    private static Reading yesNo(String text) {
        String word = text.toLowerCase(Locale.ROOT);
        if (YES_WORDS.contains(word)) return new Reading.Value(true);
        if (NO_WORDS.contains(word)) return new Reading.Value(false);
        return Reading.bad("customer.bad.yes-no");
    }

    private static Reading choice(Field field, String text) {
        @Nullable String chosen = chosen(field, text);
        return chosen == null ? noSuchChoice(field) : new Reading.Value(chosen);
    }

    private static Reading choices(Field field, String text) {
        List<String> chosen = new ArrayList<>();
        for (String part : BETWEEN_CHOICES.split(text)) {
            if (Cell.trimmed(part).isEmpty()) continue;
            @Nullable String each = chosen(field, Cell.trimmed(part));
            if (each == null) return noSuchChoice(field);
            if (!chosen.contains(each)) chosen.add(each);
        }
        if (chosen.isEmpty()) return Reading.BLANK;
        return new Reading.Value(field.choices().stream().filter(chosen::contains).toList());
    }

    private static @Nullable String chosen(Field field, String text) {
        for (String choice : field.choices()) if (choice.equals(text)) return choice;
        String folded = Columns.folded(text);
        for (String choice : field.choices()) if (Columns.folded(choice).equals(folded)) return choice;
        return null;
    }

    private static Reading noSuchChoice(Field field) {
        return field.choices().isEmpty()
                ? Reading.bad("customer.bad.no-choices")
                : Reading.bad("customer.bad.choice", "「" + String.join("」「", field.choices()) + "」");
    }

    private static Reading mailAddress(Field field, String text) {
        if (text.length() > field.longest() || !(MailAddress.parse(text) instanceof Parsing.Parsed)) return Reading.bad("customer.bad.mail-address");
        return new Reading.Value(text);
    }

    private static Reading telephone(String text) {
        String number = HYPHENS.matcher(text).replaceAll("-");
        long digits = number.chars().filter(c -> c >= '0' && c <= '9').count();
        return TELEPHONE.matcher(number).matches() && digits >= 9 && digits <= 15 ? new Reading.Value(number) : Reading.bad("customer.bad.telephone");
    }

    static Optional<String> postalCode(String text) {
        var matcher = POSTAL_CODE.matcher(HYPHENS.matcher(text).replaceAll("-"));
        return matcher.matches() ? Optional.of(matcher.group(1) + "-" + matcher.group(2)) : Optional.empty();
    }

    private static Reading url(Field field, String text) {
        if (text.length() > field.longest()) return Reading.bad("customer.bad.longer", field.longest(), text.length());
        try {
            var address = new URI(text);
            boolean web = "https".equalsIgnoreCase(address.getScheme()) || "http".equalsIgnoreCase(address.getScheme());
            return web && address.getHost() != null ? new Reading.Value(text) : Reading.bad("customer.bad.url");
        } catch (URISyntaxException e) {
            return Reading.bad("customer.bad.url");
        }
    }

    /// What stands in a cell, a form or a mail for a stored value; reading it gives the value back.
    public static String shown(@Nullable Object value) {
        return switch (value) {
            case null -> "";
            case Boolean yes -> yes ? YES : NO;
            case Number number -> new BigDecimal(number.toString()).toPlainString();
            case List<?> several -> several.stream().map(FieldValues::shown).collect(Collectors.joining(JOINT));
            default -> value.toString();
        };
    }

    /// On a screen: hidden from whoever may not see it.
    public static String shown(Field field, @Nullable Object value, Masking mask) {
        String text = shown(value);
        if (field.type() == FieldType.DATETIME) text = text.replace('T', ' ');
        if (!field.personal()) return text;
        return switch (field.type()) {
            case MAIL_ADDRESS -> mask.address(text);
            case TELEPHONE -> mask.telephone(text);
            default -> mask.text(text);
        };
    }

    /// As it is compared by a unique index: numbers by what they are worth.
    static String comparable(Object value) {
        return value instanceof BigDecimal number ? plain(number) : value.toString();
    }

    static String plain(BigDecimal number) {
        return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
    }
}
