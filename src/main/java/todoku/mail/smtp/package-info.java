/// SMTP, both ends: our client to the world, and a small strict server.
/// [SmtpConnection] opens a connection and sends mails over it, one at a time; every way a mail can end is a [Sent].
/// [SmtpServer] speaks the protocol and asks a [Session] what to answer.
/// This module knows nothing of queues, customers or DNS.
@NullMarked
package todoku.mail.smtp;

import org.jspecify.annotations.NullMarked;
