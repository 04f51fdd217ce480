/// Suppression: addresses we must not mail, and why. [Suppressions] answers and adds; anyone may ask.
@org.jspecify.annotations.NullMarked
package todoku.suppression;
