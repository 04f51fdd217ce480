package todoku.mail.dns;

/// Knows where mail for a domain goes. Safe for many threads; may block.
@FunctionalInterface
public interface MailHosts {
    /// The route to this domain, which is the part of an address after the `@`.
    Route resolve(String domain);
}
