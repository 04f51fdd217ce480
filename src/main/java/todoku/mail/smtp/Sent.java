package todoku.mail.smtp;

/// How sending one mail ended: every way, and no other.
public sealed interface Sent {
    /// It is theirs now.
    record Accepted(Reply reply) implements Sent {}

    /// They said no, at this stage; the mail is not theirs.
    record RefusedAt(Stage stage, Reply reply) implements Sent {}

    /// An address needs SMTPUTF8 (RFC 6531), and they do not offer it. Nothing was said to them; the connection goes on.
    record NeedsUtf8() implements Sent {}

    /// The connection broke before the end of the mail was written: certainly not theirs.
    /// @param reset by a TCP reset, not by an orderly end
    record CutBeforeDot(String why, boolean reset) implements Sent {}

    /// The connection broke after the end of the mail was written and before their answer: nobody knows. Some servers
    /// reset a connection when they have had enough of us.
    record CutAfterDot(String why, boolean reset) implements Sent {}
}
