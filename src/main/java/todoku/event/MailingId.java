package todoku.event;

/// The number of one mailing: everything sent belongs to one.
public record MailingId(long value) {}
