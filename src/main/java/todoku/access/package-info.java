/// Access: who may do what, and what was done.
///
/// An [Operator] has roles in departments; a role is a bundle of [Function]s; every handler states its function with
/// [Allowed]. Sessions live in the database. Every change passes [Audit]; every shown customer field passes [Masking].
@NullMarked
package todoku.access;

import org.jspecify.annotations.NullMarked;
