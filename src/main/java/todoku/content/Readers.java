package todoku.content;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import todoku.access.Masking;
import todoku.customer.Customer;
import todoku.customer.Customers;
import todoku.customer.MergeValues;
import todoku.database.Database;

/// People to look at a mail as: chosen so that each condition is met and missed by somebody.
@Component
public class Readers {
    /// Customers looked at; the first ones are as good as any.
    private static final int LOOKED_AT = 200;
    private static final int SHOWN = 6;
    /// In an installation without customers.
    static final Supplier<MergeValues.Person> NOBODY = () -> new MergeValues.Person(0, "hanako@example.jp", "", Map.of());

    private final Customers customers;
    private final MergeValues values;

    Readers(Database database, MergeValues values) {
        this.customers = new Customers(database);
        this.values = values;
    }

    /// Somebody to choose.
    public record Reader(long id, String name, String about) {}

    List<MergeValues.Person> chosen(MailDraft draft, Set<String> fields) {
        List<Long> ids = customers.page(0, LOOKED_AT).stream().map(Customer::id).toList();
        var known = values.of(ids);
        List<MergeValues.Person> chosen = new ArrayList<>();
        List<MergeValues.Person> rest = new ArrayList<>();
        Set<List<Preview.Left>> seen = new HashSet<>();
        for (long id : ids) {
            MergeValues.Person person = known.get(id);
            if (person == null) continue;
            boolean fresh = Preview.of(draft, fields, person, Set.of(), Masking.all()) instanceof Preview.Look.Seen look
                    && seen.add(look.left().stream().map(left -> new Preview.Left(left.block(), "", "", "")).toList());
            (fresh ? chosen : rest).add(person);
        }
        while (chosen.size() < SHOWN && !rest.isEmpty()) chosen.add(rest.removeFirst());
        return chosen.size() > SHOWN ? chosen.subList(0, SHOWN) : chosen;
    }

    Optional<MergeValues.Person> person(long id) {
        return Optional.ofNullable(values.of(List.of(id)).get(id));
    }

    List<MergeValues.Person> search(String beginning) {
        List<Long> ids = customers.search(beginning, SHOWN * 2).stream().map(Customer::id).toList();
        var known = values.of(ids);
        return ids.stream().filter(known::containsKey).map(known::get).toList();
    }

    static Reader shown(MergeValues.Person person, Masking masking) {
        Object prefecture = person.values().getOrDefault("都道府県", "");
        String name = person.name().isBlank() ? masking.address(person.address()) : masking.name(person.name());
        return new Reader(person.id(), name, masking.address(person.address()) + (prefecture.equals("") ? "" : " ・ " + prefecture));
    }
}
