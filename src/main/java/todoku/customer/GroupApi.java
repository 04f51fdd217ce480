package todoku.customer;

import java.net.URI;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DuplicateKeyException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.DeleteMapping;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PatchMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.PutMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import todoku.access.Audit;
import todoku.access.Caller;
import todoku.access.Function;
import todoku.access.Scope;
import todoku.access.Scoped;
import todoku.customer.Memberships.State;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.api.ApiDocument;
import todoku.web.api.Body;
import todoku.web.api.Cursor;
import todoku.web.api.Refusal;

/// Customer groups and their members, for programs.
@RestController
@RequestMapping(ApiDocument.BASE + "/groups")
class GroupApi {
    private final Database database;
    private final Groups groups;
    private final Customers customers;
    private final Memberships memberships;
    private final MembershipDesk desk;
    private final ApiCustomers shown;
    private final Audit audit;

    GroupApi(
            Database database, Groups groups, Customers customers, Memberships memberships, MembershipDesk desk, ApiCustomers shown, Audit audit) {
        this.database = database;
        this.groups = groups;
        this.customers = customers;
        this.memberships = memberships;
        this.desk = desk;
        this.shown = shown;
        this.audit = audit;
    }

    @GetMapping
    @Scoped(Scope.GROUPS_READ)
    Map<String, Object> list(
            Caller caller, @RequestParam(defaultValue = "100") int limit, @RequestParam(required = false) @Nullable String cursor) {
        long after = Cursor.read(cursor);
        List<Group> found = groups.all().stream()
                .filter(group -> group.id() > after && caller.operator().may(Function.CUSTOMER_VIEW, group.departmentId()))
                .sorted(java.util.Comparator.comparingLong(Group::id))
                .limit(limit + 1L)
                .toList();
        return Cursor.page(found, limit, Group::id, GroupApi::shown);
    }

    @GetMapping("/{id}")
    @Scoped(Scope.GROUPS_READ)
    Map<String, Object> show(Caller caller, @PathVariable long id) {
        Map<String, Object> json = shown(group(caller, id, Function.CUSTOMER_VIEW));
        Group.Counts counts = groups.counts(id);
        json.put("members", Map.of(
                "SUBSCRIBED", counts.subscribed(), "UNSUBSCRIBED", counts.unsubscribed(), "BANNED", counts.banned()));
        return json;
    }

    @PostMapping
    @Scoped(Scope.GROUPS_WRITE)
    ResponseEntity<Map<String, Object>> add(Caller caller, Body body) {
        String name = name(body);
        return database.inTransaction(() -> {
            if (groups.find(name).isPresent()) throw taken();
            Group group = groups.findOrCreate(caller.departmentId(), name);
            audit.write(caller.operator(), "customer.group-add", "group:" + group.id(), null, Map.of("name", name));
            return ResponseEntity.created(URI.create(ApiDocument.BASE + "/groups/" + group.id())).body(shown(group));
        });
    }

    @PatchMapping("/{id}")
    @Scoped(Scope.GROUPS_WRITE)
    Map<String, Object> rename(Caller caller, @PathVariable long id, Body body) {
        String name = name(body);
        Group before = group(caller, id, Function.GROUP_EDIT);
        try {
            database.inTransaction(() -> {
                groups.rename(id, name);
                audit.write(caller.operator(), "customer.group-edit", "group:" + id, Map.of("name", before.name()), Map.of("name", name));
            });
        } catch (DuplicateKeyException e) {
            throw taken();
        }
        return shown(new Group(id, before.departmentId(), name));
    }

    @GetMapping("/{id}/members")
    @Scoped(Scope.CUSTOMERS_READ)
    Map<String, Object> members(
            Caller caller,
            @PathVariable long id,
            @RequestParam(defaultValue = "100") int limit,
            @RequestParam(required = false) @Nullable String cursor,
            @RequestParam(required = false) @Nullable State state) {
        group(caller, id, Function.CUSTOMER_VIEW);
        var wanted = new Customers.Wanted(null, null, id, state, null);
        List<Customer> found = customers.after(wanted, Cursor.read(cursor), limit + 1);
        List<Customer> items = found.subList(0, Math.min(limit, found.size()));
        Map<Long, Memberships.Membership> states = memberships
                .of(items.stream().map(Customer::id).toList(), caller.operator().departments(Function.CUSTOMER_VIEW)).stream()
                .filter(membership -> membership.groupId() == id)
                .collect(Collectors.toMap(Memberships.Membership::customerId, membership -> membership));
        List<Map<String, Object>> people = shown.shown(caller, items);
        Map<String, Object> page = Cursor.page(found, limit, Customer::id, customer -> customer);
        page.put("items", people.stream().filter(person -> states.containsKey(person.get("id"))).map(person -> {
            Memberships.Membership membership = java.util.Objects.requireNonNull(states.get(person.get("id")));
            Map<String, Object> member = new LinkedHashMap<>();
            member.put("state", membership.state());
            member.put("since", membership.since());
            member.put("customer", person);
            return member;
        }).toList());
        return page;
    }

    @PutMapping("/{id}/members/{customer}")
    @Scoped(Scope.CUSTOMERS_WRITE)
    Map<String, Object> set(Caller caller, @PathVariable long id, @PathVariable long customer, Body body) {
        group(caller, id, Function.CUSTOMER_EDIT);
        if (customers.find(customer).isEmpty()) throw new NotFound();
        State state = State.valueOf(body.text("state", ""));
        settled(desk.set(caller.operator(), customer, id, state, body.text("consentSource")), "state");
        return Map.of("group", id, "customer", customer, "state", state);
    }

    @DeleteMapping("/{id}/members/{customer}")
    @Scoped(Scope.CUSTOMERS_WRITE)
    ResponseEntity<Void> remove(Caller caller, @PathVariable long id, @PathVariable long customer) {
        group(caller, id, Function.CUSTOMER_EDIT);
        settled(desk.remove(caller.operator(), customer, id), "state");
        return ResponseEntity.noContent().build();
    }

    /// @throws Refusal when it was not done
    static void settled(MembershipDesk.Outcome outcome, String field) {
        switch (outcome) {
            case DONE -> { }
            case CONSENT_MISSING -> throw Refusal.invalid(field, "customer.api.consent-missing");
            case BARRED -> throw Refusal.invalid(field, "customer.api.barred");
            case MUST_STAY -> throw Refusal.invalid(field, "customer.api.must-stay");
            case NOT_THERE -> throw new NotFound();
        }
    }

    private static Map<String, Object> shown(Group group) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", group.id());
        json.put("name", group.name());
        return json;
    }

    private Group group(Caller caller, long id, Function function) {
        Group group = groups.find(id)
                .filter(found -> caller.operator().may(Function.CUSTOMER_VIEW, found.departmentId())
                        || caller.operator().may(function, found.departmentId()))
                .orElseThrow(NotFound::new);
        caller.operator().require(function, group.departmentId());
        return group;
    }

    private static String name(Body body) {
        String name = Cell.trimmed(body.text("name", ""));
        if (name.isEmpty()) throw Refusal.invalid("name", "web.api.bad.empty");
        return name;
    }

    private static Refusal taken() {
        return Refusal.of(HttpStatus.CONFLICT, "name-taken");
    }
}
