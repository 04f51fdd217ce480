package todoku.content;

import org.jspecify.annotations.Nullable;

/// The addresses of one recipient's mail: how links are rewritten, the open pixel, and where to unsubscribe.
public record Links(LinkRewriter rewriter, @Nullable String pixel, @Nullable String unsubscribeUrl) {
    /// The merge field every mail knows; it is never rewritten, so leaving does not depend on tracking.
    public static final String UNSUBSCRIBE_FIELD = "unsubscribe_url";
    /// Links lead straight to their targets, for previews and mails that are not tracked.
    public static final Links UNTRACKED = new Links((no, target) -> target, null, null);

    static boolean isWeb(String address) {
        return address.regionMatches(true, 0, "http://", 0, 7) || address.regionMatches(true, 0, "https://", 0, 8);
    }

    /// Besides the web, what may stand in a link without running anything: a value must not bring in `javascript:`.
    static boolean isHarmless(String address) {
        return address.isEmpty() || address.startsWith("#") || address.regionMatches(true, 0, "mailto:", 0, 7) || address.regionMatches(true, 0, "tel:", 0, 4);
    }
}
