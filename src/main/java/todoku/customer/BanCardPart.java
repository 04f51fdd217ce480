package todoku.customer;

import java.util.List;
import org.springframework.stereotype.Component;
import todoku.access.Operator;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;

/// Why somebody is not mailed, and what was changed about it.
@Component
class BanCardPart implements CardPart {
    private static final int CHANGES = 20;

    private final Suppressions suppressions;
    private final BanDesk desk;

    BanCardPart(Suppressions suppressions, BanDesk desk) {
        this.suppressions = suppressions;
        this.desk = desk;
    }

    @Override
    public String name() {
        return "bans";
    }

    @Override
    public Object of(Customer customer, Operator operator) {
        var address = new AddressId(customer.addressId());
        boolean domain = suppressions.of(address).isEmpty() && !suppressions.among(List.of(address)).isEmpty();
        return new BanCard(
                suppressions.cleanings(List.of(address)).get(address), domain, desk.changes(address.value(), Long.MAX_VALUE, CHANGES));
    }
}
