package todoku.bench;

import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.writer.CsvWriter;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A shop's customer file in CP932 with its known defects, and larger ones of the same kind.
final class ShopFile {
    static final Path USUAL = Path.of("src/test/resources/shop/customers.csv");

    private static final Charset CP932 = Charset.forName("windows-31j");
    private static final int NUMBER = 0;
    private static final int ADDRESS = 5;
    /// Numbers of the file lie closer together than this.
    private static final long NUMBERS_APART = 1_000_000;

    private ShopFile() {}

    /// The same people so many times, each time with other numbers and addresses; defects stay defects.
    static Path times(int times, Path file, Path into) throws IOException {
        try (CsvWriter out = CsvWriter.builder().build(Files.newBufferedWriter(into, CP932))) {
            for (int copy = 0; copy < times; copy++) copy(copy, file, out);
        }
        return into;
    }

    private static void copy(int copy, Path file, CsvWriter out) throws IOException {
        boolean header = true;
        try (var rows = CsvReader.builder().ofCsvRecord(Files.newBufferedReader(file, CP932))) {
            for (var row : rows) {
                List<String> cells = new ArrayList<>(row.getFields());
                if (!header && copy > 0) {
                    cells.set(NUMBER, "" + (Long.parseLong(cells.get(NUMBER)) + copy * NUMBERS_APART));
                    // Even a full-width or a spaced address begins with a visible character.
                    cells.set(ADDRESS, cells.get(ADDRESS).replaceFirst("^([\\s\u3000]*)(?=[^\\s\u3000])", "$1c" + copy));
                }
                if (!header || copy == 0) out.writeRecord(cells);
                header = false;
            }
        }
    }
}
