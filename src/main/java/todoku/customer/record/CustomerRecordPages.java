package todoku.customer.record;

import java.time.DateTimeException;
import java.time.Instant;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.web.NotFound;
import todoku.web.Screen;

/// The records of a customer behind the newest ones.
@Controller
class CustomerRecordPages {
    private final RecordKinds kinds;
    private final CustomerRecords records;

    CustomerRecordPages(RecordKinds kinds, CustomerRecords records) {
        this.kinds = kinds;
        this.records = records;
    }

    /// htmx gets the rows alone.
    ///
    /// @param at    with `below`: the last record of the page before
    @GetMapping("/customers/{id}/records/{kind}")
    @Allowed(Function.CUSTOMER_VIEW)
    View more(
            @PathVariable long id,
            @PathVariable long kind,
            @RequestParam(defaultValue = "") String at,
            @RequestParam(defaultValue = "" + Long.MAX_VALUE) long below,
            @RequestHeader(name = "HX-Request", defaultValue = "false") boolean part) {
        CustomerRecords.Part found = records.after(id, kinds.find(kind).orElseThrow(NotFound::new), moment(at), below);
        return Screen.of(part ? "record/rows" : "record/more").with("customer", id).with("part", found);
    }

    private static Instant moment(String at) {
        try {
            return at.isEmpty() ? LAST : Instant.parse(at);
        } catch (DateTimeException e) {
            throw new NotFound();
        }
    }

    /// Behind every record.
    private static final Instant LAST = Instant.parse("9999-12-31T00:00:00Z");
}
