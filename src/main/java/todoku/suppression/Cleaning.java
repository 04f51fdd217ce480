package todoku.suppression;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.event.AddressId;
import todoku.event.Reason;

/// クリーニングフラグ: mail to this address fails for good.
///
/// @param reason of the failure that set it; null when somebody of the house did
/// @param reply  of the receiving server, as it came
/// @param note   what somebody of the house said about it
/// @param by     their name
public record Cleaning(
        AddressId address, Instant since, @Nullable Reason reason, @Nullable String reply, @Nullable String note, @Nullable String by) {}
