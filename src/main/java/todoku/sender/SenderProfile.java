package todoku.sender;

import org.jspecify.annotations.Nullable;

/// Who a mail comes from: the name and address shown, where replies go, and where servers return what they cannot deliver.
///
/// @param pool of sending addresses its mail goes through; null = as its kind of mail decides
/// @param returnPath mailbox for bounces (RFC 5321 §4.4), separate from the reply address
public record SenderProfile(
        long id, String name, String address, @Nullable String replyTo, String returnPath, @Nullable Long pool) {
    /// Without a pool of its own.
    public SenderProfile(long id, String name, String address, @Nullable String replyTo, String returnPath) {
        this(id, name, address, replyTo, returnPath, null);
    }
}
