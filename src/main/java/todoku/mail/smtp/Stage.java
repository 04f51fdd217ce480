package todoku.mail.smtp;

/// How far the conversation had come.
public enum Stage {
    /// Before the TCP connection stood.
    CONNECT,
    /// Their first line.
    GREETING,
    /// EHLO, or HELO after it.
    EHLO,
    /// Turning on encryption.
    STARTTLS,
    /// MAIL FROM.
    MAIL,
    /// RCPT TO.
    RCPT,
    /// DATA, before the mail itself.
    DATA,
    /// The end of the mail: from here on it may be theirs.
    DOT
}
