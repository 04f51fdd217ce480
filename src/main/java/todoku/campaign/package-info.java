/// Campaigns: when, and to whom. [Launch] turns a group into the recipients of a mailing in one transaction:
/// who gets it, and who does not and why. What is said is `content`'s, how it is carried is `delivery`'s.
@org.jspecify.annotations.NullMarked
package todoku.campaign;
