package todoku.segment;

/// One line of the list.
///
/// @param users campaigns that have not ended, and other segments
public record SegmentLine(Segment segment, String sentence, int users) {}
