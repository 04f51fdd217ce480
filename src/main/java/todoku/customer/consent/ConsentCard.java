package todoku.customer.consent;

import java.util.List;
import todoku.customer.CustomerHistory;

/// What the page of a customer shows.
///
/// @param stated what the operators of imports said about where the person agreed
public record ConsentCard(List<Consent> consents, List<CustomerHistory.Entry> stated) {}
