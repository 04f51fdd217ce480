/// Everything that ever happened to one customer, the newest first: mails with what their servers said, what the person did,
/// purchases, consent and states. [Timeline] reads the ledger by the address, the history and the related records, each by its
/// own index, and puts them in order; nothing here changes anything.
@org.jspecify.annotations.NullMarked
package todoku.customer.timeline;
