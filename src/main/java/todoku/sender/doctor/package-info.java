/// Looks at what a sender's domain publishes, and says what receivers will make of it: [DomainDoctor] gives [Check]s.
/// Knows DNS and TLS from outside, but neither a database nor a page.
@org.jspecify.annotations.NullMarked
package todoku.sender.doctor;
