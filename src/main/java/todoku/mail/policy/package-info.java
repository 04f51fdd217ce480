/// What a domain publishes about its mail, read as receivers read it: [Spf], [Dmarc], [MailRecords], [ReverseNames].
/// Everything is asked through [todoku.mail.dns.Dns]; nothing here decides what an installation does about it.
@NullMarked
package todoku.mail.policy;

import org.jspecify.annotations.NullMarked;
