package todoku.delivery;

import todoku.web.Page;

/// Addresses that send together: what one of them may not, another does.
/// @param name empty for the one that is always there, until somebody gives it a name
public record SendingPool(long id, String name, int version, int addresses, int senders, int categories) {
    /// The one that is always there.
    static final long STANDARD = 1;

    public String name(Page page) {
        return name.isEmpty() ? page.t("delivery.pool.standard") : name;
    }

    public boolean canGo(Defaults defaults) {
        return id != STANDARD && addresses == 0 && senders == 0 && categories == 0
                && defaults.marketing() != id && defaults.transactional() != id;
    }

    /// Through which pools mail goes whose sender and category have none.
    public record Defaults(long marketing, long transactional, int version) {}
}
