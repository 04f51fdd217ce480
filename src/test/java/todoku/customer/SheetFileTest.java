package todoku.customer;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.dhatim.fastexcel.Workbook;
import org.dhatim.fastexcel.Worksheet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import todoku.customer.CsvFile.Inspection;
import todoku.customer.SheetFile.Outcome;

class SheetFileTest {
    @TempDir
    Path folder;

    @Test
    void dates_numbers_codes_and_empty_cells_are_read_as_a_person_sees_them() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var workbook = new Workbook(bytes, "test", "1.0")) {
            Worksheet sheet = workbook.newWorksheet("顧客");
            List<String> header = List.of("番号", "日", "日時", "数", "コード", "郵便番号", "はい", "和暦", "文");
            for (int i = 0; i < header.size(); i++) sheet.value(0, i, header.get(i));
            sheet.value(1, 0, 17);
            sheet.value(1, 1, LocalDate.of(2024, 2, 29));
            sheet.style(1, 1).format("yyyy/m/d").set();
            sheet.value(1, 2, LocalDateTime.of(2024, 2, 29, 23, 59, 59));
            sheet.style(1, 2).format("yyyy/m/d h:mm").set();
            sheet.value(1, 3, 0.1 + 0.2);
            sheet.value(1, 4, 123);
            sheet.style(1, 4).format("00000000").set();
            sheet.value(1, 5, 600001);
            sheet.style(1, 5).format("000\\-0000").set();
            sheet.value(1, 6, true);
            sheet.value(1, 7, LocalDate.of(1990, 4, 1));
            sheet.style(1, 7).format("[$-411]ggge\"年\"m\"月\"d\"日\"").set();
            sheet.value(1, 8, "髙橋\"様\",\n二行目");
            sheet.value(4, 0, -1200.50);
            sheet.value(4, 8, "=1+1");
            workbook.newWorksheet("控え").value(0, 0, "読まない");
        }
        Path file = Files.write(folder.resolve("upload"), bytes.toByteArray());
        assertThat(SheetFile.asCsv(file)).isEqualTo(new Outcome.Converted("顧客", List.of("控え")));
        assertThat(rows(file)).containsExactly(
                Map.entry(2, List.of("17", "2024-02-29", "2024-02-29 23:59:59", "0.3", "00000123", "060-0001", "TRUE", "1990-04-01", "髙橋\"様\",\n二行目")),
                Map.entry(5, List.of("-1200.5", "", "", "", "", "", "", "", "=1+1")));
    }

    @Test
    void of_formulas_the_saved_value_is_read_and_the_readings_above_names_are_not() throws IOException {
        Path file = book("""
                <row r="1"><c r="A1" t="s"><v>0</v></c><c r="B1" t="inlineStr"><is><t>計</t></is></c></row>
                <row r="2"><c r="A2" t="s"><v>1</v></c><c r="B2"><f>1+1</f><v>2</v></c></row>
                <row r="3"><c r="A3" t="str"><f>A2&amp;"x"</f><v>山田x</v></c><c r="B3" t="e"><f>1/0</f><v>#DIV/0!</v></c></row>
                <row r="4"><c r="A4" t="s"><v>2</v></c><c r="B4"><v>1.0E+300</v></c></row>
                """, "<si><t>姓\t名</t></si><si><r><t>山</t></r><r><t>田</t></r><rPh sb=\"0\" eb=\"1\"><t>ヤマダ</t></rPh></si><si><t>一_x000D_二</t></si>");
        assertThat(SheetFile.asCsv(file)).isEqualTo(new Outcome.Converted("表", List.of()));
        assertThat(rows(file)).containsExactly(Map.entry(2, List.of("山田", "2")), Map.entry(3, List.of("山田x", "#DIV/0!")),
                Map.entry(4, List.of("一\r二", "1.0E+300")));
        assertThat(header(file)).containsExactly("姓 名", "計");
    }

    @Test
    void what_is_no_workbook_is_left_alone_and_what_cannot_be_read_is_told_in_words() throws IOException {
        Path csv = Files.writeString(folder.resolve("csv"), "メールアドレス\na@example.jp\n");
        assertThat(SheetFile.asCsv(csv)).isEqualTo(new Outcome.Other());
        assertThat(Files.readString(csv)).startsWith("メールアドレス");

        byte[] ole = {(byte) 0xD0, (byte) 0xCF, 0x11, (byte) 0xE0, 0, 0};
        assertThat(refused(ole)).contains(".xls）は読めません");
        var encrypted = new ByteArrayOutputStream();
        encrypted.write(ole);
        encrypted.write("EncryptedPackage".getBytes(StandardCharsets.UTF_16LE));
        assertThat(refused(encrypted.toByteArray())).contains("パスワード");
        assertThat(refused(zip(Map.of("a.txt", "文")))).contains("Excelのブックではありません");
        byte[] whole = Files.readAllBytes(book("<row r=\"1\"><c r=\"A1\"><v>1</v></c></row>", ""));
        assertThat(refused(java.util.Arrays.copyOf(whole, whole.length / 2))).contains("壊れて");
        assertThat(folder).isDirectoryNotContaining(path -> path.getFileName().toString().length() == 36);
    }

    @Test
    void broken_sheets_cost_no_memory_and_no_time() throws IOException {
        for (String row : List.of(
                "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>2000000000</v></c></row>",
                "<row r=\"1\"><c r=\"A1\" t=\"s\"><v>-1</v></c></row>",
                "<row r=\"2000000000\"><c r=\"A1\"><v>1</v></c></row>",
                "<row r=\"5\"><c r=\"A5\"><v>1</v></c></row><row r=\"4\"><c r=\"A4\"><v>1</v></c></row>",
                "<row r=\"x\"/>", "<row r=\"1\"><c r=\"A1\"><v>1</c></row>", "&bomb;"))
            assertThat(SheetFile.asCsv(book(row, "<si/>"))).as(row).isInstanceOf(Outcome.Refused.class);
        assertThat(refused(Files.readAllBytes(book("<row r=\"1\"><c r=\"ZZZZZZZ1\"><v>1</v></c></row>", "")))).contains("列が多すぎます");
        assertThat(refused(Files.readAllBytes(book("<row r=\"3\"><c r=\"A3\"><v>1</v></c></row>", "")))).contains("1行目が空");
        assertThat(SheetFile.asCsv(book("<row r=\"1\"><c r=\"A1\"><v>1E+999999999</v></c></row>", ""))).isInstanceOf(Outcome.Converted.class);
    }

    @Test
    void a_sheet_that_grows_from_nothing_is_given_up() throws IOException {
        String much = "<row>" + "<c/>".repeat(17 << 20) + "</row>";
        assertThat(refused(Files.readAllBytes(book(much, "")))).contains("大きすぎます", "CSV");
    }

    private String refused(byte[] file) throws IOException {
        Path path = Files.write(folder.resolve("refused"), file);
        Outcome outcome = SheetFile.asCsv(path);
        assertThat(path).hasBinaryContent(file);
        return ((Outcome.Refused) outcome).why();
    }

    private static Map<Integer, List<String>> rows(Path file) throws IOException {
        Map<Integer, List<String>> rows = new TreeMap<>();
        readable(file).read(row -> rows.put(row.number(), row.cells().stream().map(Spreadsheet::meant).toList()));
        return rows;
    }

    private static List<String> header(Path file) throws IOException {
        return readable(file).header();
    }

    private static CsvFile readable(Path file) throws IOException {
        return ((Inspection.Readable) CsvFile.inspect(file, null)).file();
    }

    private Path book(String rows, String texts) throws IOException {
        String rels = "<Relationships xmlns=\"http://schemas.openxmlformats.org/package/2006/relationships\">%s</Relationships>";
        String type = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/";
        return Files.write(folder.resolve("book"), zip(Map.of(
                "_rels/.rels", rels.formatted("<Relationship Id=\"r1\" Type=\"" + type + "officeDocument\" Target=\"/xl/workbook.xml\"/>"),
                "xl/workbook.xml", "<workbook xmlns:r=\"x\"><sheets><sheet name=\"隠し\" state=\"hidden\" r:id=\"r0\"/><sheet name=\"表\" r:id=\"r1\"/></sheets></workbook>",
                "xl/_rels/workbook.xml.rels", rels.formatted("<Relationship Id=\"r1\" Type=\"" + type + "worksheet\" Target=\"sheets/one.xml\"/>"
                        + "<Relationship Id=\"r2\" Type=\"" + type + "sharedStrings\" Target=\"texts.xml\"/>"),
                "xl/texts.xml", "<sst>" + texts + "</sst>",
                "xl/sheets/one.xml", "<!DOCTYPE x [<!ENTITY bomb \"b\">]><worksheet><sheetData>" + rows + "</sheetData></worksheet>")));
    }

    private static byte[] zip(Map<String, String> parts) throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var zip = new ZipOutputStream(bytes)) {
            for (Map.Entry<String, String> part : parts.entrySet()) {
                zip.putNextEntry(new ZipEntry(part.getKey()));
                zip.write(part.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }
}
