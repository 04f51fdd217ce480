package todoku.customer;

import org.jspecify.annotations.Nullable;

/// A customer group (顧客グループ): whom a campaign is sent to.
public record Group(long id, long departmentId, String name) {

    /// How many members are in which state.
    public record Counts(long subscribed, long unsubscribed, long banned) {
        /// @param state null: all of them
        long of(Memberships.@Nullable State state) {
            return switch (state) {
                case null -> all();
                case SUBSCRIBED -> subscribed;
                case UNSUBSCRIBED -> unsubscribed;
                case BANNED -> banned;
            };
        }

        public long all() {
            return subscribed + unsubscribed + banned;
        }
    }
}
