package todoku.mail.policy;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import todoku.mail.dns.Dns;
import todoku.mail.dns.DnsAnswer;

/// A DNS that says what it was told. Stands for the outside world.
public final class ScriptedDns implements Dns {
    private final Map<String, List<String>> records = new HashMap<>();
    private final Set<String> names = new HashSet<>();
    private final Set<String> silent = new HashSet<>();
    private boolean dead;
    private int asked;

    /// Adds a record: `add("example.jp", "TXT", "v=spf1 -all")`; MX in order of preference, PTR under the address.
    public ScriptedDns add(String name, String type, String value) {
        records.computeIfAbsent(key(name, type), key -> new ArrayList<>()).add(value);
        names.add(name.toLowerCase(Locale.ROOT));
        return this;
    }

    public ScriptedDns remove(String name, String type) {
        records.remove(key(name, type));
        return this;
    }

    /// Questions for this name find nobody.
    public ScriptedDns silent(String name) {
        silent.add(name);
        return this;
    }

    /// Nobody answers any more.
    public ScriptedDns dead(boolean is) {
        dead = is;
        return this;
    }

    int asked() {
        return asked;
    }

    @Override
    public DnsAnswer<String> texts(String name) {
        return answer(name, "TXT");
    }

    @Override
    public DnsAnswer<InetAddress> ipv4(String name) {
        return addresses(answer(name, "A"));
    }

    @Override
    public DnsAnswer<InetAddress> ipv6(String name) {
        return addresses(answer(name, "AAAA"));
    }

    private static DnsAnswer<InetAddress> addresses(DnsAnswer<String> answer) {
        List<InetAddress> addresses = answer.records().stream().map(InetAddress::ofLiteral).toList();
        return new DnsAnswer<>(addresses, answer.noSuchName(), answer.trouble());
    }

    @Override
    public DnsAnswer<String> mailHosts(String name) {
        return answer(name, "MX");
    }

    @Override
    public DnsAnswer<String> names(InetAddress address) {
        return answer(address.getHostAddress(), "PTR");
    }

    private DnsAnswer<String> answer(String name, String type) {
        asked++;
        if (dead || silent.contains(name)) return DnsAnswer.unknown(type + " " + name + ": SERVFAIL");
        List<String> found = records.getOrDefault(key(name, type), List.of());
        if (found.isEmpty() && !names.contains(name.toLowerCase(Locale.ROOT))) return DnsAnswer.missing();
        return DnsAnswer.of(found);
    }

    private static String key(String name, String type) {
        return name.toLowerCase(Locale.ROOT) + " " + type;
    }
}
