package todoku.customer;

/// What the page before an import holds on to until the operator has decided.
///
/// @param token     the kept file
/// @param group     0: a new one, or none
/// @param groupName its name, of a new one too
public record ImportForm(
        String token, String file, long group, String groupName, ImportMode mode, ImportKey key, String consentSource, ImportReading reading) {}
