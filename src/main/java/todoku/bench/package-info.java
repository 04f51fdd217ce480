/// Benchmarks and kill tests: how fast, at what cost, and what is left after a `kill -9`.
///
/// Everything runs on this machine: a database of its own in a folder that is gone afterwards, receivers on random
/// loopback ports. [Bench] reads the command line; each benchmark prints a [Table] and may write the same as JSON.
/// No other module may use this one.
@org.jspecify.annotations.NullMarked
package todoku.bench;
