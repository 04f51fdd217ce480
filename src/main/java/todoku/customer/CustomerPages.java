package todoku.customer;

import jakarta.servlet.http.HttpServletRequest;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.Memberships.Membership;
import todoku.event.AddressId;
import todoku.suppression.Cleaning;
import todoku.suppression.Suppressions;
import todoku.web.Page;
import todoku.web.Screen;

/// The list of customers.
@Controller
class CustomerPages {
    private static final int PAGE = 50;
    static final int LONGEST_SEARCH = 200;

    private final Customers customers;
    private final Memberships memberships;
    private final Suppressions suppressions;
    private final SelectionWords words;
    private final InstantSource clock;

    CustomerPages(Customers customers, Memberships memberships, Suppressions suppressions, SelectionWords words, InstantSource clock) {
        this.customers = customers;
        this.memberships = memberships;
        this.suppressions = suppressions;
        this.words = words;
        this.clock = clock;
    }

    /// The newest first: everybody, those found by `q`, or those of a `group`, in one `state` or in any. `below` and `above` are
    /// the ids at the edges of the page before; htmx gets the table alone.
    @GetMapping("/customers")
    @Allowed(Function.CUSTOMER_VIEW)
    View list(
            Operator by,
            Page page,
            HttpServletRequest request,
            @RequestParam(defaultValue = "") String q,
            @RequestParam(defaultValue = "0") long below,
            @RequestParam(defaultValue = "0") long above,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean part) {
        Instant begun = clock.instant();
        String text = q.substring(0, Math.min(q.length(), LONGEST_SEARCH)).strip();
        Selection asked = request.getParameter("group") == null ? searched(text, page) : words.asked(by, request);
        Customers.Found find = switch (asked) {
            case Selection.InGroup(long group, var state) -> new Customers.Found.OfGroup(group, state);
            case Selection.Found(String searched, boolean whole) -> customers.found(new Words(searched, whole));
            case Selection.Everybody _, Selection.Ticked _ -> new Customers.Found.Everybody();
        };
        List<Customer> found = above > 0
                ? customers.after(find, above, PAGE + 1)
                : customers.before(find, below > 0 ? below : Long.MAX_VALUE, PAGE + 1);
        boolean more = found.size() > PAGE;
        List<Customer> shown = more ? found.subList(0, PAGE) : found;
        if (above > 0) shown = shown.reversed();
        CustomerRows rows = new CustomerRows(
                rows(by, shown),
                text,
                asked,
                asked instanceof Selection.InGroup ? words.said(page, asked) : null,
                customers.count(find),
                Duration.between(begun, clock.instant()),
                (above > 0 ? more : below > 0) ? href(asked, "above", edge(shown, true, below)) : null,
                (above > 0 || more) ? href(asked, "below", edge(shown, false, above)) : null);
        return Screen.of(part ? "customer/rows" : "customer/list").with("rows", rows);
    }

    private static Selection searched(String text, Page page) {
        boolean whole = page.mask().masked();
        return new Words(text, whole).none() ? new Selection.Everybody() : new Selection.Found(text, whole);
    }

    private List<CustomerRows.Row> rows(Operator by, List<Customer> shown) {
        Map<Long, List<Membership>> groups =
                memberships.of(shown.stream().map(Customer::id).toList(), by.departments(Function.CUSTOMER_VIEW)).stream()
                        .collect(Collectors.groupingBy(Membership::customerId));
        Set<AddressId> suppressed =
                suppressions.among(shown.stream().map(customer -> new AddressId(customer.addressId())).toList());
        Map<AddressId, Cleaning> cleanings = suppressions.cleanings(suppressed);
        return shown.stream()
                .map(customer -> new CustomerRows.Row(
                        customer,
                        groups.getOrDefault(customer.id(), List.of()),
                        suppressed.contains(new AddressId(customer.addressId())),
                        cleanings.get(new AddressId(customer.addressId()))))
                .toList();
    }

    /// The first or last id of the page; when it came out empty, the way back to where the reader was.
    private static long edge(List<Customer> shown, boolean first, long otherwise) {
        if (shown.isEmpty()) return first ? Math.max(0, otherwise - 1) : otherwise + 1;
        return (first ? shown.getFirst() : shown.getLast()).id();
    }

    private static String href(Selection selection, String edge, long id) {
        String query = CustomerRows.query(selection);
        return "/customers" + (query.isEmpty() ? "?" : query + "&") + edge + "=" + id;
    }
}
