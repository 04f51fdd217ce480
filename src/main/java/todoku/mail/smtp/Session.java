package todoku.mail.smtp;

import java.net.InetAddress;

/// What our server answers during one connection; one object per connection, called by one thread.
/// Every stage is accepted unless told otherwise.
public interface Session {
    /// The greeting.
    default Answer connected(InetAddress peer) {
        return Answer.say(220, "ESMTP ready");
    }

    /// MAIL FROM; empty for a bounce.
    default Answer mail(String from) {
        return Answer.say(250, "2.1.0 Ok");
    }

    /// RCPT TO.
    default Answer rcpt(String to) {
        return Answer.say(250, "2.1.5 Ok");
    }

    /// DATA, before the mail; 354 asks for it.
    default Answer data() {
        return Answer.say(354, "End data with <CR><LF>.<CR><LF>");
    }

    /// The end of a mail. A positive answer takes responsibility for it.
    Answer message(Incoming mail);

    /// The connection is gone.
    default void ended() {}
}
