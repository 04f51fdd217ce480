package todoku.customer;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.net.InetAddress;
import java.time.LocalDateTime;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import todoku.customer.Columns.Column;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// Reads rows by their columns. One bad cell refuses the row whole, with the column and the reason in Japanese. For one thread.
final class LineReader {

    /// Characters in one cell; more is a broken file, not a remark about a customer.
    static final int CELL_LIMIT_CHARS = 10_000;

    private static final Pattern POSTAL_DIGITS = Pattern.compile("\\d{7}");
    private static final Set<String> WANTED = Set.of("希望する", "希望", "はい", "する", "配信中", "購読する", "購読", "○", "〇", "1", "yes", "true");
    private static final Set<String> UNWANTED =
            Set.of("希望しない", "いいえ", "しない", "配信停止", "配信禁止", "購読しない", "停止", "×", "0", "no", "false", "");

    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Room for the custom fields of most customers.
    private static final int CUSTOM_CHARS = 512;

    private final Columns columns;
    private final List<String> customKeys;
    private final boolean hasUnique;
    private final boolean hasConsent;
    private final LocalDateTime latest;

    /// The custom fields of the line at hand.
    private final StringWriter custom = new StringWriter(CUSTOM_CHARS);

    /// Of lines that do not say who agreed.
    LineReader(Columns columns) {
        this(columns, LocalDateTime.MAX);
    }

    /// @param latest nobody has agreed later than this
    LineReader(Columns columns, LocalDateTime latest) {
        this.latest = latest;
        this.hasConsent = columns.says(ConsentColumn.values());
        this.columns = columns;
        this.customKeys = columns.list().stream().filter(Column.Custom.class::isInstance).map(column -> ((Column.Custom) column).field().key()).toList();
        this.hasUnique = columns.list().stream().anyMatch(column -> column instanceof Column.Custom(String header, Field field) && field.distinct());
    }

    /// How one cell is refused; caught in [#read], where the row ends.
    private static final class BadCell extends Exception {
        BadCell(String why) {
            super(why, null, false, false);
        }
    }

    Line read(CsvFile.Row row) {
        try {
            return good(row);
        } catch (BadCell e) {
            return new Line.Bad(row.number(), row.cells(), String.valueOf(e.getMessage()));
        }
    }

    private Line good(CsvFile.Row row) throws BadCell {
        int width = columns.list().size();
        if (row.cells().size() != width)
            throw new BadCell("列の数が見出しと違います（見出し" + width + "列、この行" + row.cells().size() + "列）");
        @Nullable MailAddress address = null;
        Map<StandardField, @Nullable String> standard = new EnumMap<>(StandardField.class);
        custom.getBuffer().setLength(0);
        JsonGenerator json = JSON.createGenerator(custom);
        json.writeStartObject();
        Map<String, String> unique = hasUnique ? new HashMap<>() : Map.of();
        Map<ConsentColumn, String> agreed = hasConsent ? new EnumMap<>(ConsentColumn.class) : Map.of();
        boolean wanted = true;
        for (int i = 0; i < width; i++) {
            String text = Spreadsheet.meant(row.cells().get(i));
            Column column = columns.list().get(i);
            if (text.length() > CELL_LIMIT_CHARS && !(column instanceof Column.Nameless)) throw bad(column, "長すぎます（" + CELL_LIMIT_CHARS + "文字まで）", "");
            switch (column) {
                case Column.Key key -> address = address(key, text);
                case Column.Standard(String header, StandardField field) -> standard.put(field, standard(column, field, text));
                case Column.Consent consent -> wanted = wanted(consent, text);
                case Column.Agreed(String header, ConsentColumn part) -> agreed(column, part, text, agreed);
                case Column.Custom(String header, Field field) -> custom(json, column, field, text, unique);
                case Column.Nameless nameless -> { }
            }
        }
        if (address == null) throw new BadCell("メールアドレスの列がありません");
        json.writeEndObject();
        json.close();
        return new Line.Good(row.number(), row.cells(), address, address.canonical(), standard, customKeys, custom.toString(), unique, wanted, agreement(agreed));
    }

    private static MailAddress address(Column column, String text) throws BadCell {
        return switch (MailAddress.parse(text)) {
            case Parsing.Parsed(MailAddress address, boolean rfcViolating) -> address;
            case Parsing.Refused(Parsing.Problem problem) -> throw bad(column, switch (problem) {
                case EMPTY -> "空欄です";
                case NO_AT -> "@がありません";
                case TWO_AT -> "@が2つ以上あります";
                case DOMAIN_WITHOUT_DOT -> "ドメインに「.」がありません";
                case BAD_DOMAIN -> "ドメインが正しくありません";
                case BAD_LOCAL -> "@の前に使えない文字があります";
                case CONTROL_CHARACTER -> "制御文字（タブや改行など）が含まれています";
                case TOO_LONG -> "長すぎます";
            }, text);
        };
    }

