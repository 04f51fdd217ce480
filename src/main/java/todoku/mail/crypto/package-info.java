/// Where signatures and hashes are computed: by the fastest provider this machine has, and RSA signatures several at
/// once where its vectors make that faster ([RsaSigner]).
@NullMarked
package todoku.mail.crypto;

import org.jspecify.annotations.NullMarked;
