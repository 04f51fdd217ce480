package todoku.mail.policy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;

/// What an address is called, and which of those names lead back to it.
///
/// @param names     from PTR
/// @param confirmed those whose addresses include it
/// @param trouble   what DNS did not answer; null when everything is known
public record ReverseNames(InetAddress address, List<String> names, List<String> confirmed, @Nullable String trouble) {
    private static final int MOST = 10;

    public static ReverseNames of(Dns dns, InetAddress address) {
        DnsAnswer<String> names = dns.names(address);
        String trouble = names.trouble();
        List<String> confirmed = new ArrayList<>();
        for (String name : names.records().subList(0, Math.min(MOST, names.records().size()))) {
            DnsAnswer<InetAddress> forward = dns.like(address, name);
            if (!forward.known()) trouble = forward.trouble();
            if (forward.records().contains(address)) confirmed.add(name);
        }
        return new ReverseNames(address, names.records(), confirmed, trouble);
    }
}
