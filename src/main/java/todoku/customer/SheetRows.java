package todoku.customer;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import todoku.customer.SheetParts.Refusal;

/// The rows of one sheet as text, one after the other; of a formula, the value it had when the workbook was saved.
final class SheetRows {
    private static final int LAST_ROW = 1_048_576;

    private final List<String> texts;
    private final List<SheetFormat> formats;
    private final boolean from1904;

    private final List<String> cells = new ArrayList<>();
    private final StringBuilder value = new StringBuilder();
    private int row;
    private int column;
    private String type = "";
    private SheetFormat format = SheetFormat.PLAIN;
    private int above;
    private boolean inside;

    interface Row {
        /// @param number as the spreadsheet shows it
        void read(int number, List<String> cells) throws IOException;
    }

    SheetRows(List<String> texts, List<SheetFormat> formats, boolean from1904) {
        this.texts = texts;
        this.formats = formats;
        this.from1904 = from1904;
    }

    /// Hands over the rows that have something in them.
    void read(SheetParts parts, String sheet, Row to) throws IOException, XMLStreamException {
        parts.sheet(sheet, (xml, event) -> {
            switch (event) {
                case XMLStreamReader.START_ELEMENT -> start(xml);
                case XMLStreamReader.CHARACTERS, XMLStreamReader.CDATA -> {
                    if (inside) SheetParts.append(value, xml);
                }
                case XMLStreamReader.END_ELEMENT -> end(xml.getLocalName(), to);
                default -> { }
            }
        });
    }

    private void start(XMLStreamReader xml) throws XMLStreamException {
        inside = false;
        switch (xml.getLocalName()) {
            case "row" -> {
                String number = SheetParts.value(xml, "r");
                int next = number.isEmpty() ? row + 1 : Integer.parseInt(number);
                if (next <= row || next > LAST_ROW) throw new XMLStreamException("row " + number + " after " + row);
                row = next;
                column = 0;
                cells.clear();
            }
            case "c" -> {
                String place = SheetParts.value(xml, "r"), style = SheetParts.value(xml, "s");
                column = place.isEmpty() ? column + 1 : column(place);
                type = SheetParts.value(xml, "t");
                int number = style.isEmpty() ? 0 : Integer.parseInt(style);
                format = number < formats.size() ? formats.get(number) : SheetFormat.PLAIN;
                value.setLength(0);
            }
            case "rPh" -> above++;
            case "v" -> inside = true;
            case "t" -> inside = above == 0;
            default -> { }
        }
    }

    /// Of `AB17`, 28.
    private static int column(String place) {
        int column = 0;
        for (int i = 0; i < place.length() && i < 4 && Character.isLetter(place.charAt(i)); i++)
            column = column * 26 + Character.toUpperCase(place.charAt(i)) - 'A' + 1;
        return column;
    }

    private void end(String name, Row to) throws IOException {
        inside = false;
        switch (name) {
            case "rPh" -> above--;
            case "c" -> {
                String text = text();
                if (text.isEmpty()) return;
                if (column > CsvFile.COLUMN_LIMIT) throw new Refusal("列が多すぎます（" + CsvFile.COLUMN_LIMIT + "列まで）。使わない列を消して保存し直してください。");
                while (cells.size() < column) cells.add("");
                cells.set(column - 1, text);
            }
            case "row" -> {
                if (!cells.isEmpty()) to.read(row, cells);
            }
            default -> { }
        }
    }

    private String text() {
        String raw = value.toString();
        if (raw.isEmpty()) return "";
        return switch (type) {
            case "s" -> texts.get(Integer.parseInt(raw.strip()));
            case "inlineStr", "str", "e" -> raw;
            case "b" -> raw.strip().equals("1") ? "TRUE" : "FALSE";
            case "d" -> raw.strip().replace('T', ' ');
            default -> format.text(raw, from1904);
        };
    }
}
