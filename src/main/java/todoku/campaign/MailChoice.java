package todoku.campaign;

import java.time.Instant;

/// A mail that can be sent.
public record MailChoice(long id, String name, String subject, String format, Instant changedAt) {}
