package todoku.customer;

import java.util.List;

/// One choice of a board with the newest of those who have it.
///
/// @param count up to [Customers#COUNT_LIMIT]
/// @param below the id to go on from; 0 when all are shown
/// @param first whether it begins with its newest
public record BoardLane(String choice, long count, boolean many, List<Customer> cards, long below, boolean first) {}
