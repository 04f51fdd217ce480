package todoku.mail.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import todoku.mail.policy.SpfRecord.Broken;

/// Macros of SPF: `%{ir}.origin.example` and the like (RFC 7208 §7).
///
/// @param validated the name of the address that its owner confirms, asked only when `%{p}` stands there
record SpfMacros(InetAddress ip, String sender, String helo, Supplier<String> validated) {
    private static final Pattern MACRO = Pattern.compile("%(?:\\{([A-Za-z])([0-9]{0,3})(r?)([-.+,/_=]*)\\}|([%_-]))", Pattern.CASE_INSENSITIVE);
    private static final int LONGEST_NAME = 253;

    /// @param anywhere whether `c`, `r`, `t` are allowed, which belong into explanations
    static void check(String spec, boolean anywhere) throws Broken {
        Matcher macro = MACRO.matcher(spec);
        int at = 0;
        while (at < spec.length()) {
            char c = spec.charAt(at);
            if (c <= ' ' || c >= 0x7f) throw new Broken(spec);
            if (c != '%') {
                at++;
                continue;
            }
            if (!macro.find(at) || macro.start() != at) throw new Broken(spec);
            String letter = macro.group(1);
            if (letter != null) {
                String allowed = anywhere ? "slodiphvcrt" : "slodiphv";
                if (allowed.indexOf(Character.toLowerCase(letter.charAt(0))) < 0) throw new Broken(spec);
                if (!macro.group(2).isEmpty() && Integer.parseInt(macro.group(2)) == 0) throw new Broken(spec);
            }
            at = macro.end();
        }
    }

    /// The name a domain-spec means while `domain` is looked at; too long ones lose labels on the left.
    String expand(String spec, String domain) {
        Matcher macro = MACRO.matcher(spec);
        var name = new StringBuilder();
        while (macro.find()) macro.appendReplacement(name, Matcher.quoteReplacement(value(macro, domain)));
        macro.appendTail(name);
        String whole = name.toString();
        if (whole.endsWith(".")) whole = whole.substring(0, whole.length() - 1);
        while (whole.length() > LONGEST_NAME && whole.contains(".")) whole = whole.substring(whole.indexOf('.') + 1);
        return whole;
    }

    private String value(Matcher macro, String domain) {
        if (macro.group(5) != null)
            return switch (macro.group(5)) {
                case "_" -> " ";
                case "-" -> "%20";
                default -> "%";
            };
        char letter = macro.group(1).charAt(0);
        int at = sender.lastIndexOf('@');
        String raw = switch (Character.toLowerCase(letter)) {
            case 's' -> sender;
            case 'l' -> sender.substring(0, at);
            case 'o' -> sender.substring(at + 1);
            case 'd' -> domain;
            case 'i' -> dotted(ip);
            case 'p' -> validated.get();
            case 'v' -> ip instanceof Inet4Address ? "in-addr" : "ip6";
            default -> helo;
        };
        String delimiters = macro.group(4).isEmpty() ? "." : macro.group(4);
        List<String> parts = new ArrayList<>(Arrays.asList(raw.split("[" + Pattern.quote(delimiters) + "]", -1)));
        if (!macro.group(3).isEmpty()) Collections.reverse(parts);
        if (!macro.group(2).isEmpty()) {
            int keep = Integer.parseInt(macro.group(2));
            if (keep < parts.size()) parts = parts.subList(parts.size() - keep, parts.size());
        }
        String text = String.join(".", parts);
        return Character.isUpperCase(letter) ? URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20") : text;
    }

    /// IPv6 addresses as single hexadecimal digits.
    private static String dotted(InetAddress ip) {
        if (ip instanceof Inet4Address) return ip.getHostAddress();
        return String.join(".", HexFormat.of().formatHex(ip.getAddress()).toLowerCase(Locale.ROOT).split(""));
    }
}
