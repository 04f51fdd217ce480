package todoku.mail.smtp;

/// How opening a connection ended.
public sealed interface Opening {
    /// Ready for mails; the caller closes it.
    record Opened(SmtpConnection connection) implements Opening {}

    /// They said no.
    record RefusedAt(Stage stage, Reply reply) implements Opening {}

    /// Nobody there, no answer in time, or no sense in the answer.
    /// At [Stage#STARTTLS] the caller may connect again with [Tls#NEVER].
    record FailedAt(Stage stage, String why) implements Opening {}

    /// Not as safe as it must be: nothing was sent, and nothing may be sent in the clear.
    record NotSafe(TlsTrouble trouble) implements Opening {}
}
