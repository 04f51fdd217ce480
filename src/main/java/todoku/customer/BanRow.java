package todoku.customer;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.suppression.Suppressions.Reason;

/// One line of the list of addresses and domains that are not mailed.
///
/// @param id       of the address, or of the domain
/// @param text     the address or the domain
/// @param customer who has the address; null: nobody
/// @param by       who put it there; null: a failure, or the person
public record BanRow(
        long id, String text, Reason reason, Instant since, @Nullable String note, @Nullable String by, @Nullable Long customer) {

    /// Where the next page begins.
    String place() {
        return since.getEpochSecond() + "." + since.getNano() + "." + id + "." + reason;
    }
}
