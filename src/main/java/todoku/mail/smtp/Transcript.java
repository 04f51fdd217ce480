package todoku.mail.smtp;

import java.util.List;

/// What was said on the way of one mail, and how long each step took. Nothing of the mail itself, and none of our commands:
/// they name people.
/// @param host the name of the receiving server; empty when nobody knows it
/// @param tls protocol and cipher; empty in the clear
/// @param mail how many mails this connection had seen, this one counted; 0 when it never came to one
public record Transcript(String host, String ip, String tls, int mail, List<Step> steps) {
    public Transcript {
        steps = List.copyOf(steps);
    }

    /// One step.
    /// @param said their reply or what went wrong, word for word; empty when nobody said anything
    public record Step(Part part, long micros, String said) {}

    /// Steps in their order.
    public enum Part {
        CONNECT,
        GREETING,
        EHLO,
        STARTTLS,
        /// The handshake.
        TLS,
        /// The end of the transaction before.
        RSET,
        MAIL,
        RCPT,
        DATA,
        /// The mail on its way.
        BODY,
        /// Their answer to its end.
        DOT,
        /// The line was cut, nobody answered in time, or no sense was in the answer.
        CUT
    }
}
