package todoku.content;

/// Why a template cannot be used, and where. Lines and columns begin at 1; a column is one character as people count (a code point).
public record LiquidError(int line, int column, String japanese, String english) {}
