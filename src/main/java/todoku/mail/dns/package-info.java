/// Where mail for a domain goes: mail hosts, their addresses and their order.
/// [MailHosts] answers with a [Route]; [DnsMailHosts] asks DNS, [SmartHost] always says the same.
/// [Dns] answers what policies ask: texts, addresses, names.
/// This module knows nothing of SMTP or of queues.
@NullMarked
package todoku.mail.dns;

import org.jspecify.annotations.NullMarked;
