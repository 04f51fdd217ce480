package todoku.delivery;

import todoku.event.MailingId;

/// A mailing that most of its destinations refuse because of us.
///
/// @param refusing     destinations that mostly do
/// @param destinations all that were tried lately
/// @param reply        what one of them said last, word for word
public record RefusedMailing(MailingId mailing, int refusing, int destinations, String reply) {}
