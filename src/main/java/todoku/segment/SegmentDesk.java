package todoku.segment;

import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.Customer;
import todoku.customer.Customers;
import todoku.database.Database;
import todoku.web.Page;

/// What the pages of a segment say about people.
@Component
class SegmentDesk {
    /// 「10 人を見る」.
    private static final int SHOWN = 10;

    private final JdbcClient db;
    private final Customers customers;
    private final Rules rules;
    private final Tally tally;
    private final SegmentSizes sizes;

    SegmentDesk(Database database, Customers customers, Rules rules, Tally tally, SegmentSizes sizes) {
        this.db = database.client();
        this.customers = customers;
        this.rules = rules;
        this.tally = tally;
        this.sizes = sizes;
    }

    CountView count(Page page, Builder.Draft draft) {
        return count(page, draft, tally::count);
    }

    /// Behind an answer that came from a sample: when this takes too long as well, that one stands.
    CountView whole(Page page, Builder.Draft draft) {
        return count(page, draft, tally::whole);
    }

    private CountView count(Page page, Builder.Draft draft, java.util.function.Function<Rule, Optional<Tally.Count>> counting) {
        if (!draft.usable()) return new CountView(null, true, List.of());
        List<CountView.Reader> some = tally.some(draft.rule(), SHOWN).stream()
                .flatMap(id -> customers.find(id).stream())
                .map(customer -> new CountView.Reader(customer.id(), name(page, customer), page.mask().address(customer.address())))
                .toList();
        return new CountView(counting.apply(draft.rule()).orElse(null), false, some);
    }

    /// What is counted when it is saved stands for the day; what cannot be counted at once is counted later.
    void keep(Segment segment) {
        tally.soon(segment.rule()).ifPresent(people -> sizes.keep(segment, people));
    }

    Trend trend(Page page, long segment) {
        return Trend.of(page, sizes.shown(segment), sizes.today());
    }

    TestView test(Operator operator, Page page, String who, Builder.Draft draft) {
        String asked = who.strip();
        if (asked.isEmpty() || !draft.usable()) return TestView.UNASKED;
        Optional<Customer> found = find(operator, asked);
        if (found.isEmpty()) return new TestView(who, true, "", false, null);
        List<Tick> ticks = rules.test(draft.rule(), found.get().id(), page.locale(), page.mask()).orElse(List.of());
        boolean in = !ticks.isEmpty() && ticks.getLast().met();
        return new TestView(who, false, name(page, found.get()), in, ticks.subList(0, Math.max(0, ticks.size() - 1)));
    }

    /// Whoever may not see an address may not guess it letter by letter: only whole ones are found for them.
    private Optional<Customer> find(Operator operator, String asked) {
        Optional<Customer> exact = db.sql("""
                SELECT c.id FROM customer c WHERE c.number = :asked
                UNION SELECT c.id FROM customer c JOIN address a ON a.id = c.address_id WHERE a.canonical = lower(:asked) AND c.share_no = 0 LIMIT 1
                """).param("asked", asked).query(Long.class).optional().flatMap(customers::find);
        if (exact.isPresent() || !operator.may(Function.PERSONAL_DATA)) return exact;
        return customers.search(asked, 1).stream().findFirst();
    }

    private static String name(Page page, Customer customer) {
        String family = customer.familyName();
        if (family == null || family.isEmpty()) return page.mask().address(customer.address());
        String given = customer.givenName();
        return page.mask().name(given == null ? family : family + " " + given);
    }
}
