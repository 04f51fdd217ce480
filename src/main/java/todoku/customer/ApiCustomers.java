package todoku.customer;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.stereotype.Component;
import todoku.access.Caller;
import todoku.access.Function;
import todoku.access.Masking;
import todoku.customer.Memberships.Membership;

/// Customers as programs get them. Without the scope for 個人情報 the address is masked and the rest of it left out.
@Component
public class ApiCustomers {
    private static final Set<StandardField> PERSONAL = Set.of(
            StandardField.FAMILY_NAME, StandardField.GIVEN_NAME, StandardField.FAMILY_KANA, StandardField.GIVEN_KANA,
            StandardField.BIRTHDAY, StandardField.POSTAL_CODE, StandardField.CITY, StandardField.TELEPHONE);

    private final Memberships memberships;
    private final Fields fields;

    ApiCustomers(Memberships memberships, Fields fields) {
        this.memberships = memberships;
        this.fields = fields;
    }

    public List<Map<String, Object>> shown(Caller caller, List<Customer> customers) {
        Map<Long, List<Membership>> groups = memberships.of(
                        customers.stream().map(Customer::id).toList(), caller.operator().departments(Function.CUSTOMER_VIEW)).stream()
                .collect(Collectors.groupingBy(Membership::customerId));
        Set<String> personal = caller.seesPersonalData()
                ? Set.of()
                : fields.all().stream().filter(Field::personal).map(Field::key).collect(Collectors.toSet());
        return customers.stream()
                .map(customer -> shown(caller, customer, groups.getOrDefault(customer.id(), List.of()), personal))
                .toList();
    }

    private static Map<String, Object> shown(Caller caller, Customer customer, List<Membership> groups, Set<String> personal) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", customer.id());
        json.put(ApiFields.EMAIL, Masking.of(caller.operator()).address(customer.address()));
        CustomerForm form = CustomerForm.of(customer);
        for (StandardField field : StandardField.values()) {
            if (!caller.seesPersonalData() && PERSONAL.contains(field)) continue;
            String value = form.get(field.column);
            json.put(ApiFields.name(field), value.isEmpty() ? null : value);
        }
        Map<String, Object> custom = new LinkedHashMap<>(customer.custom());
        custom.keySet().removeAll(personal);
        json.put("custom", custom);
        json.put("groups", groups.stream()
                .map(each -> Map.<String, Object>of("id", each.groupId(), "name", each.group(), "state", each.state(), "since", each.since()))
                .toList());
        json.put("masked", !caller.seesPersonalData());
        json.put("createdAt", customer.createdAt());
        json.put("changedAt", customer.changedAt());
        json.put("version", customer.version());
        return json;
    }
}
