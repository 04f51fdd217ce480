package todoku.mail.smtp;

/// Whether to encrypt, and what must be true of their certificate.
/// @param host the name they are asked for (SNI) and known by; empty where nobody knows it
public record Tls(Level level, String host, CertificateCheck check) {
    /// How much it matters.
    public enum Level {
        /// Do not, even if they offer it.
        NEVER,
        /// Encrypt when they offer it.
        WHEN_OFFERED,
        /// Rather send nothing than in the clear.
        ALWAYS
    }

    /// Delivery between servers is opportunistic: any certificate is better than none (RFC 7435).
    public static final Tls WHEN_OFFERED = new Tls(Level.WHEN_OFFERED, "", CertificateCheck.ANY);
    public static final Tls NEVER = new Tls(Level.NEVER, "", CertificateCheck.ANY);
    public static final Tls ALWAYS = new Tls(Level.ALWAYS, "", CertificateCheck.ANY);

    /// Encrypted always, and only to one whose certificate passes.
    public static Tls checked(CertificateCheck check) {
        return new Tls(Level.ALWAYS, "", check);
    }

    /// The same, for the server with this name.
    public Tls at(String name) {
        return new Tls(level, name, check);
    }

    public boolean isAlways() {
        return level == Level.ALWAYS;
    }
}
