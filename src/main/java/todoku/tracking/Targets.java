package todoku.tracking;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import todoku.database.Database;

/// Where the links of a mailing lead. Read once and kept: the version of a mail that is sent never changes.
final class Targets {
    /// A few mailings have nearly all the clicks; each has at most some hundred links.
    private static final int MAILINGS = 500;

    /// What proxies and browsers still carry in a header.
    private static final int LOCATION_BYTES = 8_000;

    private final Database database;
    private final Map<Long, Map<Integer, String>> known = new LinkedHashMap<>(16, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Map<Integer, String>> eldest) {
            return size() > MAILINGS;
        }
    };

    Targets(Database database) {
        this.database = database;
    }

    /// Ready for a `Location` header; empty if the mail has no such link.
    Optional<String> of(long mailing, int linkNo) {
        Map<Integer, String> links = remembered(mailing);
        if (links == null) {
            links = read(mailing);
            if (!links.isEmpty()) remember(mailing, links);
        }
        return Optional.ofNullable(links.get(linkNo));
    }

    private synchronized @Nullable Map<Integer, String> remembered(long mailing) {
        return known.get(mailing);
    }

    private synchronized void remember(long mailing, Map<Integer, String> links) {
        known.put(mailing, links);
    }

    private Map<Integer, String> read(long mailing) {
        var links = new HashMap<Integer, String>();
        database.client()
                .sql("""
                        SELECT l.link_no, l.target FROM tracked_link l
                          JOIN mailing m ON m.mail_version_id = l.mail_version_id
                         WHERE m.id = :mailing
                        """)
                .param("mailing", mailing)
                .query(row -> {
                    int linkNo = row.getInt(1);
                    location(row.getString(2)).ifPresent(location -> links.put(linkNo, location));
                });
        return links;
    }

    /// Only the web, and only characters a header may have: what else is visible is written in per cent (RFC 3986).
    static Optional<String> location(String target) {
        String lower = target.toLowerCase(Locale.ROOT);
        if (!lower.startsWith("https://") && !lower.startsWith("http://")) return Optional.empty();
        var out = new StringBuilder(target.length());
        for (byte b : target.getBytes(UTF_8)) {
            if (b >= 0 && b < ' ' || b == 0x7f) return Optional.empty();
            if (b > ' ') out.append((char) b);
            else out.append('%').append(String.format("%02X", b));
        }
        return out.length() > LOCATION_BYTES ? Optional.empty() : Optional.of(out.toString());
    }
}
