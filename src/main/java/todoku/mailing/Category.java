package todoku.mailing;

import org.jspecify.annotations.Nullable;

/// What kind of message a campaign is (配信カテゴリ).
///
/// @param advertising the frequency cap holds for it
/// @param pool        through which its mail leaves when the sender has none; null: that of the kind of mail
/// @param retired     no longer to be chosen
public record Category(long id, String name, boolean advertising, @Nullable Long pool, boolean retired, int version) {
    public static final int NAME_LIMIT_CHARS = 60;
}
