package todoku.sender.doctor;

import java.net.InetAddress;
import java.util.List;
import java.util.Locale;

/// Whose mail is looked at, and how it leaves.
///
/// @param from        address in the header
/// @param returnPath  address of MAIL FROM
/// @param dkimDomain  in whose name we sign; empty: mail is not signed
/// @param keys        the records of the keys we sign with, as they should stand in DNS
/// @param ways        the sending IP addresses, each with our name there; empty when nobody knows them
/// @param heloName    what we call ourselves where no address is known; empty: not decided
/// @param linkBaseUrl where links lead; empty: not decided
public record Subject(
        String from,
        String returnPath,
        String dkimDomain,
        List<Check.Copy> keys,
        List<Way> ways,
        String heloName,
        String linkBaseUrl) {
    /// Keeps its own copy.
    public Subject {
        keys = List.copyOf(keys);
        ways = List.copyOf(ways);
    }

    /// @param heloName empty: not decided
    public record Way(InetAddress address, String heloName) {}

    List<InetAddress> addresses() {
        return ways.stream().map(Way::address).toList();
    }

    String fromDomain() {
        return domain(from);
    }

    String returnDomain() {
        return domain(returnPath);
    }

    static String domain(String address) {
        return address.substring(address.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
    }
}
