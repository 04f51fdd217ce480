package todoku.customer;

import org.springframework.stereotype.Component;
import todoku.access.Operator;

/// Who else has the address of somebody.
@Component
class SharedCardPart implements CardPart {
    private final Customers customers;

    SharedCardPart(Customers customers) {
        this.customers = customers;
    }

    @Override
    public String name() {
        return "sharers";
    }

    @Override
    public Object of(Customer customer, Operator operator) {
        return customers.sharing(customer);
    }
}
