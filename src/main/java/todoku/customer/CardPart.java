package todoku.customer;

import todoku.access.Operator;

/// What another module shows on the page of a customer.
public interface CardPart {
    /// The parameter of the template that takes it.
    String name();

    /// @param operator who looks
    Object of(Customer customer, Operator operator);
}
