package todoku.customer;

/// Through whom something happened to customers.
sealed interface Cause {
    /// Somebody of the house, on a page.
    record Operator(long id) implements Cause {}

    record Import(long id) implements Cause {}

    /// The customer, with the unsubscribe link of this mail.
    record Person(long mailing, int no) implements Cause {}
}
