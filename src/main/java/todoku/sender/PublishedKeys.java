package todoku.sender;

import java.util.List;
import todoku.mail.dns.TextRecords;
import todoku.sender.SigningKey.DnsRecord;

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

    /// Names that exist only in books and tests (RFC 2606, RFC 6761).
    static boolean isReserved(String address) {
        String domain = address.substring(address.lastIndexOf('@') + 1);
        String last = domain.substring(domain.lastIndexOf('.') + 1);
        return List.of("example", "test", "invalid", "localhost").contains(last)
                || domain.matches("(.*\\.)?example\\.(com|net|org|jp|co\\.jp|ne\\.jp)");
    }
}
