package todoku.backup;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import todoku.mailing.Partitions;

/// What is in a backup; the entry `manifest.json` of the file.
///
/// @param format of the file; a program reads its own and older ones
/// @param product who wrote it
/// @param schema the newest migration of the database it comes from
/// @param tables in an order in which every row comes after those it refers to
/// @param sequences the last number given by each
/// @param partitions of the tables that are partitioned by mailing
/// @param files of the data directory, beside the sealed key
public record Manifest(
        int format,
        String product,
        String schema,
        Instant madeAt,
        Passphrase.Stretching passphrase,
        List<Part> tables,
        Map<String, Long> sequences,
        List<Partitions.Range> partitions,
        List<Copy> files) {

    static final int FORMAT = 1;

    /// One table, as `COPY` writes it.
    public record Part(String name, List<String> columns, long rows, String sha256) {
        public Part {
            plain(name);
            columns.forEach(Manifest::plain);
            columns = List.copyOf(columns);
        }

        String entry() {
            return "tables/" + name + ".copy";
        }

        String columnList() {
            return "\"" + String.join("\", \"", columns) + "\"";
        }
    }

    /// One file.
    public record Copy(String name, String sha256) {
        public Copy {
            if (!DataFiles.NAMES.contains(name)) throw new IllegalArgumentException("not a file of ours: " + name);
        }

        String entry() {
            return "files/" + name;
        }
    }

    public Manifest {
        sequences.keySet().forEach(Manifest::plain);
        tables = List.copyOf(tables);
        sequences = Map.copyOf(sequences);
        partitions = List.copyOf(partitions);
        files = List.copyOf(files);
    }

    /// Of all tables.
    public long rows() {
        return tables.stream().mapToLong(Part::rows).sum();
    }

    /// Becomes part of a statement: nothing but a name may come from a file.
    private static void plain(String name) {
        if (!name.matches("[a-z][a-z0-9_]{0,62}")) throw new IllegalArgumentException("not a name: " + name);
    }
}
