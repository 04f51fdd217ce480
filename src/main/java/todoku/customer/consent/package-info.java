/// 同意の記録: who agreed to what, when, how and from where. The facts never change; a consent is withdrawn, never edited. It
/// outlives its customer: [Consents] finds it again by a keyed hash of the address, and [ConsentRetention] deletes what is old.
@org.jspecify.annotations.NullMarked
package todoku.customer.consent;
