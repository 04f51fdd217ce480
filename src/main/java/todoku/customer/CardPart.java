package todoku.customer;

/// What another module shows on the page of a customer.
public interface CardPart {
    /// The parameter of the template that takes it.
    String name();

    Object of(long customer);
}
