package todoku.customer;

import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvParseException;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.CsvRecord;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// A file whose every record has been looked at once and can be read: nothing is registered from a file that breaks
/// off in its middle. For every import of this house.
public record CsvFile(Path path, Stamp stamp, TextEncoding encoding, char delimiter, List<String> header, List<List<String>> examples, int lines) {

    /// Rows from which the meaning of a column is guessed.
    static final int EXAMPLE_ROWS = 500;

    /// Columns of one file; spreadsheets that show more have empty ones formatted.
    public static final int COLUMN_LIMIT = 300;

    /// Records of one file; a larger list is split by its owner.
    static final int LINE_LIMIT = 1_000_000;

    private static final Pattern PLACE = Pattern.compile("line (\\d+)");

    /// Whether a file can be read, and if not, what its owner has to mend.
    public sealed interface Inspection {
        record Readable(CsvFile file) implements Inspection {}
        record Unreadable(String why) implements Inspection {}
    }

    /// By what a file is known to be the one that was looked at, wherever it was moved.
    public record Stamp(long bytes, FileTime changed) {
        public static Stamp of(Path path) throws IOException {
            return new Stamp(Files.size(path), Files.getLastModifiedTime(path));
        }
    }

    /// One record. `number` is the row as a spreadsheet counts it: the header is 1.
    public record Row(int number, List<String> cells) {}

    /// @param chosen null: the encoding is known by the bytes
    public static Inspection inspect(Path path, @Nullable ImportEncoding chosen) throws IOException {
        Stamp stamp = Stamp.of(path);
        Optional<TextEncoding> beginning = chosen == null ? TextEncoding.ofBeginning(path) : Optional.empty();
        try {
            if (beginning.isPresent()) return inspect(path, stamp, beginning.get());
        } catch (CharacterCodingException e) {
            // further on there is something else: all of it is looked at
        } catch (UncheckedIOException e) {
            if (!(e.getCause() instanceof CharacterCodingException)) throw e;
        }
        Optional<TextEncoding> encoding = chosen == null ? TextEncoding.of(path) : TextEncoding.as(chosen, path);
        if (encoding.isEmpty())
            return new Inspection.Unreadable(chosen == null
                    ? "文字コードを判定できません。Shift_JIS または UTF-8 のCSVで保存し直してください。"
                    : "このファイルは " + chosen.label() + " としては読めません。文字コードを選び直すか、「自動」にしてください。");
        return inspect(path, stamp, encoding.get());
    }

    private static Inspection inspect(Path path, Stamp stamp, TextEncoding encoding) throws IOException {
        Optional<String> nul = nul(path, encoding);
        if (nul.isPresent()) return new Inspection.Unreadable(nul.get());
        try {
            return inspect(path, stamp, encoding, delimiter(path, encoding));
        } catch (CsvParseException e) {
            return new Inspection.Unreadable("CSVの形が正しくありません（" + place(e) + "）。引用符「\"」が閉じているか確認してください。");
        }
    }

    /// The same file under another name.
    public CsvFile at(Path other) {
        return new CsvFile(other, stamp, encoding, delimiter, header, examples, lines);
    }

    /// The character set as Java names it.
    public String charset() {
        return encoding.charset.name();
    }

    /// Hands every record after the header on, in order; empty lines are passed over but counted.
    public void read(Consumer<Row> to) throws IOException {
        read(path, encoding, delimiter, row -> {
            if (row.number() > 1) to.accept(row);
        });
    }

    private static Inspection inspect(Path path, Stamp stamp, TextEncoding encoding, char delimiter) throws IOException {
        List<List<String>> rows = new ArrayList<>();
        int[] lines = {0};
        read(path, encoding, delimiter, row -> {
            if (row.number() == 1 || rows.size() <= EXAMPLE_ROWS) rows.add(row.cells());
            if (row.number() > 1) lines[0]++;
        });
        if (rows.isEmpty()) return new Inspection.Unreadable("ファイルが空です。");
        if (lines[0] > LINE_LIMIT) return new Inspection.Unreadable("行が多すぎます（" + LINE_LIMIT + "行まで）。ファイルを分けてください。");
        List<String> header = rows.getFirst().stream().map(Cell::trimmed).toList();
        if (header.size() > COLUMN_LIMIT) return new Inspection.Unreadable("列が多すぎます（" + COLUMN_LIMIT + "列まで）。");
        return new Inspection.Readable(
                new CsvFile(path, stamp, encoding, delimiter, header, List.copyOf(rows.subList(1, rows.size())), lines[0]));
    }

    private static void read(Path path, TextEncoding encoding, char delimiter, Consumer<Row> to) throws IOException {
        try (Reader text = encoding.open(path);
             CsvReader<CsvRecord> csv = CsvReader.builder().fieldSeparator(delimiter).skipEmptyLines(false)
                     .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
                     .missingFieldStrategy(FieldMismatchStrategy.IGNORE).allowUnclosedQuote(false).ofCsvRecord(text);
             CloseableIterator<CsvRecord> records = csv.iterator()) {
            for (int number = 1; records.hasNext(); number++) {
                List<String> cells = records.next().getFields();
                if (!isEmpty(cells)) to.accept(new Row(number, cells));
            }
        }
    }

    private static boolean isEmpty(List<String> cells) {
        for (String cell : cells) if (!cell.isEmpty()) return false;
        return true;
    }

    /// Whichever of comma and tab the first line has more of.
    private static char delimiter(Path path, TextEncoding encoding) throws IOException {
        int commas = 0, tabs = 0;
        try (Reader in = encoding.open(path)) {
            for (int c = in.read(); c >= 0 && c != '\n' && c != '\r'; c = in.read()) {
                if (c == ',') commas++;
                if (c == '\t') tabs++;
            }
        }
        return tabs > commas ? '\t' : ',';
    }

    private static Optional<String> nul(Path path, TextEncoding encoding) throws IOException {
        if (!encoding.mayHoldNul(path)) return Optional.empty();
        int line = 1;
        char[] buffer = new char[1 << 16];
        try (Reader in = encoding.open(path)) {
            for (int length; (length = in.read(buffer)) >= 0; )
                for (int i = 0; i < length; i++) {
                    if (buffer[i] == '\n') line++;
                    if (buffer[i] == 0)
                        return Optional.of("NUL文字（文字コード0）が" + line + "行目に含まれています。CSVで保存し直してください。");
                }
        }
        return Optional.empty();
    }

    private static String place(CsvParseException e) {
        Matcher line = PLACE.matcher(String.valueOf(e.getMessage()));
        return line.find() ? line.group(1) + "行目から始まる行" : "行は不明";
    }
}
