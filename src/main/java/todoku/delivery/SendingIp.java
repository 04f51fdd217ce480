package todoku.delivery;

import java.net.InetAddress;
import java.time.Instant;
import java.time.LocalDate;
import org.jspecify.annotations.Nullable;

/// 送信IP: an address of our own from which mail goes out.
/// @param address null = whichever the machine takes
/// @param heloName what we call ourselves there; empty = as the installation is called
/// @param weight how much of a rule it is given, in hundredths
/// @param out why it is not used; null while it is
/// @param warmupFrom the day its warm-up began; null = it is warm
/// @param names what DNS calls it; null when nobody has asked
public record SendingIp(
        long id, long pool, @Nullable InetAddress address, String heloName, int weight, @Nullable Out out,
        @Nullable LocalDate warmupFrom, @Nullable Names names, int version) {
    /// The one that is always there.
    static final long ANY = 1;
    /// The weight of an address that is given all a rule allows.
    public static final int WHOLE = 100;

    /// Why an address was taken out.
    public enum Cause {
        OPERATOR,
        /// A receiver says that it is on a blocklist.
        BLOCKLIST,
        /// Several providers refuse it.
        PROVIDERS
    }

    /// @param found a name, where there is one
    public record Names(AddressNames.State state, @Nullable String found, Instant at) {}

    /// @param said the words of a receiver; null when a person did it
    public record Out(Cause cause, @Nullable String said, Instant since) {}

    public boolean isAny() {
        return address == null;
    }

    public boolean inUse() {
        return out == null;
    }

    /// As people write it; empty for whichever the machine takes.
    public String text() {
        return address == null ? "" : address.getHostAddress();
    }

    Carrier.From from() {
        return new Carrier.From(address, heloName);
    }

    /// Whether a lane may go on as it is when this has become that.
    boolean goesOnAs(SendingIp other) {
        return id == other.id && pool == other.pool && from().equals(other.from());
    }
}
