package todoku.customer;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import todoku.suppression.Suppressions.Reason;

/// What the list of bans is narrowed to, and what was typed into its form.
///
/// @param reason null: any
public record BanView(
        String q, boolean domains, @Nullable Reason reason, String pasted, String chosen, String note, @Nullable String error) {

    String href(String after) {
        StringBuilder href = new StringBuilder("/customers/bans?after=").append(encoded(after));
        if (domains) href.append("&of=domains");
        if (!q.isEmpty()) href.append("&q=").append(encoded(q));
        if (reason != null) href.append("&reason=").append(reason);
        return href.toString();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
