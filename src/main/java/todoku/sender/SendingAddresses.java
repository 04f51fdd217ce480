package todoku.sender;

import java.io.UncheckedIOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import todoku.mail.dns.Dns;
import todoku.sender.OwnAddresses.Own;
import todoku.sender.doctor.Subject.Way;

/// From which addresses mail leaves, as receivers see them.
final class SendingAddresses {
    private static final Pattern FOUR = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern SIX = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    private static final int MOST = 20;

    private SendingAddresses() {}

    /// What was typed, separated by commas or spaces; nothing when one of them is no public address.
    static List<InetAddress> parse(String typed) {
        List<InetAddress> addresses = new ArrayList<>();
        for (String text : typed.strip().split("[,\\s]+")) {
            InetAddress address = literal(text);
            if (address == null || !isPublic(address) || addresses.size() == MOST) return List.of();
            addresses.add(address);
        }
        return addresses;
    }

    private static @Nullable InetAddress literal(String text) {
        try {
            if (FOUR.matcher(text).matches()) return Inet4Address.ofLiteral(text);
            return SIX.matcher(text).matches() ? Inet6Address.ofLiteral(text) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /// Each with the name we say there, once. A host that takes all mail further sends from addresses only its operator knows.
    static List<Way> of(Installation installation, @Nullable Long pool, OwnAddresses own, Dns dns) {
        List<Own> used = installation.smartHost().isEmpty() ? own.of(pool) : List.of(new Own(null, ""));
        Map<InetAddress, String> ways = new LinkedHashMap<>();
        for (Own each : used)
            if (each.address() != null && isPublic(each.address())) ways.putIfAbsent(each.address(), helo(each, installation));
        for (Own each : used) {
            if (each.address() != null && isPublic(each.address())) continue;
            String helo = helo(each, installation);
            for (InetAddress seen : asSeen(installation, helo, own.ipv6(), dns)) ways.putIfAbsent(seen, helo);
        }
        return ways.entrySet().stream().limit(MOST).map(way -> new Way(way.getKey(), way.getValue())).toList();
    }

    private static String helo(Own own, Installation installation) {
        return own.heloName().isEmpty() ? installation.heloName() : own.heloName();
    }

    /// As decided; otherwise those of this machine; behind a router those its name leads to.
    private static List<InetAddress> asSeen(Installation installation, String helo, boolean ipv6, Dns dns) {
        List<InetAddress> decided = parse(installation.sendingAddresses());
        if (!decided.isEmpty() || !installation.smartHost().isEmpty()) return decided;
        List<InetAddress> here = ofThisMachine(ipv6);
        if (!here.isEmpty() || helo.isEmpty()) return here;
        List<InetAddress> led = new ArrayList<>(dns.ipv4(helo).records());
        if (ipv6) led.addAll(dns.ipv6(helo).records());
        return led.stream().filter(SendingAddresses::isPublic).limit(MOST).toList();
    }

    private static List<InetAddress> ofThisMachine(boolean ipv6) {
        try {
            return NetworkInterface.networkInterfaces()
                    .flatMap(NetworkInterface::inetAddresses)
                    .filter(address -> (ipv6 || address instanceof Inet4Address) && isPublic(address))
                    .limit(MOST)
                    .toList();
        } catch (SocketException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isPublic(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean sharedOrUniqueLocal = bytes.length == 4
                ? (bytes[0] & 0xff) == 100 && (bytes[1] & 0xc0) == 0x40 // RFC 6598
                : (bytes[0] & 0xfe) == 0xfc; // RFC 4193
        return !(sharedOrUniqueLocal
                || address.isSiteLocalAddress()
                || address.isLoopbackAddress()
                || address.isLinkLocalAddress()
                || address.isAnyLocalAddress()
                || address.isMulticastAddress());
    }
}
