/// Suppression: addresses we must not mail, and why.
/// [Suppressions] answers, adds and lifts; anyone may ask. The list fills itself: [SuppressionFollower] follows the
/// events and adds an address after a complaint or as many failures as [FailureRules] say.
@org.jspecify.annotations.NullMarked
package todoku.suppression;
