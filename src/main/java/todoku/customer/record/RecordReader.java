package todoku.customer.record;

import java.io.StringWriter;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import todoku.customer.Cell;
import todoku.customer.CsvFile;
import todoku.customer.ImportKey;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.json.JsonMapper;

/// Reads rows of records by their columns. One bad cell refuses the row whole, with the column and the reason in Japanese.
final class RecordReader {
    /// Characters of one text.
    static final int TEXT_LIMIT_CHARS = 2_000;

    /// Characters of a record's number.
    static final int NUMBER_LIMIT_CHARS = 100;

    private static final Pattern WITH_OFFSET = Pattern.compile("\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}.*(?:Z|[+-]\\d{2}:\\d{2})");
    private static final Set<String> YES = Set.of("はい", "yes", "true", "1", "○", "〇", "有", "あり", "有り", "済");
    private static final Set<String> NO = Set.of("いいえ", "no", "false", "0", "×", "無", "なし", "無し", "未");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    /// Room for the fields of most records.
    private static final int DATA_CHARS = 256;

    private static final int SHOWN_CHARS = 60;

    private final RecordColumns columns;
    private final RecordKind kind;
    private final ImportKey by;
    private final ZoneId zone;
    private final Map<String, RecordField> fields = new HashMap<>();

    /// @param zone of moments that do not say where
    RecordReader(RecordColumns columns, RecordKind kind, ImportKey by, ZoneId zone) {
        this.columns = columns;
        this.kind = kind;
        this.by = by;
        this.zone = zone;
        kind.fields().forEach(field -> fields.put(RecordColumns.FIELD + field.key(), field));
    }

    /// How one cell is refused; caught in [#read], where the row ends.
    private static final class BadCell extends Exception {
        private static final long serialVersionUID = 1;

        BadCell(String why) {
            super(why, null, false, false);
        }
    }

    RecordLine read(CsvFile.Row row) {
        try {
            return good(row);
        } catch (BadCell e) {
            return new RecordLine.Bad(row.number(), row.cells(), String.valueOf(e.getMessage()));
        }
    }

    private RecordLine good(CsvFile.Row row) throws BadCell {
        int width = columns.meanings().size();
        if (row.cells().size() != width)
            throw new BadCell("列の数が見出しと違います（見出し" + width + "列、この行" + row.cells().size() + "列）");
        String customer = "";
        @Nullable String number = null;
        @Nullable Instant at = null;
        Map<String, BigDecimal> numbers = new HashMap<>();
        var data = new StringWriter(DATA_CHARS);
        try (JsonGenerator json = JSON.createGenerator(data)) {
            json.writeStartObject();
            for (int i = 0; i < width; i++) {
                String header = columns.headers().get(i), text = row.cells().get(i), meaning = columns.meanings().get(i);
                switch (meaning) {
                    case RecordColumns.CUSTOMER -> customer = customer(header, text);
                    case RecordColumns.NUMBER -> number = number(header, text);
                    case RecordColumns.AT -> at = moment(header, text, filled(header, text));
                    default -> {
                        RecordField field = fields.get(meaning);
                        String value = Cell.trimmed(text);
                        if (field != null && !value.isEmpty()) write(json, field, header, value, numbers);
                    }
                }
            }
            json.writeEndObject();
        }
        if (at == null || customer.isEmpty()) throw new IllegalStateException("columns without a moment or a customer");
        return new RecordLine.Good(row.number(), row.cells(), customer, number, at, amount(numbers), data.toString());
    }

    private String customer(String header, String text) throws BadCell {
        if (by == ImportKey.NUMBER) return Cell.plain(filled(header, text));
        if (MailAddress.parse(text) instanceof Parsing.Parsed(MailAddress address, boolean rfcViolating)) return address.canonical();
        throw bad(header, "メールアドレスではありません", text);
    }

    private static String number(String header, String text) throws BadCell {
        String number = Cell.plain(filled(header, text));
        if (number.length() > NUMBER_LIMIT_CHARS) throw bad(header, "長すぎます（" + NUMBER_LIMIT_CHARS + "文字まで）", text);
        return number;
    }

    private static String filled(String header, String text) throws BadCell {
        String value = Cell.trimmed(text);
        if (value.isEmpty()) throw bad(header, "空欄です", "");
        return value;
    }

    /// With an offset as machines write it, otherwise by the clock of the house; a day alone is its first instant.
    private Instant moment(String header, String text, String value) throws BadCell {
        try {
            if (WITH_OFFSET.matcher(value).matches()) return OffsetDateTime.parse(value).toInstant();
        } catch (DateTimeException e) {
            throw bad(header, "日時ではありません", text);
        }
        return found(Cell.dateTime(value), header, "日時ではありません", text).atZone(zone).toInstant();
    }

    private void write(JsonGenerator json, RecordField field, String header, String value, Map<String, BigDecimal> numbers) throws BadCell {
        if (value.length() > TEXT_LIMIT_CHARS) throw bad(header, "長すぎます（" + TEXT_LIMIT_CHARS + "文字まで）", value);
        json.writeName(field.key());
        switch (field.type()) {
            case TEXT -> json.writeString(value);
            case NUMBER -> {
                BigDecimal read = found(Cell.number(value), header, "数値ではありません", value);
                numbers.put(field.key(), read);
                json.writeNumber(read);
            }
            case DATE -> json.writeString(found(Cell.date(value), header, "日付ではありません", value).toString());
            case DATETIME -> json.writeString(moment(header, value, value).toString());
            case YES_NO -> json.writeBoolean(yes(header, value));
            case CHOICE -> json.writeString(choice(field, header, value));
        }
    }

    private static boolean yes(String header, String value) throws BadCell {
        String word = Cell.plain(value).toLowerCase(java.util.Locale.ROOT);
        if (YES.contains(word)) return true;
        if (NO.contains(word)) return false;
        throw bad(header, "「はい」「いいえ」のどちらでもありません", value);
    }

    private static String choice(RecordField field, String header, String value) throws BadCell {
        if (field.choices().contains(value)) return value;
        throw bad(header, "選択肢にありません。選択肢は" + String.join("・", field.choices()) + "です", value);
    }

    private @Nullable BigDecimal amount(Map<String, BigDecimal> numbers) {
        RecordKind.@Nullable Amount amount = kind.amount();
        if (amount == null) return null;
        @Nullable BigDecimal one = numbers.get(amount.field());
        if (one == null || amount.times() == null) return one;
        @Nullable BigDecimal times = numbers.get(amount.times());
        return times == null ? null : one.multiply(times);
    }

    private static <T> T found(Optional<T> value, String header, String why, String text) throws BadCell {
        return value.orElseThrow(() -> bad(header, why, text));
    }

    private static BadCell bad(String header, String why, String text) {
        String shown = text.length() <= SHOWN_CHARS ? text : text.substring(0, SHOWN_CHARS) + "…";
        return new BadCell("「" + header + "」: " + why + (text.isBlank() ? "" : "（" + shown + "）"));
    }

    /// As reasons name a customer who is not there.
    String customerColumn() {
        List<String> meanings = columns.meanings();
        return columns.headers().get(meanings.indexOf(RecordColumns.CUSTOMER));
    }
}
