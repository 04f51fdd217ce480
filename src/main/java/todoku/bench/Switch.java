package todoku.bench;

import java.io.IOException;
import java.time.Duration;
import todoku.mail.dns.MailHosts;
import todoku.mail.dns.Route;

/// One receiver after the other for the same domains.
final class Switch implements MailHosts {
    /// A lane closes connections that nobody needs after five seconds; one that is left would go to the receiver before.
    private static final Duration UNTIL_ALL_ARE_CLOSED = Duration.ofSeconds(6);

    private volatile MailHosts now;

    Switch(MailHosts first) {
        now = first;
    }

    void to(MailHosts next) throws IOException {
        if (now == next) return;
        Programs.rest((int) UNTIL_ALL_ARE_CLOSED.toMillis());
        now = next;
    }

    @Override
    public Route resolve(String domain) {
        return now.resolve(domain);
    }
}
