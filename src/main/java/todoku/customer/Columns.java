package todoku.customer;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;

/// What each column of a file is, in the order of the file.
record Columns(List<Column> list) {

    /// Share of the filled examples, in percent, that must be of a type: real lists have a few bad cells in every column.
    private static final int TYPE_SHARE_PERCENT = 90;

    private static final Set<String> ADDRESS_NAMES =
            Set.of("メールアドレス", "メール", "eメール", "eメールアドレス", "mail", "email", "e-mail", "mailaddress", "emailaddress");
    private static final Set<String> CONSENT_NAMES =
            Set.of("メルマガ希望", "メルマガ", "メールマガジン希望", "メルマガ購読", "メールマガジン", "配信状態", "配信希望");

    /// One column.
    sealed interface Column {
        String header();

        /// The mail address.
        record Key(String header) implements Column {}

        /// A field every customer has.
        record Standard(String header, StandardField field) implements Column {}

        /// Whether the customer wants mail.
        record Consent(String header) implements Column {}

        /// When, how, to what and from where the customer agreed to be mailed.
        record Agreed(String header, ConsentColumn part) implements Column {}

        /// A field of this house.
        record Custom(String header, Field field) implements Column {}

        /// A column without a name, or one that is not used.
        record Nameless(String header) implements Column {}
    }

    /// How the columns were understood, or why they cannot be.
    sealed interface Matching {
        @Nullable Columns columns();

        record Matched(Columns columns) implements Matching {}

        /// @param columns as far as they were understood; null when the first line is no header
        record Unmatched(String why, @Nullable Columns columns) implements Matching {}
    }

    /// Names the columns as they were chosen, else by their headers, and by their examples where the header does not say.
    /// `known` are the custom fields there are, by their headers; their type stands.
    ///
    /// @param registers the lines are customers; otherwise the key alone is needed
    static Matching match(CsvFile file, Map<String, Field> known, ImportKey identity, boolean registers, ImportReading reading) {
        for (String name : file.header())
            if (isAddress(name))
                return new Matching.Unmatched("1行目に見出しがありません（「" + name + "」はメールアドレスです）。1行目に列の名前を入れてください。", null);
        var naming = new Naming(file, known, reading);
        var columns = new Columns(naming.named());
        Optional<String> twice = columns.twice();
        if (twice.isPresent()) return new Matching.Unmatched("見出し「" + twice.get() + "」が2つ以上あります。列の名前を分けてください。", columns);
        if (naming.contradiction != null) return new Matching.Unmatched(naming.contradiction, columns);
        if (columns.says(ConsentColumn.values()) && !columns.says(ConsentColumn.CONSENT_AT))
            return new Matching.Unmatched("同意日時の列がありません。同意の記録には日時が要ります。同意日時の列を選ぶか、ほかの同意の列を「使わない」にしてください。", columns);
        if ((registers || identity == ImportKey.ADDRESS) && !naming.places.containsKey(ImportReading.ADDRESS))
            return new Matching.Unmatched("メールアドレスの列がありません。見出しを「メールアドレス」にしてください。", columns);
        if (identity == ImportKey.NUMBER && !naming.places.containsKey(StandardField.NUMBER.name()))
            return new Matching.Unmatched("会員番号の列がありません。見出しを「会員番号」にするか、キーにメールアドレスを選んでください。", columns);
        return new Matching.Matched(columns);
    }

    /// Gives every column its meaning; what was chosen comes first.
    private static final class Naming {
        private final CsvFile file;
        private final Map<String, Field> known;
        private final ImportReading reading;

        /// Where each meaning is that only one column can have.
        private final Map<String, Integer> places = new HashMap<>();
        private @Nullable String contradiction;

        /// Without a date these names are ordinary fields.
        private final boolean dated;

        Naming(CsvFile file, Map<String, Field> known, ImportReading reading) {
            this.file = file;
            this.known = known;
            this.reading = reading;
            this.dated = IntStream.range(0, file.header().size()).anyMatch(i ->
                    isChosen(i) ? reading.chosen(i).equals(ConsentColumn.CONSENT_AT.name()) : isOurs(i, ConsentColumn.CONSENT_AT));
        }

        List<Column> named() {
            for (int i = 0; i < file.header().size(); i++) if (isChosen(i) && isSingle(reading.chosen(i))) place(i, reading.chosen(i));
            if (!places.containsKey(ImportReading.ADDRESS)) {
                int address = addressColumn();
                if (address >= 0) places.put(ImportReading.ADDRESS, address);
            }
            List<Column> list = new ArrayList<>(file.header().size());
            for (int i = 0; i < file.header().size(); i++) list.add(column(i));
            return List.copyOf(list);
        }

        private Column column(int i) {
            String name = file.header().get(i);
            String meaning = isChosen(i) ? reading.chosen(i) : byHeader(i);
            boolean nameless = name.isEmpty() && !meaning.equals(ImportReading.ADDRESS) || !isChosen(i) && ExportColumn.Known.is(name);
            if (nameless || meaning.equals(ImportReading.IGNORED)) return new Column.Nameless(name);
            if (isSingle(meaning)) {
                if (!isChosen(i) && isChosen(places.getOrDefault(meaning, i))) place(i, meaning);
                if (places.computeIfAbsent(meaning, any -> i) == i) return switch (meaning) {
                    case ImportReading.ADDRESS -> new Column.Key(name);
                    case ImportReading.CONSENT -> new Column.Consent(name);
                    default -> ConsentColumn.of(meaning).<Column>map(part -> new Column.Agreed(name, part))
                            .orElseGet(() -> new Column.Standard(name, StandardField.valueOf(meaning)));
                };
            }
            Field field = known.get(name);
            return new Column.Custom(name, field != null ? field : Field.plain(name, isChosen(i) ? FieldType.TEXT : typeOf(file, i)));
        }

