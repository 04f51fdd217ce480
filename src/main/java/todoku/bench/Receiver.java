package todoku.bench;

import java.io.IOException;
import todoku.mail.dns.MailHosts;

/// Somebody else's program that takes all mail, whatever the domain.
interface Receiver extends MailHosts, AutoCloseable {
    /// How many mails it has taken.
    long received();

    /// Its processor time, in microseconds.
    long cpu();

    @Override
    void close() throws IOException;
}
