package todoku.segment;

/// One row of a rule, and whether a person meets it.
///
/// @param depth groups around it
/// @param has   what the person has of what it asks for; empty for a group
public record Tick(int depth, String sentence, String has, boolean met) {}
