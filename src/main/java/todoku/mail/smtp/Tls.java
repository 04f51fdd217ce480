package todoku.mail.smtp;

/// Whether to encrypt. Delivery between servers is opportunistic: any certificate is better than none (RFC 7435).
public enum Tls {
    /// Encrypt when they offer it.
    WHEN_OFFERED,
    /// Do not, even if they offer it.
    NEVER
}
