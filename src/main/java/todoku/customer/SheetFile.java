package todoku.customer;

import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.regex.Pattern;
import java.util.zip.ZipException;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;
import todoku.customer.SheetParts.Refusal;

/// An Excel workbook that was sent in place of a CSV file: its first sheet becomes the CSV file, and everything after that
/// is as if a CSV file had been sent. Read with the JDK's own parser: a cell far out or a text that is not there must not
/// cost memory, whoever made the file.
public final class SheetFile {
    private static final byte[] ZIP = {'P', 'K', 3, 4};
    private static final byte[] OLE = {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0};
    private static final int LOOKED_AT_BYTES = 8 << 20;
    private static final Pattern ESCAPED = Pattern.compile("_x([0-9A-Fa-f]{4})_");
    private static final String BROKEN = "Excelファイルが壊れていて読めません。Excelで開き直して保存するか、CSV（UTF-8）で保存し直してください。";

    /// One at a time: each holds the texts of its sheets in memory.
    private static final ReentrantLock TURN = new ReentrantLock();

    /// What became of a file.
    public sealed interface Outcome {
        /// Not a workbook; nothing was touched.
        record Other() implements Outcome {}

        /// It is a CSV file now.
        ///
        /// @param unread the names of the other sheets
        record Converted(String sheet, List<String> unread) implements Outcome {}

        record Refused(String why) implements Outcome {}
    }

    private SheetFile() {}

