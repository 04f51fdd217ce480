package todoku.delivery;

import java.net.InetAddress;
import org.jspecify.annotations.Nullable;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.SmtpConnection;
import todoku.mail.smtp.TlsTrouble;

/// Finds the servers of a domain and opens connections to them: the door to the outside world.
public interface Carrier {
    Connecting connect(String domain);

    /// The same, at least as safe as this.
    default Connecting connect(String domain, TlsRule rule) {
        return connect(domain);
    }

    /// What is demanded of the way to a domain just now, in words to compare: its mail goes over no connection that was
    /// opened under others. Asked for every mail.
    default String demanded(String domain, TlsRule rule) {
        return "";
    }

    /// Whether mail for one domain may go over a connection that was opened for another when the same was demanded.
    default boolean mayShare(String opened, String other) {
        return served(opened).equals(served(other));
    }

    /// The same from one of our addresses.
    default Connecting connect(String domain, TlsRule rule, From from) {
        return connect(domain, rule);
    }

    /// Where a connection begins.
    /// @param address null = whatever the machine takes
    /// @param heloName empty = as the installation is called
    record From(@Nullable InetAddress address, String heloName) {
        static final From ANYWHERE = new From(null, "");
    }

    /// Who serves a domain; domains with the same answer are one destination. May block.
    default Served served(String domain) {
        return new Served.By(domain);
    }

    /// The servers of a domain.
    sealed interface Served {
        /// These, named in one way always.
        record By(String hosts) implements Served {}

        /// Nobody takes mail there.
        record Nowhere(String why) implements Served {}

        /// DNS did not know just now.
        record Later(String why) implements Served {}
    }

    /// How connecting ended.
    sealed interface Connecting {
        /// @param demanded what was demanded of it when it was opened, in the words of [Carrier#demanded]
        record Ready(SmtpConnection connection, String demanded) implements Connecting {}

        /// They do not want us.
        record Refused(Reply reply) implements Connecting {}

        /// Their DNS says that nobody takes mail there.
        record Nowhere(String why) implements Connecting {}

        /// This address of ours cannot be used: it is not on this machine any more, or cannot reach hosts like theirs.
        record NoAddress(String why) implements Connecting {}

        /// Nobody answered.
        record Failed(String why) implements Connecting {}

        /// They are there, but not as safe as they must be.
        /// @param forAll the rule wants it so; otherwise this domain does, and others at the same hosts may not
        record NotSafe(TlsTrouble trouble, boolean forAll) implements Connecting {}
    }
}
