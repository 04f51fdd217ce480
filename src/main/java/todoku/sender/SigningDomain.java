package todoku.sender;

import java.util.List;
import todoku.mail.dkim.DkimAlgorithm;

/// A domain whose mails we sign, with its keys, the newest first.
///
/// @param senders how many profiles write in its name
public record SigningDomain(long id, String name, int senders, List<SigningKey> keys, int version) {

    /// The keys in one state.
    public List<SigningKey> in(SigningKey.State state) {
        return keys.stream().filter(key -> key.state() == state).toList();
    }

    /// Whether mails get a second signature.
    public boolean signsTwice() {
        return in(SigningKey.State.SIGNING).stream().anyMatch(key -> key.algorithm() == DkimAlgorithm.ED25519);
    }
}
