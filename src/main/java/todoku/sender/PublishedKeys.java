package todoku.sender;

import todoku.mail.dns.TextRecords;
import todoku.sender.SigningKey.DnsRecord;
import todoku.sender.doctor.ReservedNames;

/// Whether the world can read our keys.
public final class PublishedKeys {
    private final TextRecords texts;

    public PublishedKeys(TextRecords texts) {
        this.texts = texts;
    }

    /// Whether DNS shows this record now; spaces and further tags do not count.
    public boolean shows(DnsRecord record) {
        if (isReserved(record.name())) return false;
        String wanted = dense(record.value().substring(record.value().indexOf("p=")));
        return texts.of(record.name()).stream().anyMatch(found -> (dense(found) + ';').contains(wanted + ';'));
    }

    private static String dense(String text) {
        return text.replaceAll("\\s", "");
    }

    /// Names that exist only in books and tests.
    static boolean isReserved(String address) {
        return ReservedNames.has(address);
    }
}
