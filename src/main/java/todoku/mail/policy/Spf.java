package todoku.mail.policy;

import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;
import todoku.mail.policy.SpfRecord.Broken;
import todoku.mail.policy.SpfRecord.Mechanism;
import todoku.mail.policy.SpfResult.Code;

/// The check of a receiver: may this address send for that domain (RFC 7208)?
public final class Spf {
    /// Terms that ask DNS.
    static final int MOST_LOOKUPS = 10;
    /// Questions that find nothing.
    static final int MOST_VOID = 2;
    /// Mail hosts of one `mx`, names of one `ptr`.
    static final int MOST_NAMES = 10;

    private static final int BITS_4 = 32;
    private static final int BITS_6 = 128;
    private static final int LONGEST_LABEL = 63;
    private static final int LONGEST_NAME = 253;

    private final Dns dns;

    public Spf(Dns dns) {
        this.dns = dns;
    }

    /// @param ip     of the sending machine
    /// @param sender address of MAIL FROM; its domain is looked at
    /// @param helo   what the machine calls itself
    public SpfResult check(InetAddress ip, String sender, String helo) {
        String domain = sender.substring(sender.lastIndexOf('@') + 1).toLowerCase(Locale.ROOT);
        var check = new Check(ip, sender.contains("@") ? sender : "postmaster@" + sender, helo);
        if (!isName(domain)) return new SpfResult(Code.NONE, List.of(), 0, "");
        try {
            Code code = check.domain(domain);
            return new SpfResult(code, check.path, check.lookups, "");
        } catch (Stop stop) {
            return new SpfResult(stop.code, check.path, check.lookups, String.valueOf(stop.getMessage()));
        }
    }

    /// The SPF records of a domain as they stand there; more than one is an error of its own.
    public DnsAnswer<String> records(String domain) {
        DnsAnswer<String> texts = dns.texts(domain);
        return new DnsAnswer<>(
                texts.records().stream().filter(SpfRecord::isSpf).toList(), texts.noSuchName(), texts.trouble());
    }

    private static boolean isName(String name) {
        if (name.length() > LONGEST_NAME || !name.contains(".")) return false;
        for (String label : name.split("\\.", -1)) if (label.isEmpty() || label.length() > LONGEST_LABEL) return false;
        return true;
    }

    private static final class Stop extends RuntimeException {
        private static final long serialVersionUID = 1;
        private final Code code;

        Stop(Code code, String why) {
            super(why, null, false, false);
            this.code = code;
        }
    }

    /// One check with what it has used up so far.
    private final class Check {
        private final InetAddress ip;
        private final SpfMacros macros;
        private final List<String> path = new ArrayList<>();
        private int lookups;
        private int voids;
        private String current = "";

        Check(InetAddress ip, String sender, String helo) {
            this.ip = ip;
            this.macros = new SpfMacros(ip, sender, helo, this::validatedName);
        }

        Code domain(String domain) {
            current = domain;
            DnsAnswer<String> records = records(domain);
            if (!records.known()) throw new Stop(Code.TEMPERROR, String.valueOf(records.trouble()));
            if (records.records().isEmpty()) return Code.NONE;
            if (records.records().size() > 1) throw new Stop(Code.PERMERROR, domain + ": " + records.records().size() + " records");
            SpfRecord record;
            try {
                record = SpfRecord.parse(records.records().getFirst());
            } catch (Broken e) {
                throw new Stop(Code.PERMERROR, domain + ": " + e.getMessage());
            }
            for (Mechanism mechanism : record.mechanisms()) {
                int depth = path.size();
                path.add(mechanism.text());
                if (matches(mechanism, domain)) return mechanism.result();
                path.subList(depth, path.size()).clear();
                current = domain;
            }
            if (record.redirect() == null || record.hasAll()) return Code.NEUTRAL;
            count("redirect=" + record.redirect());
            path.add("redirect=" + record.redirect());
            String target = macros.expand(record.redirect(), domain);
            Code code = isName(target) ? domain(target) : Code.NONE;
            if (code == Code.NONE) throw new Stop(Code.PERMERROR, "redirect=" + target + ": no SPF record");
            return code;
        }

