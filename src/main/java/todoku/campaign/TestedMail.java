package todoku.campaign;

import java.time.Instant;

/// The last test mail of a campaign.
///
/// @param failed refused, or not to be mailed at all
/// @param same   the mail has not been changed since
public record TestedMail(long mailingId, Instant at, int addresses, int delivered, int failed, boolean same) {}
