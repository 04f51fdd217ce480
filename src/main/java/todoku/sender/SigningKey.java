package todoku.sender;

import java.time.Instant;
import org.jspecify.annotations.Nullable;
import todoku.mail.dkim.DkimAlgorithm;

/// One key of a signing domain, without its secret.
///
/// @param record         what the domain publishes for it; nothing any more when it is retired
/// @param publishedUntil until when the record of a leaving key must stay
public record SigningKey(
        long id,
        String selector,
        DkimAlgorithm algorithm,
        State state,
        @Nullable DnsRecord record,
        Instant madeAt,
        @Nullable Instant signsFrom,
        @Nullable Instant publishedUntil) {

    /// A key's way. Back from leaving to signing is allowed; retired is the end: the secret is gone.
    public enum State {
        /// 準備中: made, to be published, signs nothing yet.
        PREPARED,
        /// 使用中.
        SIGNING,
        /// 退役予定: signs nothing more, but what it has signed is still under way or read again.
        LEAVING,
        /// 退役: its record can be removed.
        RETIRED;

        public String key() {
            return "sender.key.state." + name();
        }
    }

    /// A TXT record.
    ///
    /// @param value its text, in one piece
    public record DnsRecord(String name, String value) {}

    /// Whether its record should be there.
    public boolean isPublished() {
        return state == State.SIGNING || state == State.LEAVING;
    }
}