        private boolean matches(Mechanism mechanism, String domain) {
            if (mechanism.network() != null)
                return within(mechanism.network(), mechanism.kind().equals("ip4") ? mechanism.bits4() : mechanism.bits6());
            if (mechanism.kind().equals("all")) return true;
            count(mechanism.text());
            String target = mechanism.target().isEmpty() ? domain : macros.expand(mechanism.target(), domain);
            if (!isName(target)) {
                if (mechanism.kind().equals("include")) throw new Stop(Code.PERMERROR, "include:" + target);
                return false;
            }
            return switch (mechanism.kind()) {
                case "include" -> includes(target);
                case "a" -> anyWithin(target, mechanism);
                case "mx" -> mx(target, mechanism);
                case "exists" -> !answer(dns.ipv4(target)).isEmpty();
                default -> confirmedNames().stream().anyMatch(name -> isUnder(name, target));
            };
        }

        private boolean includes(String target) {
            return switch (domain(target)) {
                case PASS -> true;
                case NONE -> throw new Stop(Code.PERMERROR, "include:" + target + ": no SPF record");
                default -> false;
            };
        }

        private boolean mx(String target, Mechanism mechanism) {
            List<String> hosts = answer(dns.mailHosts(target));
            if (hosts.size() > MOST_NAMES) throw new Stop(Code.PERMERROR, mechanism.text() + ": " + hosts.size() + " MX");
            for (String host : hosts) if (!host.isEmpty() && anyWithin(host, mechanism)) return true;
            return false;
        }

        private boolean anyWithin(String name, Mechanism mechanism) {
            int bits = ip instanceof Inet4Address ? mechanism.bits4() : mechanism.bits6();
            for (InetAddress address : answer(dns.like(ip, name))) if (within(address, bits)) return true;
            return false;
        }

        /// Names of the address that lead back to it; what DNS does not answer is no name (RFC 7208 §5.5).
        private List<String> confirmedNames() {
            DnsAnswer<String> names = dns.names(ip);
            if (names.isVoid()) voids(names);
            List<String> confirmed = new ArrayList<>();
            for (String name : names.records().subList(0, Math.min(MOST_NAMES, names.records().size()))) {
                if (dns.like(ip, name).records().contains(ip)) confirmed.add(name.toLowerCase(Locale.ROOT));
            }
            return confirmed;
        }

        private String validatedName() {
            List<String> names = confirmedNames();
            for (String name : names) if (name.equals(current)) return name;
            for (String name : names) if (isUnder(name, current)) return name;
            return names.isEmpty() ? "unknown" : names.getFirst();
        }

        private boolean isUnder(String name, String domain) {
            String wanted = domain.toLowerCase(Locale.ROOT);
            return name.equals(wanted) || name.endsWith("." + wanted);
        }

        private void count(String term) {
            if (++lookups > MOST_LOOKUPS) throw new Stop(Code.PERMERROR, term + ": more than " + MOST_LOOKUPS + " lookups");
        }

        private <T> List<T> answer(DnsAnswer<T> answer) {
            if (!answer.known()) throw new Stop(Code.TEMPERROR, String.valueOf(answer.trouble()));
            if (answer.isVoid()) voids(answer);
            return answer.records();
        }

        private void voids(DnsAnswer<?> answer) {
            if (answer.isVoid() && ++voids > MOST_VOID)
                throw new Stop(Code.PERMERROR, "more than " + MOST_VOID + " lookups without an answer");
        }

        private boolean within(InetAddress network, int bits) {
            return same(network.getAddress(), ip.getAddress(), bits);
        }
    }

    /// Whether both begin with the same bits.
    private static boolean same(byte[] left, byte[] right, int bits) {
        if (left.length != right.length || bits > (left.length == 4 ? BITS_4 : BITS_6)) return false;
        for (int i = 0; i < bits; i++) {
            int mask = 0x80 >> (i % Byte.SIZE);
            if (((left[i / Byte.SIZE] ^ right[i / Byte.SIZE]) & mask) != 0) return false;
        }
        return true;
    }
}
