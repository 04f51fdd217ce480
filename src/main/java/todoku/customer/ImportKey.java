package todoku.customer;

import java.util.Optional;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;

/// The column by which an import knows that a line is about somebody who is there already. The names are stored.
public enum ImportKey {
    ADDRESS,

    /// 会員番号: the address may change.
    NUMBER;

    /// Whether a column of this header probably holds it.
    public boolean isNamedBy(String header) {
        String folded = Columns.folded(header);
        return this == ADDRESS ? Columns.isAddressName(folded) : StandardField.named(folded).equals(Optional.of(StandardField.NUMBER));
    }

    /// What two lines about the same person have in common. A line without it was refused.
    String of(Line.Good line) {
        return this == ADDRESS ? line.canonical() : String.valueOf(line.customerNumber());
    }

    /// A cell of the key's column as it is compared; empty when nobody can have it.
    public String canonical(String cell) {
        return switch (this) {
            case ADDRESS -> MailAddress.parse(cell) instanceof Parsing.Parsed(MailAddress address, boolean rfcViolating) ? address.canonical() : "";
            case NUMBER -> Cell.plain(cell);
        };
    }
}
