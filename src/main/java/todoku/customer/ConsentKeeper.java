package todoku.customer;

import java.time.Instant;
import java.util.List;
import todoku.mail.address.MailAddress;

/// Keeps what the lines of a file say about who agreed to be mailed.
public interface ConsentKeeper {
    /// One line.
    record Stated(MailAddress address, Agreement agreement) {}

    /// Runs in the transaction in which the lines are registered. What was kept before is kept once.
    void keep(long importId, List<Stated> lines, Instant now);
}
