package todoku.campaign;

/// Somebody a test mail can be read as, masked for the operator.
public record Reader(long id, String name, String address) {}
