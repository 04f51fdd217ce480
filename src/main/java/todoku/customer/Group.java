package todoku.customer;

/// A customer group (顧客グループ): whom a campaign is sent to.
public record Group(long id, long departmentId, String name) {

    /// How many members are in which state.
    public record Counts(long subscribed, long unsubscribed, long banned) {
        public long all() {
            return subscribed + unsubscribed + banned;
        }
    }
}
