package todoku.customer;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
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

        /// A field of this house.
        record Custom(String header, FieldType type) implements Column {}

        /// A column without a name.
        record Nameless(String header) implements Column {}
    }

    /// How the columns were understood, or why they cannot be.
    sealed interface Matching {
        record Matched(Columns columns) implements Matching {}
        record Unmatched(String why) implements Matching {}
    }

    /// Names the columns by their headers, and by their examples where the header does not say.
    /// `known` are the custom fields there are; their type stands.
    static Matching match(CsvFile file, Map<String, FieldType> known, ImportKey identity) {
        List<String> header = file.header();
        for (String name : header)
            if (isAddress(name)) return new Matching.Unmatched("1行目に見出しがありません（「" + name + "」はメールアドレスです）。1行目に列の名前を入れてください。");
        Optional<String> twice = twice(header);
        if (twice.isPresent()) return new Matching.Unmatched("見出し「" + twice.get() + "」が2つ以上あります。列の名前を分けてください。");
        int key = keyColumn(file);
        if (key < 0) return new Matching.Unmatched("メールアドレスの列がありません。見出しを「メールアドレス」にしてください。");

        List<Column> list = new ArrayList<>(header.size());
        Set<StandardField> taken = new HashSet<>();
        boolean consent = false;
        for (int i = 0; i < header.size(); i++) {
            String name = header.get(i);
            Optional<StandardField> field = StandardField.named(folded(name));
            if (i == key) list.add(new Column.Key(name));
            else if (name.isEmpty()) list.add(new Column.Nameless(name));
            else if (!consent && CONSENT_NAMES.contains(folded(name))) {
                list.add(new Column.Consent(name));
                consent = true;
            } else if (field.isPresent() && taken.add(field.get())) list.add(new Column.Standard(name, field.get()));
            else {
                FieldType type = known.get(name);
                list.add(new Column.Custom(name, type == null ? typeOf(file, i) : type));
            }
        }
        if (identity == ImportKey.NUMBER && !taken.contains(StandardField.NUMBER))
            return new Matching.Unmatched("会員番号の列がありません。見出しを「会員番号」にするか、キーにメールアドレスを選んでください。");
        return new Matching.Matched(new Columns(List.copyOf(list)));
    }

    /// Whether the lines say who wants mail.
    boolean askConsent() {
        return list.stream().anyMatch(Column.Consent.class::isInstance);
    }

    /// A header as it is compared: width, case and spaces do not matter.
    static String folded(String header) {
        return Cell.plain(header).replace(" ", "").toLowerCase(Locale.ROOT);
    }

    private static int keyColumn(CsvFile file) {
        for (int i = 0; i < file.header().size(); i++)
            if (ADDRESS_NAMES.contains(folded(file.header().get(i)))) return i;
        for (int i = 0; i < file.header().size(); i++) if (mostly(file, i, Columns::isAddress)) return i;
        return -1;
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

    private static Optional<String> twice(List<String> header) {
        Set<String> seen = new HashSet<>();
        return header.stream().filter(name -> !name.isEmpty() && !seen.add(name)).findFirst();
    }
}
