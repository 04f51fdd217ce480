package todoku.mail.tls;

import todoku.mail.dns.Route;
import todoku.mail.smtp.Tls;
import todoku.mail.smtp.TlsTrouble;

/// What domains say about the safety of mail to them. Safe for many threads; may block for some seconds when a domain is
/// asked for the first time.
public interface TlsPolicies {
    /// Nobody asks for anything.
    TlsPolicies NONE = _ -> Policy.FREE;

    Policy of(String domain);

    /// What one domain says just now.
    interface Policy {
        Policy FREE = _ -> new Demand.Encryption(Tls.WHEN_OFFERED);

        Demand of(Route.Host host);

        /// Connections opened under the same words may be used for each other's mail, to the same hosts, and for their own
        /// as long as the words stay; empty where nothing is demanded. Asked for every mail.
        default String words() {
            return "";
        }

        /// A connection stands.
        default void opened(Route.Host host, boolean encrypted) {}
    }

    /// What one of its servers must prove.
    sealed interface Demand {
        /// This, or more.
        record Encryption(Tls tls) implements Demand {}

        /// Nothing may be sent there.
        record Nothing(TlsTrouble trouble) implements Demand {}
    }
}
