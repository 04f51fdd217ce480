package todoku.sender;

import org.jspecify.annotations.Nullable;

/// Who a mail comes from: the name and address shown, where replies go, and where servers return what they cannot deliver.
///
/// @param returnPath mailbox for bounces (RFC 5321 §4.4), separate from the reply address
public record SenderProfile(long id, String name, String address, @Nullable String replyTo, String returnPath) {}