    /// Puts the CSV file of the first sheet in the place of a workbook.
    public static Outcome asCsv(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(ZIP.length);
        }
        if (Arrays.equals(start, OLE)) return new Outcome.Refused(old(file));
        if (!Arrays.equals(start, ZIP)) return new Outcome.Other();
        Path csv = file.resolveSibling(UUID.randomUUID().toString());
        TURN.lock();
        try (var parts = new SheetParts(file)) {
            Outcome outcome = convert(parts, csv);
            if (outcome instanceof Outcome.Converted) Files.move(csv, file, StandardCopyOption.REPLACE_EXISTING);
            return outcome;
        } catch (Refusal e) {
            return new Outcome.Refused(e.why);
        } catch (XMLStreamException e) {
            return new Outcome.Refused(e.getNestedException() instanceof Refusal refusal ? refusal.why : BROKEN);
        } catch (ZipException | java.io.EOFException | RuntimeException e) {
            return new Outcome.Refused(BROKEN);
        } finally {
            TURN.unlock();
            Files.deleteIfExists(csv);
        }
    }

    /// Encrypted workbooks and those before 2007 are the same kind of file.
    private static String old(Path file) throws IOException {
        byte[] start;
        try (InputStream in = Files.newInputStream(file)) {
            start = in.readNBytes(LOOKED_AT_BYTES);
        }
        return new String(start, StandardCharsets.ISO_8859_1).contains("E\0n\0c\0r\0y\0p\0t\0e\0d\0P\0a\0c\0k\0a\0g\0e")
                ? "パスワードで保護されたExcelファイルは読めません。パスワードを外して保存し直してください。"
                : "古い形式のExcelファイル（.xls）は読めません。Excelで「Excel ブック（.xlsx）」か「CSV UTF-8」で保存し直してください。";
    }

    private static Outcome convert(SheetParts parts, Path csv) throws IOException, XMLStreamException {
        String workbook = part(parts.targets(""), "officeDocument");
        if (workbook.endsWith(".bin")) return new Outcome.Refused("バイナリ形式のExcelファイル（.xlsb）は読めません。「Excel ブック（.xlsx）」で保存し直してください。");
        if (workbook.isEmpty() || !parts.has(workbook))
            return new Outcome.Refused("ZIPファイルですが、Excelのブックではありません。.xlsx か CSV のファイルを選んでください。");
        List<SheetParts.Target> targets = parts.targets(workbook);
        Map<String, String> byId = SheetParts.byId(targets);
        List<String> names = new ArrayList<>(), ids = new ArrayList<>();
        boolean[] from1904 = {false};
        parts.small(workbook, (xml, event) -> {
            if (event != XMLStreamReader.START_ELEMENT) return;
            if (xml.getLocalName().equals("workbookPr")) from1904[0] = List.of("1", "true").contains(SheetParts.value(xml, "date1904"));
            if (!xml.getLocalName().equals("sheet") || SheetParts.value(xml, "state").endsWith("idden")) return;
            names.add(SheetParts.value(xml, "name"));
            ids.add(SheetParts.value(xml, "id"));
        });
        if (names.isEmpty()) return new Outcome.Refused("Excelのブックに、表示されているシートがありません。");
        String texts = part(targets, "sharedStrings"), styles = part(targets, "styles");
        var rows = new SheetRows(texts.isEmpty() ? List.of() : parts.texts(texts), styles.isEmpty() ? List.of() : formats(parts, styles), from1904[0]);
        write(parts, byId.getOrDefault(ids.getFirst(), ""), rows, csv);
        return new Outcome.Converted(names.getFirst(), List.copyOf(names.subList(1, names.size())));
    }

    private static String part(List<SheetParts.Target> targets, String type) {
        for (SheetParts.Target target : targets) if (target.type().equals(type)) return target.part();
        return "";
    }

    /// By the number cells have for their style.
    private static List<SheetFormat> formats(SheetParts parts, String styles) throws IOException, XMLStreamException {
        Map<String, String> patterns = new HashMap<>();
        List<SheetFormat> formats = new ArrayList<>();
        boolean[] ofCells = {false};
        parts.small(styles, (xml, event) -> {
            if (event == XMLStreamReader.END_ELEMENT && xml.getLocalName().equals("cellXfs")) ofCells[0] = false;
            if (event != XMLStreamReader.START_ELEMENT) return;
            String id = SheetParts.value(xml, "numFmtId");
            switch (xml.getLocalName()) {
                case "numFmt" -> patterns.put(id, SheetParts.value(xml, "formatCode"));
                case "cellXfs" -> ofCells[0] = true;
                case "xf" -> {
                    if (ofCells[0]) formats.add(format(patterns.get(id), id));
                }
                default -> { }
            }
        });
        return formats;
    }

    private static SheetFormat format(@Nullable String pattern, String id) {
        if (pattern != null) return SheetFormat.of(pattern);
        return id.matches("\\d{1,5}") ? SheetFormat.known(Integer.parseInt(id)) : SheetFormat.PLAIN;
    }

    /// Marked as UTF-8. Lines are numbered as the rows of the sheet are.
    private static void write(SheetParts parts, String sheet, SheetRows rows, Path csv) throws IOException, XMLStreamException {
        try (Writer out = new BufferedWriter(Files.newBufferedWriter(csv), 1 << 16);
             CsvWriter lines = CsvWriter.builder().build(out)) {
            out.write('\uFEFF');
            int[] written = {0};
            rows.read(parts, sheet, (number, cells) -> {
                if (written[0] == 0 && number > 1) throw new Refusal("1行目が空です。1行目に項目名（メールアドレス など）を置いて保存し直してください。");
                while (++written[0] < number) lines.writeRecord("");
                lines.writeRecord(cells.stream().map(cell -> meant(cell, number)).toList());
            });
        }
    }

    /// Names of columns are one line, or a tab in them would be taken for the separator; an apostrophe is what it is.
    private static String meant(String cell, int row) {
        String text = cell.indexOf("_x") < 0 ? cell : ESCAPED.matcher(cell).replaceAll(SheetFile::escaped);
        if (row == 1) return text.replaceAll("[\\t\\r\\n]+", " ");
        return Spreadsheet.meant(text).equals(text) ? text : "'" + text;
    }

    private static String escaped(java.util.regex.MatchResult found) {
        char c = (char) Integer.parseInt(found.group(1), 16);
        return c == 0 ? "" : java.util.regex.Matcher.quoteReplacement(String.valueOf(c));
    }
}
