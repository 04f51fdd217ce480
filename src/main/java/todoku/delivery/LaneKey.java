package todoku.delivery;

/// One of our addresses towards one destination.
record LaneKey(long ip, long destination) {}
