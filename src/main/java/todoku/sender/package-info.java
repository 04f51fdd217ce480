/// Senders: in whose name a mail goes out, and with whose key it is signed.
/// [Senders] keeps profiles and signing domains; private keys are sealed outside the database's reach.
@org.jspecify.annotations.NullMarked
package todoku.sender;
