package todoku.customer.timeline;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.Customer;
import todoku.customer.Customers;
import todoku.web.NotFound;
import todoku.web.Screen;

/// これまでのできごと: what is behind the newest on the page of a customer.
@Controller
class TimelinePages {
    private final Customers customers;
    private final Timeline timeline;

    TimelinePages(Customers customers, Timeline timeline) {
        this.customers = customers;
        this.timeline = timeline;
    }

    /// htmx gets the lines alone; without script they are a page of their own.
    @GetMapping("/customers/{id}/timeline")
    @Allowed(Function.CUSTOMER_VIEW)
    View timeline(
            Operator operator,
            @PathVariable long id,
            @RequestParam(defaultValue = "ALL") Sort sort,
            @RequestParam(defaultValue = "") String before,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean part) {
        Customer customer = customers.find(id).orElseThrow(NotFound::new);
        return Screen.of(part ? "customer/timeline/lines" : "customer/timeline/page")
                .with("customer", customer)
                .with("part", timeline.of(id, customer.addressId(), operator.departments(Function.CUSTOMER_VIEW), sort, before));
    }
}
