package todoku.customer;

import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import todoku.customer.Memberships.Membership;
import todoku.suppression.Cleaning;

/// One page of the list of customers, as it is shown.
///
/// @param selection whose they are: everybody, those found, or those of a group
/// @param group     in words; null: not of one group
/// @param found how many there are; above [Customers#COUNT_LIMIT] it is "more than that"
/// @param newer address of the page before, null on the first one
/// @param older address of the page behind, null on the last one
public record CustomerRows(
        List<Row> rows, String text, Selection selection, @Nullable String group, long found, Duration took, @Nullable String newer, @Nullable String older) {

    /// One customer; `suppressed` when no mail may go to the address.
    ///
    /// @param cleaning why mail to it fails for good; null: it does not
    public record Row(Customer customer, List<Membership> groups, boolean suppressed, @Nullable Cleaning cleaning) {}

    /// Whether the search found more than is counted.
    public boolean uncounted() {
        return !text.isEmpty() && found > Customers.COUNT_LIMIT;
    }

    public long shownCount() {
        return uncounted() ? Customers.COUNT_LIMIT : found;
    }

    /// What a page about these customers is asked with.
    public String query() {
        return query(selection);
    }

    static String query(Selection selection) {
        String query = selection.fields().stream().map(field -> field.getKey() + "=" + URLEncoder.encode(field.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
        return query.isEmpty() ? "" : "?" + query;
    }

    /// `0.06`
    public String seconds() {
        return String.format(Locale.ROOT, "%.2f", took.toMillis() / 1000.0);
    }
}
