package todoku.customer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 重複の候補: who is probably there twice, both side by side, and making them one.
@Controller
class DuplicatePages {
    private static final int SHOWN = 50;

    private final Duplicates duplicates;
    private final DuplicateSearch search;
    private final Customers customers;
    private final Memberships memberships;

    DuplicatePages(Duplicates duplicates, DuplicateSearch search, Customers customers, Memberships memberships) {
        this.duplicates = duplicates;
        this.search = search;
        this.customers = customers;
        this.memberships = memberships;
    }

    @GetMapping("/customers/duplicates")
    @Allowed(Function.CUSTOMER_DELETE)
    View list(
            @RequestParam(defaultValue = "0") long first, @RequestParam(defaultValue = "0") long second,
            @RequestParam(defaultValue = "") String same) {
        boolean shared = same.equals("address");
        DuplicateSearch.@Nullable Found found = shared ? null : search.current();
        List<DuplicatePair> pairs = duplicates.after(first, second, shared, SHOWN + 1);
        return Screen.of("customer/duplicates").with("pairs", pairs.subList(0, Math.min(SHOWN, pairs.size()))).with("more", pairs.size() > SHOWN).with("shared", shared)
                .with("found", found);
    }

    @PostMapping("/customers/duplicates")
    @Allowed(Function.CUSTOMER_DELETE)
    View searchAgain() {
        search.search();
        return Redirect.to("/customers/duplicates");
    }

    @GetMapping("/customers/duplicates/{kept}/{other}")
    @Allowed(Function.CUSTOMER_DELETE)
    View confirm(Operator operator, Page page, @PathVariable long kept, @PathVariable long other) {
        return confirmScreen(operator, page, customer(kept), customer(other), null);
    }

    @PostMapping("/customers/duplicates/{kept}/{other}")
    @Allowed(Function.CUSTOMER_DELETE)
    View merge(Operator operator, Page page, @PathVariable long kept, @PathVariable long other, @RequestParam int keptVersion, @RequestParam int otherVersion) {
        seesPersonalData(operator);
        Customer one = customer(kept), two = customer(other);
        boolean seen = one.version() == keptVersion && two.version() == otherVersion;
        if (!seen || !duplicates.merge(operator, one, two))
            return confirmScreen(operator, page, customer(kept), customer(other), page.t("web.stale", page.t("customer.this")));
        return Redirect.to("/customers/" + kept).saying(page.t("customer.duplicate.merged"));
    }

    private Screen confirmScreen(Operator operator, Page page, Customer kept, Customer other, @Nullable String error) {
        seesPersonalData(operator);
        if (kept.id() == other.id()) throw new NotFound();
        Map<String, String> one = CustomerForm.of(kept).typed(), two = CustomerForm.of(other).typed();
        Set<String> keys = new LinkedHashSet<>(one.keySet());
        keys.addAll(two.keySet());
        List<List<String>> lines = new ArrayList<>();
        for (String key : keys) {
            String mine = one.getOrDefault(key, ""), theirs = two.getOrDefault(key, "");
            boolean address = key.equals("address");
            if (!mine.isEmpty() || !theirs.isEmpty())
                lines.add(List.of(label(page, key), mine, theirs, address || !mine.isEmpty() ? mine : theirs));
        }
        return Screen.of("customer/duplicate")
                .with("kept", kept)
                .with("other", other)
                .with("lines", lines)
                .with("groups", memberships.of(List.of(kept.id(), other.id()), operator.departments(Function.CUSTOMER_VIEW)))
                .with("error", error)
                .status(error == null ? HttpStatus.OK : HttpStatus.CONFLICT);
    }

    private static String label(Page page, String key) {
        if (key.startsWith(CustomerForm.CUSTOM)) return key.substring(CustomerForm.CUSTOM.length());
        return page.t(key.equals("address") ? "customer.duplicate.address" : "customer.field." + key);
    }

    private Customer customer(long id) {
        return customers.find(id).orElseThrow(NotFound::new);
    }

    private static void seesPersonalData(Operator operator) {
        if (!operator.may(Function.PERSONAL_DATA)) throw new NotAllowed(Function.PERSONAL_DATA);
    }
}
