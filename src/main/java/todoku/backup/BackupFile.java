package todoku.backup;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipFile;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.ObjectMapper;

/// A backup that is read. Nothing in it is believed before its sum was right.
final class BackupFile implements Closeable {
    /// A manifest has a line for each column and partition; a key has 32 bytes.
    private static final int LARGEST_MANIFEST_BYTES = 64 * 1024 * 1024;
    private static final int LARGEST_FILE_BYTES = 16 * 1024 * 1024;

    private final Path file;
    private final ZipFile zip;
    private final byte[] manifestText;
    final Manifest manifest;

    private BackupFile(Path file, ZipFile zip) throws IOException {
        this.file = file;
        this.zip = zip;
        manifestText = content(Backup.MANIFEST, LARGEST_MANIFEST_BYTES);
        manifest = read(manifestText);
    }

    static BackupFile open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) throw new Refused(file + " がありません。", "there is no file " + file);
        ZipFile zip;
        try {
            zip = new ZipFile(file.toFile());
        } catch (ZipException e) {
            throw damaged(file, "not a whole zip: " + e.getMessage());
        }
        try {
            return new BackupFile(file, zip);
        } catch (IOException | RuntimeException e) {
            zip.close();
            throw e;
        }
    }

    private Manifest read(byte[] text) {
        ObjectMapper json = new ObjectMapper();
        try {
            int format = json.readTree(text).path("format").asInt(0);
            if (format < 1) throw damaged(file, "the manifest has no format");
            if (format > Manifest.FORMAT) throw newer();
            return json.readValue(text, Manifest.class);
        } catch (DatabindException e) {
            throw damaged(file, "the manifest: " + e.getOriginalMessage());
        } catch (JacksonException e) {
            throw damaged(file, "the manifest is not JSON");
        }
    }

    private Refused newer() {
        return new Refused(
                file + " は新しい版の届くで作られています。届くを更新してください。",
                file + " was made by a newer Todoku: update this one");
    }

    Refused newerSchema() {
        return newer();
    }

    /// The key file, when this is the passphrase.
    byte[] key(Passphrase passphrase) throws IOException {
        return passphrase
                .open(manifest.passphrase(), Sums.of(manifestText), content(Backup.SEALED_KEY, LARGEST_FILE_BYTES))
                .orElseThrow(() -> new Refused(
                        "パスフレーズが違うか、ファイルが書き換えられています。",
                        "the passphrase is wrong, or the file was altered"));
    }

    /// Reads all of it and compares every sum.
    void verify() throws IOException {
        for (Manifest.Part table : manifest.tables()) {
            try (Summed rows = rows(table)) {
                rows.in.transferTo(OutputStream.nullOutputStream());
                rows.mustMatch();
            }
        }
        for (Manifest.Copy copy : manifest.files()) file(copy);
    }

    byte[] file(Manifest.Copy copy) throws IOException {
        byte[] content = content(copy.entry(), LARGEST_FILE_BYTES);
        if (!Sums.hex(Sums.of(content)).equals(copy.sha256())) throw damaged(file, copy.entry());
        return content;
    }

    Summed rows(Manifest.Part table) throws IOException {
        return new Summed(table, entry(table.entry()));
    }

    /// The rows of a table, summed while they pass.
    final class Summed implements Closeable {
        final DigestInputStream in;
        private final Manifest.Part table;

        private Summed(Manifest.Part table, InputStream from) {
            this.table = table;
            this.in = new DigestInputStream(new Readable(from), Sums.fresh());
        }

        /// To be asked at the end.
        void mustMatch() {
            if (!Sums.hex(in.getMessageDigest().digest()).equals(table.sha256())) throw damaged(file, table.entry());
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }

    /// Damage may be noticed by the zip first.
    private final class Readable extends java.io.FilterInputStream {
        Readable(InputStream in) {
            super(in);
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int from, int length) throws IOException {
            try {
                return in.read(into, from, length);
            } catch (ZipException | java.io.EOFException e) {
                throw damaged(file, String.valueOf(e.getMessage()));
            }
        }
    }

    private InputStream entry(String name) throws IOException {
        ZipEntry entry = zip.getEntry(name);
        if (entry == null) throw damaged(file, name + " is missing");
        try {
            return zip.getInputStream(entry);
        } catch (ZipException e) {
            throw damaged(file, name + ": " + e.getMessage());
        }
    }

    private byte[] content(String name, int largest) throws IOException {
        try (InputStream in = new Readable(entry(name))) {
            byte[] content = in.readNBytes(largest + 1);
            if (content.length > largest) throw damaged(file, name + " is too large");
            return content;
        }
    }

    private static Refused damaged(Path file, String what) {
        return new Refused(
                file + " は壊れています: " + what + "。別のバックアップを使ってください。",
                file + " is damaged: use another backup");
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }
}
