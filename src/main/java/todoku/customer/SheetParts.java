package todoku.customer;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.Serial;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/// The parts of a workbook (Office Open XML in a ZIP file), each read up to a limit: nothing is trusted about its size.
final class SheetParts implements AutoCloseable {
    private static final int ENTRY_LIMIT = 10_000;

    /// What fits into memory beside everything else.
    private static final long PART_LIMIT_BYTES = 16L << 20;
    private static final long TEXTS_LIMIT_BYTES = 96L << 20;
    private static final long SHEET_LIMIT_BYTES = 2L << 30;

    /// No sheet that somebody filled in is compressed so well.
    private static final long RATIO_LIMIT = 300;
    private static final long RATIO_FROM_BYTES = 64L << 20;

    /// Excel has no more.
    private static final int CELL_LIMIT_CHARS = 32_767;

    private static final XMLInputFactory XML = factory();

    private final ZipFile zip;

    /// The file cannot be read, and its owner is told why.
    static final class Refusal extends IOException {
        @Serial private static final long serialVersionUID = 1;

        final String why;

        Refusal(String why) {
            super(why);
            this.why = why;
        }
    }

    /// What a part points to.
    record Target(String id, String type, String part) {}

    SheetParts(Path file) throws IOException {
        this.zip = new ZipFile(file.toFile());
        if (zip.size() > ENTRY_LIMIT) {
            zip.close();
            throw new Refusal("ファイルの中身が多すぎます。CSV（UTF-8）で保存し直してください。");
        }
    }

    /// No document types, so no entities that grow and none from elsewhere.
    private static XMLInputFactory factory() {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        return factory;
    }

    boolean has(String name) {
        return zip.getEntry(name) != null;
    }

    /// What a part, or the whole file (`""`), points to.
    List<Target> targets(String part) throws IOException, XMLStreamException {
        int slash = part.lastIndexOf('/');
        String folder = part.substring(0, slash + 1), rels = folder + "_rels/" + part.substring(slash + 1) + ".rels";
        List<Target> targets = new ArrayList<>();
        if (!has(rels)) return targets;
        read(rels, PART_LIMIT_BYTES, "ファイルの中身", (xml, event) -> {
            if (event == XMLStreamReader.START_ELEMENT && xml.getLocalName().equals("Relationship")) {
                String to = value(xml, "Target"), type = value(xml, "Type");
                targets.add(new Target(value(xml, "Id"), type.substring(type.lastIndexOf('/') + 1), to.startsWith("/") ? to.substring(1) : folder + to));
            }
        });
        return targets;
    }

    interface Event {
        void seen(XMLStreamReader xml, int event) throws XMLStreamException, IOException;
    }

    void small(String part, Event to) throws IOException, XMLStreamException {
        read(part, PART_LIMIT_BYTES, "書式の数", to);
    }

    void sheet(String part, Event to) throws IOException, XMLStreamException {
        read(part, SHEET_LIMIT_BYTES, "シート", to);
    }

    /// The texts of all sheets, by their number; readings written above them (ふりがな) are no part of them.
    List<String> texts(String part) throws IOException, XMLStreamException {
        List<String> texts = new ArrayList<>();
        var text = new StringBuilder();
        int[] above = {0};
        boolean[] inside = {false};
        read(part, TEXTS_LIMIT_BYTES, "文字の量", (xml, event) -> {
            switch (event) {
                case XMLStreamReader.START_ELEMENT -> {
                    if (xml.getLocalName().equals("rPh")) above[0]++;
                    inside[0] = xml.getLocalName().equals("t") && above[0] == 0;
                }
                case XMLStreamReader.CHARACTERS, XMLStreamReader.CDATA -> {
                    if (inside[0]) append(text, xml);
                }
                case XMLStreamReader.END_ELEMENT -> {
                    inside[0] = false;
                    if (xml.getLocalName().equals("rPh")) above[0]--;
                    if (xml.getLocalName().equals("si")) {
                        texts.add(text.toString());
                        text.setLength(0);
                    }
                }
                default -> { }
            }
        });
        return texts;
    }

    /// A piece of the text of one cell.
    static void append(StringBuilder text, XMLStreamReader xml) throws Refusal {
        if (text.length() > CELL_LIMIT_CHARS) throw new Refusal("1つのセルの文字が多すぎます（" + CELL_LIMIT_CHARS + "文字まで）。");
        text.append(xml.getText());
    }

    private void read(String part, long limit, String what, Event to) throws IOException, XMLStreamException {
        @Nullable ZipEntry entry = zip.getEntry(part);
        if (entry == null) throw new IOException("no part " + part);
        try (InputStream in = new Limited(zip.getInputStream(entry), limit, entry.getCompressedSize(), what)) {
            XMLStreamReader xml = XML.createXMLStreamReader(in);
            while (xml.hasNext()) to.seen(xml, xml.next());
        }
    }

    /// Of an attribute, whatever its name space; empty when it is not there.
    static String value(XMLStreamReader xml, String name) {
        for (int i = 0; i < xml.getAttributeCount(); i++) if (xml.getAttributeLocalName(i).equals(name)) return xml.getAttributeValue(i);
        return "";
    }

    static Map<String, String> byId(List<Target> targets) {
        Map<String, String> parts = new HashMap<>();
        for (Target target : targets) parts.put(target.id(), target.part());
        return parts;
    }

    @Override
    public void close() throws IOException {
        zip.close();
    }

    private static final class Limited extends FilterInputStream {
        private final long limit;
        private final long compressed;
        private final String what;
        private long read;

        Limited(InputStream in, long limit, long compressed, String what) {
            super(in);
            this.limit = limit;
            this.compressed = compressed;
            this.what = what;
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            if (one >= 0) count(1);
            return one;
        }

        @Override
        public int read(byte[] to, int from, int length) throws IOException {
            int some = super.read(to, from, length);
            if (some > 0) count(some);
            return some;
        }

        private void count(int some) throws Refusal {
            read += some;
            if (read > limit || read > RATIO_FROM_BYTES && read / RATIO_LIMIT > compressed)
                throw new Refusal("Excelファイルとしては" + what + "が大きすぎます。CSV（UTF-8）で保存し直してください。");
        }
    }
}
