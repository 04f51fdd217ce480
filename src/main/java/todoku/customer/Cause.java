package todoku.customer;

import org.jspecify.annotations.Nullable;

/// Through whom something happened to customers.
sealed interface Cause {
    /// Somebody of the house, on a page.
    record Operator(long id) implements Cause {}

    /// A program with an API key.
    ///
    /// @param operator as whom it acts
    /// @param consentSource where those who become 配信中 by it agreed, as the program stated it
    record Program(long operator, @Nullable String consentSource) implements Cause {}

    /// @param consentSource where those who become 配信中 by it agreed, as the operator stated it
    record Import(long id, @Nullable String consentSource) implements Cause {}

    /// The customer, with the unsubscribe link of this mail.
    record Person(long mailing, int no) implements Cause {}
}
