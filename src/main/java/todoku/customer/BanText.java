package todoku.customer;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;

/// Addresses and domains as they are pasted: one in a line, or with commas or spaces between them. `@example.jp` and
/// `example.jp` are domains.
record BanText(List<MailAddress> addresses, Set<String> domains, List<String> bad) {
    /// In one go; more come as a file.
    static final int MOST = 10_000;

    /// Bad ones are shown; nobody reads more.
    private static final int SHOWN = 10;

    static BanText of(String typed) {
        List<MailAddress> addresses = new ArrayList<>();
        Set<String> domains = new LinkedHashSet<>();
        List<String> bad = new ArrayList<>();
        for (String each : typed.split("[\\s,;、，；\u3000]+")) {
            String word = Cell.plain(each);
            if (word.isEmpty()) continue;
            boolean domain = word.indexOf('@') <= 0;
            String address = domain ? "x@" + word.substring(word.indexOf('@') + 1) : word;
            if (MailAddress.parse(address) instanceof Parsing.Parsed(MailAddress parsed, boolean violating)) {
                if (domain) domains.add(parsed.domain());
                else addresses.add(parsed);
            } else if (bad.size() < SHOWN) bad.add(word.length() > 60 ? word.substring(0, 60) + "…" : word);
        }
        return new BanText(addresses, domains, bad);
    }

    int size() {
        return addresses.size() + domains.size();
    }
}
