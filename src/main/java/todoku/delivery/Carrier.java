package todoku.delivery;

import todoku.mail.smtp.Reply;
import todoku.mail.smtp.SmtpConnection;

/// Finds the servers of a domain and opens connections to them: the door to the outside world.
public interface Carrier {
    Connecting connect(String domain);

    /// Who serves a domain; domains with the same answer are one destination. May block.
    default Served served(String domain) {
        return new Served.By(domain);
    }

    /// The servers of a domain.
    sealed interface Served {
        /// These, named in one way always.
        record By(String hosts) implements Served {}

        /// Nobody takes mail there.
        record Nowhere(String why) implements Served {}

        /// DNS did not know just now.
        record Later(String why) implements Served {}
    }

    /// How connecting ended.
    sealed interface Connecting {
        record Ready(SmtpConnection connection) implements Connecting {}

        /// They do not want us.
        record Refused(Reply reply) implements Connecting {}

        /// Their DNS says that nobody takes mail there.
        record Nowhere(String why) implements Connecting {}

        /// Nobody answered.
        record Failed(String why) implements Connecting {}
    }
}