        /// The meaning a column has when nobody chooses; empty for a field of this house.
        private String byHeader(int i) {
            String name = folded(file.header().get(i));
            if (places.getOrDefault(ImportReading.ADDRESS, -1) == i) return ImportReading.ADDRESS;
            if (ADDRESS_NAMES.contains(name) && isChosen(places.getOrDefault(ImportReading.ADDRESS, i))) return ImportReading.ADDRESS;
            if (isOwn(i)) return "";
            if (dated) for (ConsentColumn part : ConsentColumn.values()) if (isOurs(i, part)) return part.name();
            if (CONSENT_NAMES.contains(name)) return ImportReading.CONSENT;
            return StandardField.named(name).map(Enum::name).orElse("");
        }

        /// Whether the house has a field of just this name.
        private boolean isOwn(int i) {
            Field own = known.get(file.header().get(i));
            return own != null && own.key().equals(file.header().get(i));
        }

        private boolean isOurs(int i, ConsentColumn part) {
            return !isOwn(i) && ConsentColumn.named(folded(file.header().get(i))).equals(Optional.of(part));
        }

        private void place(int i, String meaning) {
            @Nullable Integer other = places.putIfAbsent(meaning, i);
            if (other != null && other != i && contradiction == null)
                contradiction = "「" + name(meaning) + "」の列が2つあります（「" + file.header().get(Math.min(i, other)) + "」と「"
                        + file.header().get(Math.max(i, other)) + "」）。片方を「使わない」か別の意味にしてください。";
        }

        private boolean isChosen(int i) {
            return !reading.chosen(i).isEmpty() && !file.header().get(i).isEmpty();
        }

        private int addressColumn() {
            for (int i = 0; i < file.header().size(); i++)
                if (!isChosen(i) && ADDRESS_NAMES.contains(folded(file.header().get(i)))) return i;
            for (int i = 0; i < file.header().size(); i++) if (!isChosen(i) && mostly(file, i, Columns::isAddress)) return i;
            return -1;
        }

        private static boolean isSingle(String meaning) {
            return meaning.equals(ImportReading.ADDRESS) || meaning.equals(ImportReading.CONSENT) || ImportReading.standard(meaning).isPresent()
                    || ConsentColumn.of(meaning).isPresent();
        }

        private static String name(String meaning) {
            return switch (meaning) {
                case ImportReading.ADDRESS -> "メールアドレス";
                case ImportReading.CONSENT -> "配信の希望";
                default -> ConsentColumn.of(meaning).map(part -> part.label).orElseGet(() -> StandardField.valueOf(meaning).label);
            };
        }
    }

    /// What a header alone says; empty for a field of this house.
    static String meaningOf(String header) {
        String name = folded(header);
        if (ADDRESS_NAMES.contains(name)) return ImportReading.ADDRESS;
        if (CONSENT_NAMES.contains(name)) return ImportReading.CONSENT;
        return StandardField.named(name).map(Enum::name).orElse("");
    }

    /// Whether the lines say who wants mail.
    boolean askConsent() {
        return list.stream().anyMatch(Column.Consent.class::isInstance);
    }

    /// Whether a column says any of this about a consent.
    boolean says(ConsentColumn... parts) {
        return list.stream().anyMatch(column -> column instanceof Column.Agreed(String header, ConsentColumn part) && Arrays.asList(parts).contains(part));
    }

    static boolean isAddressName(String folded) {
        return ADDRESS_NAMES.contains(folded);
    }

    /// Whether this header always means the address or the consent.
    static boolean isReserved(String header) {
        return ADDRESS_NAMES.contains(folded(header)) || CONSENT_NAMES.contains(folded(header));
    }

    /// A header as it is compared: width, case and spaces do not matter.
    static String folded(String header) {
        return Cell.plain(header).replace(" ", "").toLowerCase(Locale.ROOT);
    }

    private static FieldType typeOf(CsvFile file, int column) {
        if (mostly(file, column, Cell::looksLikeNumber)) return FieldType.NUMBER;
        if (mostly(file, column, text -> Cell.date(text).isPresent())) return FieldType.DATE;
        if (mostly(file, column, text -> Cell.dateTime(text).isPresent())) return FieldType.DATETIME;
        return FieldType.TEXT;
    }

    private static boolean mostly(CsvFile file, int column, Predicate<String> is) {
        int filled = 0, right = 0;
        for (List<String> row : file.examples()) {
            if (column >= row.size() || Cell.trimmed(row.get(column)).isEmpty()) continue;
            filled++;
            if (is.test(row.get(column))) right++;
        }
        return filled > 0 && right * 100 >= filled * TYPE_SHARE_PERCENT;
    }

    private static boolean isAddress(String text) {
        return text.indexOf('@') > 0 && MailAddress.parse(text) instanceof Parsing.Parsed;
    }

    private Optional<String> twice() {
        Set<String> seen = new HashSet<>();
        return list.stream().filter(column -> !(column instanceof Column.Nameless)).map(Column::header).filter(name -> !seen.add(name)).findFirst();
    }
}
