/// What receiving servers are asked to prove before mail goes to them: by rule, by their DNS (DANE) and by their policy
/// (MTA-STS).
@NullMarked
package todoku.mail.tls;

import org.jspecify.annotations.NullMarked;
