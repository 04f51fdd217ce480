package todoku.customer;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.mail.address.MailAddress;

/// Keeps what the lines of a file say about who agreed to be mailed.
public interface ConsentKeeper {
    /// One line.
    ///
    /// @param number where it says who is meant; null: the first who has the address is
    record Stated(MailAddress address, @Nullable String number, Agreement agreement) {}

    /// Runs in the transaction in which the lines are registered. What was kept before is kept once.
    void keep(long importId, List<Stated> lines, Instant now);
}
