package todoku.customer.consent;

import java.net.InetAddress;
import java.net.URI;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import todoku.access.Caller;
import todoku.access.Function;
import todoku.access.Scope;
import todoku.access.Scoped;
import todoku.customer.Agreement;
import todoku.customer.Cell;
import todoku.customer.Customer;
import todoku.customer.Customers;
import todoku.customer.Groups;
import todoku.customer.consent.Consent.Source;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.api.ApiDocument;
import todoku.web.api.Body;
import todoku.web.api.Cursor;
import todoku.web.api.Refusal;
import todoku.web.api.Wrong;

/// The consents of one customer, for programs: read, and recorded. What a line of an import may say, a program may say.
@RestController
@RequestMapping(ApiDocument.BASE + "/customers/{id}/consents")
class ConsentApi {
    private final Database database;
    private final Customers customers;
    private final Consents consents;
    private final ConsentDesk desk;
    private final Groups groups;
    private final InstantSource clock;
    private final ZoneId zone;

    ConsentApi(Database database, Customers customers, Consents consents, ConsentDesk desk, Groups groups, InstantSource clock, ZoneId zone) {
        this.database = database;
        this.customers = customers;
        this.consents = consents;
        this.desk = desk;
        this.groups = groups;
        this.clock = clock;
        this.zone = zone;
    }

    @GetMapping
    @Scoped(Scope.CUSTOMERS_READ)
    Map<String, Object> list(
            Caller caller,
            @PathVariable long id,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(required = false) @Nullable String cursor) {
        List<Consent> found = consents.after(customer(id).id(), Cursor.read(cursor), limit + 1);
        return Cursor.page(found, limit, Consent::id, consent -> shown(caller, consent));
    }

    /// The same twice is on record once: then the answer is 200 with what is there.
    @PostMapping
    @Scoped(Scope.CUSTOMERS_WRITE)
    ResponseEntity<Map<String, Object>> record(Caller caller, @PathVariable long id, Body body) {
        Agreement said = agreement(body);
        @Nullable Long group = group(caller, body);
        return database.inTransaction(() -> {
            Customer customer = customer(id);
            boolean fresh = desk.record(caller.operator(), customer, Source.API, said, group);
            Map<String, Object> kept =
                    shown(caller, consents.same(customer.id(), customer.addressId(), Source.API, said, group).orElseThrow());
            return fresh
                    ? ResponseEntity.created(URI.create(ApiDocument.BASE + "/customers/" + id + "/consents")).body(kept)
                    : ResponseEntity.ok(kept);
        });
    }

    private Agreement agreement(Body body) {
        List<Wrong> wrongs = new ArrayList<>();
        Instant at = OffsetDateTime.parse(body.text("agreedAt", "")).toInstant();
        LocalDateTime here = LocalDateTime.ofInstant(at, zone);
        if (here.getYear() < Agreement.FIRST_YEAR) wrongs.add(new Wrong("agreedAt", "consent.api.bad.year", Integer.toString(Agreement.FIRST_YEAR)));
        if (at.isAfter(clock.instant())) wrongs.add(new Wrong("agreedAt", "consent.bad.future"));
        @Nullable String typed = said(body, "ip");
        Optional<InetAddress> ip = typed == null ? Optional.empty() : Cell.ip(typed);
        if (typed != null && ip.isEmpty()) wrongs.add(new Wrong("ip", "consent.bad.ip"));
        if (!wrongs.isEmpty()) throw Refusal.invalid(wrongs);
        return new Agreement(
                here, said(body, "method"), said(body, "document"), ip.map(InetAddress::getHostAddress).orElse(null), said(body, "purpose"));
    }

    /// Blank is not said, as in a file.
    private static @Nullable String said(Body body, String field) {
        String text = Cell.trimmed(body.text(field, ""));
        return text.isEmpty() ? null : text;
    }

    private @Nullable Long group(Caller caller, Body body) {
        if (!body.json().path("group").isNumber()) return null;
        return groups.find(body.json().get("group").longValue())
                .filter(found -> caller.operator().may(Function.CUSTOMER_EDIT, found.departmentId()))
                .orElseThrow(() -> Refusal.invalid("group", "web.api.bad.no-such"))
                .id();
    }

    private static Map<String, Object> shown(Caller caller, Consent consent) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", consent.id());
        json.put("source", consent.source());
        json.put("agreedAt", consent.agreedAt());
        json.put("method", consent.method());
        json.put("document", consent.document());
        json.put("purpose", consent.purpose());
        json.put("group", consent.groupId());
        if (caller.seesPersonalData()) json.put("ip", consent.ip());
        json.put("recordedAt", consent.recordedAt());
        json.put("recordedBy", consent.recordedBy());
        json.put("file", consent.file());
        json.put("withdrawnAt", consent.withdrawnAt());
        return json;
    }

    private Customer customer(long id) {
        return customers.find(id).orElseThrow(NotFound::new);
    }
}
