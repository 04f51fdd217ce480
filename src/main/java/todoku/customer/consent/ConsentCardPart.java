package todoku.customer.consent;

import org.springframework.stereotype.Component;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.CardPart;
import todoku.customer.Customer;
import todoku.customer.CustomerHistory;
import todoku.database.Database;

/// The consents on the page of a customer.
@Component
class ConsentCardPart implements CardPart {
    /// Of the history, in which imports say where people agreed.
    private static final int LOOKED_AT = 200;

    private final Consents consents;
    private final CustomerHistory history;

    ConsentCardPart(Consents consents, Database database) {
        this.consents = consents;
        this.history = CustomerHistory.of(database.client());
    }

    @Override
    public String name() {
        return "consents";
    }

    @Override
    public ConsentCard of(Customer customer, Operator operator) {
        var stated = history.before(customer.id(), operator.departments(Function.CUSTOMER_VIEW), Long.MAX_VALUE, LOOKED_AT).stream()
                .map(CustomerHistory.Numbered::entry)
                .filter(entry -> entry.consent() != null)
                .toList();
        return new ConsentCard(consents.of(customer.id()), stated);
    }
}
