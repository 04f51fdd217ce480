package todoku.mail.smtp;

/// Called after everything but the end of the mail could be refused, and before the end is written.
/// When it returns, the mail may become theirs; when it throws, the mail is certainly not sent.
@FunctionalInterface
public interface BeforeDot {
    /// Nothing to note.
    BeforeDot NOTHING = () -> {};

    /// Notes that the mail is about to become theirs.
    void run() throws Exception;
}
