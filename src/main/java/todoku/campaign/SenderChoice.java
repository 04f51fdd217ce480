package todoku.campaign;

/// A sender that can be chosen.
///
/// @param signs its domain has a key
public record SenderChoice(long id, String name, String address, boolean signs) {}
