package todoku.customer;

import java.net.URI;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import todoku.access.Caller;
import todoku.access.Function;
import todoku.access.Scope;
import todoku.access.Scoped;
import todoku.customer.Memberships.State;
import todoku.database.Database;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import todoku.web.NotFound;
import todoku.web.api.ApiDocument;
import todoku.web.api.Body;
import todoku.web.api.Cursor;
import todoku.web.api.Refusal;
import todoku.web.api.Versions;
import todoku.web.api.Wrong;
import tools.jackson.databind.JsonNode;

/// Customers, for programs: read, registered, changed, deleted. One truth with the card an operator sees: the same checks,
/// the same line in the log.
@RestController
@RequestMapping(ApiDocument.BASE + "/customers")
class CustomerApi {
    private final Database database;
    private final Customers customers;
    private final ApiCustomers shown;
    private final CustomerDesk desk;
    private final MembershipDesk memberships;
    private final CustomerErasure erasure;
    private final Fields fields;
    private final Groups groups;

    CustomerApi(
            Database database, Customers customers, ApiCustomers shown, CustomerDesk desk, MembershipDesk memberships, CustomerErasure erasure,
            Fields fields, Groups groups) {
        this.database = database;
        this.customers = customers;
        this.shown = shown;
        this.desk = desk;
        this.memberships = memberships;
        this.erasure = erasure;
        this.fields = fields;
        this.groups = groups;
    }

    @GetMapping
    @Scoped(Scope.CUSTOMERS_READ)
    Map<String, Object> list(
            Caller caller,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable String email,
            @RequestParam(required = false) @Nullable String number,
            @RequestParam(required = false) @Nullable Long group,
            @RequestParam(required = false) @Nullable State state,
            @RequestParam(name = "changed_since", required = false) @Nullable String changedSince) {
        if (group != null) seesGroup(caller, group);
        var wanted = new Customers.Wanted(
                email == null ? null : canonical(email), number, group, state,
                changedSince == null ? null : OffsetDateTime.parse(changedSince).toInstant());
        List<Customer> found = customers.after(wanted, Cursor.read(cursor), limit + 1);
        Map<String, Object> page = Cursor.page(found, limit, Customer::id, customer -> customer);
        page.put("items", shown.shown(caller, found.subList(0, Math.min(limit, found.size()))));
        return page;
    }

    @GetMapping("/by")
    @Scoped(Scope.CUSTOMERS_READ)
    ResponseEntity<Map<String, Object>> by(
            Caller caller,
            @RequestParam(required = false) @Nullable String email,
            @RequestParam(required = false) @Nullable String number) {
        if ((email == null) == (number == null)) throw Refusal.of(HttpStatus.BAD_REQUEST, "one-of", "email, number");
        Optional<Customer> found = email == null
                ? customers.after(new Customers.Wanted(null, number, null, null, null), 0, 1).stream().findFirst()
                : customers.holder(canonical(email));
        return one(caller, found.orElseThrow(NotFound::new));
    }

    @GetMapping("/{id}")
    @Scoped(Scope.CUSTOMERS_READ)
    ResponseEntity<Map<String, Object>> show(Caller caller, @PathVariable long id) {
        return one(caller, customer(id));
    }

    @PostMapping
    @Scoped(Scope.CUSTOMERS_WRITE)
    ResponseEntity<Map<String, Object>> add(Caller caller, Body body) {
        return database.inTransaction(() -> {
            long id = save(caller, 0, 0, body, CustomerForm.empty(fields.all()), null);
            Customer added = customer(id);
            return ResponseEntity.created(URI.create(ApiDocument.BASE + "/customers/" + id))
                    .eTag(Versions.tag(added.version()))
                    .body(shown.shown(caller, List.of(added)).getFirst());
        });
    }

    /// What is left out becomes blank.
    @PutMapping("/{id}")
    @Scoped(Scope.CUSTOMERS_WRITE)
    ResponseEntity<Map<String, Object>> replace(
            Caller caller, @PathVariable long id, @RequestHeader(name = "If-Match", required = false) @Nullable String match, Body body) {
        return change(caller, id, match, body, false);
    }

    /// What is left out stays (RFC 7396).
    @PatchMapping("/{id}")
    @Scoped(Scope.CUSTOMERS_WRITE)
    ResponseEntity<Map<String, Object>> change(
            Caller caller, @PathVariable long id, @RequestHeader(name = "If-Match", required = false) @Nullable String match, Body body) {
        return change(caller, id, match, body, true);
    }

    private ResponseEntity<Map<String, Object>> change(Caller caller, long id, @Nullable String match, Body body, boolean merge) {
        return database.inTransaction(() -> {
            Customer before = customer(id);
            int version = Versions.wanted(match, before.version());
            save(caller, id, version, body, merge ? CustomerForm.of(before) : new CustomerForm(Map.of()), before);
            return one(caller, customer(id));
        });
    }

    @DeleteMapping("/{id}")
    @Scoped(Scope.CUSTOMERS_DELETE)
    ResponseEntity<Void> delete(Caller caller, @PathVariable long id) {
        erasure.erase(caller.operator(), id);
        return ResponseEntity.noContent().build();
    }

    private long save(Caller caller, long id, int version, Body body, CustomerForm base, @Nullable Customer before) {
        List<Wrong> wrongs = new ArrayList<>();
        CustomerForm form = ApiFields.form(body.json(), base, fields.all(), wrongs);
        if (!wrongs.isEmpty()) throw Refusal.invalid(wrongs);
        return switch (desk.save(caller.operator(), id, version, form, before)) {
            case CustomerDesk.Outcome.Refused(var errors) -> {
                errors.forEach((field, problem) -> wrongs.add(new Wrong(ApiFields.named(field), problem.key(), problem.arguments())));
                throw Refusal.invalid(wrongs);
            }
            case CustomerDesk.Outcome.Stale() -> throw Refusal.stale(customer(id).version());
            case CustomerDesk.Outcome.Kept(long kept) -> {
                memberships(caller, kept, body);
                yield kept;
            }
        };
    }

    private void memberships(Caller caller, long customer, Body body) {
        int i = 0;
        for (JsonNode each : body.json().path("groups")) {
            String field = "groups[" + i++ + "]";
            Group group = groups.find(each.get("id").longValue())
                    .filter(found -> caller.operator().may(Function.CUSTOMER_EDIT, found.departmentId()))
                    .orElseThrow(() -> Refusal.invalid(field + ".id", "web.api.bad.no-such"));
            State state = State.valueOf(each.get("state").stringValue());
            GroupApi.settled(memberships.set(caller.operator(), customer, group.id(), state, body.text("consentSource")), field + ".state");
        }
    }

    private ResponseEntity<Map<String, Object>> one(Caller caller, Customer customer) {
        return ResponseEntity.ok().eTag(Versions.tag(customer.version())).body(shown.shown(caller, List.of(customer)).getFirst());
    }

    private Customer customer(long id) {
        return customers.find(id).orElseThrow(NotFound::new);
    }

    private void seesGroup(Caller caller, long id) {
        boolean seen = groups.find(id).filter(group -> caller.operator().may(Function.CUSTOMER_VIEW, group.departmentId())).isPresent();
        if (!seen) throw Refusal.badParameter("group", "web.api.bad.no-such");
    }

    private static String canonical(String email) {
        return switch (MailAddress.parse(email)) {
            case Parsing.Parsed(MailAddress address, boolean _) -> address.canonical();
            case Parsing.Refused(Parsing.Problem problem) ->
                throw Refusal.badParameter("email", "customer.bad.address." + problem.name());
        };
    }
}
