package todoku.customer.source;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;

/// The rows of a database on their way to the import: they get their name only when the last one is there, so that half a
/// result is never registered, nor taken for everything there is.
final class Spool implements AutoCloseable {
    private final Path unfinished;
    private final Path file;
    private final Counting bytes;
    private final CsvWriter csv;
    private boolean finished;

    Spool(Path file, List<String> header) throws IOException {
        this.file = file;
        Files.createDirectories(file.toAbsolutePath().getParent(),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        this.unfinished = file.resolveSibling(file.getFileName() + ".part");
        Files.deleteIfExists(unfinished);
        Files.createFile(unfinished, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        this.bytes = new Counting(Files.newOutputStream(unfinished, StandardOpenOption.WRITE));
        this.csv = CsvWriter.builder().lineDelimiter(LineDelimiter.LF).build(new OutputStreamWriter(bytes, StandardCharsets.UTF_8));
        csv.writeRecord(header);
    }

    void add(List<String> cells) {
        csv.writeRecord(cells);
    }

    long bytes() {
        return bytes.count;
    }

    /// Nothing more comes.
    void finish() throws IOException {
        csv.close();
        finished = true;
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    /// What was not finished is gone.
    @Override
    public void close() throws IOException {
        if (finished) return;
        try {
            csv.close();
        } catch (UncheckedIOException e) {
            throw e.getCause();
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static final class Counting extends OutputStream {
        private final BufferedOutputStream to;
        private long count;

        Counting(OutputStream to) {
            this.to = new BufferedOutputStream(to, 1 << 16);
        }

        @Override
        public void write(int b) throws IOException {
            count++;
            to.write(b);
        }

        @Override
        public void write(byte[] b, int from, int length) throws IOException {
            count += length;
            to.write(b, from, length);
        }

        @Override
        public void flush() throws IOException {
            to.flush();
        }

        @Override
        public void close() throws IOException {
            to.close();
        }
    }
}
