package todoku.delivery;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// What was typed about a sending address, and what is wrong with it: by field, the key of a text.
/// @param address null when it was not asked for, or is none
record AddressEdit(
        @Nullable InetAddress address, String heloName, int weight, long pool, @Nullable LocalDate warmupFrom,
        Map<String, String> problems) {
    private static final Pattern FOUR = Pattern.compile("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
    private static final Pattern SIX = Pattern.compile("[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*");
    /// A name with a dot in it, of letters, digits and hyphens (RFC 1123 §2.1).
    private static final Pattern HOST =
            Pattern.compile("(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?");

    /// @param before null when it is to be added
    static AddressEdit of(Map<String, String> typed, @Nullable SendingIp before, List<SendingPool> pools, LocalDate today) {
        Map<String, String> problems = new LinkedHashMap<>();
        InetAddress address = null;
        if (before == null) {
            address = literal(typed.getOrDefault("ip", "").strip());
            if (address == null || address.isAnyLocalAddress() || address.isMulticastAddress()) problems.put("ip", "delivery.address.bad-ip");
            else if (!LocalAddress.isHere(address)) problems.put("ip", "delivery.address.not-here");
        }
        String helo = typed.getOrDefault("helo", "").strip().toLowerCase(Locale.ROOT);
        if (!helo.isEmpty() && !HOST.matcher(helo).matches()) problems.put("helo", "delivery.address.bad-helo");
        int weight = number(typed.getOrDefault("weight", ""));
        if (weight < 1 || weight > SendingIp.WHOLE) problems.put("weight", "delivery.address.bad-weight");
        long pool = number(typed.getOrDefault("pool", ""));
        if (pools.stream().noneMatch(each -> each.id() == pool)) problems.put("pool", "delivery.address.bad-pool");
        LocalDate begun = before == null ? null : before.warmupFrom();
        LocalDate warmup = typed.containsKey("warmup") ? begun == null ? today : begun : null;
        return new AddressEdit(address, helo, weight, pool, warmup, problems);
    }

    private static @Nullable InetAddress literal(String text) {
        try {
            if (FOUR.matcher(text).matches()) return Inet4Address.ofLiteral(text);
            return SIX.matcher(text).matches() ? InetAddress.ofLiteral(text) : null;
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    private static int number(String typed) {
        String text = typed.strip();
        return text.matches("[0-9]{1,9}") ? Integer.parseInt(text) : 0;
    }
}
