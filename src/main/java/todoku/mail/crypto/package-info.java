/// Where signatures and hashes are computed: the fastest provider this machine has.
@NullMarked
package todoku.mail.crypto;

import org.jspecify.annotations.NullMarked;