    private static @Nullable String standard(Column column, StandardField field, String text) throws BadCell {
        String value = field.form == StandardField.Form.TEXT ? Cell.trimmed(text) : Cell.plain(text);
        if (value.isEmpty()) return null;
        if (field.form == StandardField.Form.DATE)
            return Cell.date(value).orElseThrow(() -> bad(column, "日付ではありません", text)).toString();
        if (field.form == StandardField.Form.WORD)
            return field.word(value).orElseThrow(() -> bad(column, Problem.of("customer.bad." + field.column).japanese(), text));
        if (field == StandardField.POSTAL_CODE && POSTAL_DIGITS.matcher(value).matches())
            return value.substring(0, 3) + "-" + value.substring(3);
        return value;
    }

    /// Consent must be stated: a blank is no consent, and a word we do not know refuses the row.
    private static boolean wanted(Column column, String text) throws BadCell {
        String word = Columns.folded(text);
        if (WANTED.contains(word)) return true;
        if (UNWANTED.contains(word)) return false;
        throw bad(column, "「希望する」「希望しない」のどちらでもありません", text);
    }

    private void agreed(Column column, ConsentColumn part, String text, Map<ConsentColumn, String> agreed) throws BadCell {
        String value = Cell.trimmed(text);
        if (value.isEmpty()) return;
        agreed.put(part, switch (part) {
            case CONSENT_AT -> {
                LocalDateTime at = Cell.dateTime(value).filter(time -> time.getYear() >= Agreement.FIRST_YEAR)
                        .orElseThrow(() -> bad(column, "同意した日時ではありません。「2026/01/31 10:00」の形で入れてください", text));
                if (at.isAfter(latest)) throw bad(column, "これからの日時です。同意した日時を入れてください", text);
                yield at.toString();
            }
            case CONSENT_IP -> Cell.ip(value).map(InetAddress::getHostAddress)
                    .orElseThrow(() -> bad(column, "IPアドレスではありません。「203.0.113.5」のように入れるか、空欄にしてください", text));
            case CONSENT_METHOD -> within(column, value, Agreement.METHOD_LIMIT_CHARS);
            case CONSENT_DOCUMENT -> within(column, value, Agreement.DOCUMENT_LIMIT_CHARS);
            case CONSENT_PURPOSE -> within(column, value, Agreement.PURPOSE_LIMIT_CHARS);
        });
    }

    private static String within(Column column, String value, int limit) throws BadCell {
        if (value.length() > limit) throw bad(column, "長すぎます（" + limit + "文字まで）", "");
        return value;
    }

    /// Without a date there was no consent, whatever the other columns say of all of the lines.
    private static @Nullable Agreement agreement(Map<ConsentColumn, String> agreed) {
        @Nullable String at = agreed.get(ConsentColumn.CONSENT_AT);
        if (at == null) return null;
        return new Agreement(LocalDateTime.parse(at), agreed.get(ConsentColumn.CONSENT_METHOD), agreed.get(ConsentColumn.CONSENT_DOCUMENT),
                agreed.get(ConsentColumn.CONSENT_IP), agreed.get(ConsentColumn.CONSENT_PURPOSE));
    }

    private static void custom(JsonGenerator json, Column column, Field field, String text, Map<String, String> unique) throws BadCell {
        switch (FieldValues.read(field, text)) {
            case Reading.Bad(Problem why) -> throw bad(column, why.japanese(), text);
            case Reading.Blank() -> {
                if (!field.demanded()) return;
                if (!(FieldValues.read(field, field.defaultText()) instanceof Reading.Value(Object value)))
                    throw bad(column, Problem.of("customer.bad.required").japanese(), "");
                write(json, field, value);
            }
            case Reading.Value(Object value) -> {
                write(json, field, value);
                if (field.distinct()) unique.put(field.key(), FieldValues.comparable(value));
            }
        }
    }

    private static void write(JsonGenerator json, Field field, Object value) {
        json.writeName(field.key());
        switch (value) {
            case BigDecimal number -> json.writeNumber(number);
            case Boolean yes -> json.writeBoolean(yes);
            case List<?> several -> {
                json.writeStartArray();
                for (Object each : several) json.writeString(each.toString());
                json.writeEndArray();
            }
            default -> json.writeString(value.toString());
        }
    }

    private static BadCell bad(Column column, String why, String text) {
        return new BadCell("「" + column.header() + "」: " + why + (text.isBlank() ? "" : "（" + shown(text) + "）"));
    }

    private static String shown(String text) {
        return text.length() <= 60 ? text : text.substring(0, 60) + "…";
    }
}
