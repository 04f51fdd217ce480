package todoku.mail.dns;

import java.net.Inet4Address;
import java.net.InetAddress;

/// Questions to DNS as the policies of mail ask them. Safe for many threads; may block, and asks anew each time.
public interface Dns {
    /// TXT, each with its parts joined (RFC 7208 §3.3).
    DnsAnswer<String> texts(String name);

    DnsAnswer<InetAddress> ipv4(String name);

    DnsAnswer<InetAddress> ipv6(String name);

    /// Addresses of the same family as this one.
    default DnsAnswer<InetAddress> like(InetAddress address, String name) {
        return address instanceof Inet4Address ? ipv4(name) : ipv6(name);
    }

    /// MX in order of preference, without a final dot; the host of a null MX (RFC 7505) is the empty name.
    DnsAnswer<String> mailHosts(String name);

    /// PTR, without a final dot.
    DnsAnswer<String> names(InetAddress address);
}
