package todoku.sender;

import java.util.List;
import java.util.function.Function;
import todoku.sender.SigningKey.DnsRecord;
import todoku.sender.doctor.ReservedNames;

/// Whether the world can read our keys.
public final class PublishedKeys {
    private final Function<String, List<String>> texts;

    /// @param texts the TXT records of a name; none when nobody answers
    public PublishedKeys(Function<String, List<String>> texts) {
        this.texts = texts;
    }

    /// Whether DNS shows this record now; spaces and further tags do not count.
    public boolean shows(DnsRecord record) {
        if (isReserved(record.name())) return false;
        String wanted = dense(record.value().substring(record.value().indexOf("p=")));
        return texts.apply(record.name()).stream().anyMatch(found -> (dense(found) + ';').contains(wanted + ';'));
    }

    private static String dense(String text) {
        return text.replaceAll("\\s", "");
    }

    /// Names that exist only in books and tests.
    static boolean isReserved(String address) {
        return ReservedNames.has(address);
    }
}
