package todoku.delivery;

import todoku.mail.smtp.Reply;
import todoku.mail.smtp.SmtpConnection;

/// Finds the servers of a destination and opens connections to them: the door to the outside world.
public interface Carrier {
    Connecting connect(String destination);

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
