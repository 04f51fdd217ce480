package todoku.event;

/// The number of one mail address; the address itself can be erased without touching what refers to it.
public record AddressId(long value) {}
