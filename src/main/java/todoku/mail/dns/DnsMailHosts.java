package todoku.mail.dns;

import java.net.IDN;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupResult;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/// Asks DNS: MX, and without MX the addresses of the domain itself (RFC 5321 §5.1).
///
/// Only a clear answer is final: NXDOMAIN, a null MX (RFC 7505), or nothing that could take mail, when all hosts were
/// asked for. Silence, SERVFAIL and everything unexpected mean [Route.Later]. Answers, negative ones too, are kept for as
/// long as DNS allows, within limits; while DNS is silent, hosts that were known are believed for a day longer (RFC 8767).
public final class DnsMailHosts implements MailHosts {
    /// More are not tried; a domain with hundreds of hosts must not cost hundreds of lookups.
    static final int MAX_HOSTS = 20;
    /// Some zones say 0; a campaign would ask once per batch.
    static final Duration SHORTEST = Duration.ofMinutes(1);
    /// A moved domain is noticed within this time, whatever its zone says.
    static final Duration LONGEST = Duration.ofHours(1);
    /// A domain may be registered or repaired any minute.
    static final Duration NEGATIVE = Duration.ofMinutes(5);
    /// Long enough not to ask again for every mail, short against the first retry.
    static final Duration TROUBLE = Duration.ofSeconds(30);
    /// How long an answer that has run out is believed while DNS does not answer (RFC 8767 says one to three days).
    static final Duration STALE = Duration.ofDays(1);
    /// Some 500 bytes each.
    static final int MAX_REMEMBERED = 100_000;
    /// For one question with all its repetitions.
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private static final int SMTP_PORT = 25;

    private final LookupSession dns;
    private final InstantSource clock;
    private final boolean ipv6;
    private final Map<String, Known> known = new ConcurrentHashMap<>();

    /// @param believedUntil when DNS does not answer; never in the past of `until`
    private record Known(Route route, Instant until, Instant believedUntil) {
        Known(Route route, Instant until) {
            this(route, until, until);
        }
    }

    private record Answer(List<Record> records, boolean noSuchDomain, @Nullable String trouble) {
        long ttlSeconds() {
            return records.stream().mapToLong(Record::getTTL).min().orElse(0);
        }
    }

    /// @param ipv6 whether this machine reaches IPv6 addresses; without it a domain that has no others is [Route.Later]
    public DnsMailHosts(Resolver resolver, InstantSource clock, boolean ipv6) {
        this.dns = LookupSession.builder().resolver(resolver).build();
        this.clock = clock;
        this.ipv6 = ipv6;
    }

    @Override
    public Route resolve(String domain) {
        String ascii;
        try {
            ascii = IDN.toASCII(domain).toLowerCase(Locale.ROOT);
        } catch (IllegalArgumentException e) {
            return new Route.NoSuchDomain("not a domain name: " + domain);
        }
        Instant now = clock.instant();
        Known before = known.get(ascii);
        if (before != null && now.isBefore(before.until())) return before.route();
        Known found = orStale(ask(ascii, now), before, now);
        if (known.size() >= MAX_REMEMBERED) forgetOld(now);
        known.put(ascii, found);
        return found.route();
    }

    /// What was known before, when DNS knows nothing now: hosts seldom move in an hour in which nobody can ask.
    private static Known orStale(Known found, @Nullable Known before, Instant now) {
        if (!(found.route() instanceof Route.Later)) return found;
        if (before == null || !now.isBefore(before.believedUntil())) return found;
        return new Known(before.route(), found.until(), before.believedUntil());
    }

    private void forgetOld(Instant now) {
        known.values().removeIf(entry -> !now.isBefore(entry.believedUntil()));
        if (known.size() >= MAX_REMEMBERED) known.clear();
    }

    private Known ask(String domain, Instant now) {
        Name name;
        try {
            name = Name.fromString(domain, Name.root);
        } catch (TextParseException e) {
            return new Known(new Route.NoSuchDomain("not a domain name: " + domain), now.plus(NEGATIVE));
        }
        Answer mx = lookup(name, Type.MX);
        if (mx.trouble() != null) return later(mx.trouble(), now);
        if (mx.noSuchDomain()) return new Known(new Route.NoSuchDomain("no such domain: " + domain), now.plus(NEGATIVE));
        List<MXRecord> records = inOrder(mx.records());
        if (records.isEmpty()) return hosts(domain, List.of(name), List.of(name), LONGEST.toSeconds(), now);
        if (records.stream().allMatch(record -> record.getTarget().equals(Name.root))) {
            return new Known(new Route.NullMx(domain + " takes no mail"), now.plus(within(mx.ttlSeconds())));
        }
        List<Name> targets = records.stream().map(MXRecord::getTarget).filter(target -> !target.equals(Name.root)).toList();
        Known found = hosts(domain, targets, whoServes(mx.records()), mx.ttlSeconds(), now);
        boolean cutShort = mx.records().size() > MAX_HOSTS;
        if (cutShort && found.route() instanceof Route.NoSuchDomain)
            return later("of the " + mx.records().size() + " mail hosts of " + domain + " only " + MAX_HOSTS + " were asked for, and none has an address", now);
        return found;
    }

    /// Who the hosts are does not depend on the turn they are tried in, nor on whose address is known just now.
    private static List<Name> whoServes(List<Record> records) {
        return records.stream()
                .filter(MXRecord.class::isInstance)
                .map(record -> ((MXRecord) record).getTarget())
                .filter(target -> !target.equals(Name.root))
                .sorted()
                .limit(MAX_HOSTS)
                .toList();
    }

    /// Equal preferences share the load (RFC 5321 §5.1).
    private static List<MXRecord> inOrder(List<Record> records) {
        var order = new ArrayList<MXRecord>();
        for (Record record : records) if (record instanceof MXRecord mx) order.add(mx);
        Collections.shuffle(order, new Random());
        order.sort(Comparator.comparingInt(MXRecord::getPriority));
        return order.subList(0, Math.min(order.size(), MAX_HOSTS));
    }

    /// @param serving whose domain it is; those to be tried are some of them, in the order of their turn
    private Known hosts(String domain, List<Name> names, List<Name> serving, long mxTtlSeconds, Instant now) {
        var hosts = new ArrayList<Route.Host>();
        long ttlSeconds = mxTtlSeconds;
        String trouble = null;
        // All at once: the answer takes as long as the slowest of them, not as long as all together.
        List<List<Pending>> asked = begin(names, ipv6 ? List.of(Type.AAAA, Type.A) : List.of(Type.A));
        for (List<Pending> ofOne : asked) {
            var found = new ArrayList<List<Record>>();
            for (Pending pending : ofOne) {
                Answer answer = pending.answer();
                if (answer.trouble() != null) trouble = answer.trouble();
                found.add(answer.records());
            }
            for (Record record : inTurn(found)) {
                InetAddress address = address(record);
                if (address == null || hosts.size() >= MAX_HOSTS) continue;
                hosts.add(new Route.Host(ofOne.getFirst().name().toString(true), address, SMTP_PORT));
                ttlSeconds = Math.min(ttlSeconds, record.getTTL());
            }
        }
        if (!hosts.isEmpty()) {
            Duration keep = trouble == null ? within(ttlSeconds) : TROUBLE; // the preferred host may be back soon
            return new Known(new Route.Hosts(hosts, serving.stream().map(each -> each.toString(true)).toList()), now.plus(keep), now.plus(keep).plus(STALE));
        }
        if (trouble != null) return later(trouble, now);
        return ipv6 ? noAddress(domain, now) : onlyIpv6(domain, names, now);
    }

    /// Hosts that this machine does not reach are hosts all the same: only when there are none is the domain's mail not wanted.
    private Known onlyIpv6(String domain, List<Name> names, Instant now) {
        for (List<Pending> ofOne : begin(names, List.of(Type.AAAA))) {
            Answer answer = ofOne.getFirst().answer();
            if (answer.trouble() != null) return later(answer.trouble(), now);
            if (answer.records().stream().anyMatch(record -> address(record) != null))
                return new Known(new Route.Later("only IPv6 addresses serve " + domain + ", and this machine uses none"), now.plus(NEGATIVE));
        }
        return noAddress(domain, now);
    }

    private static Known noAddress(String domain, Instant now) {
        return new Known(new Route.NoSuchDomain("no mail host of " + domain + " has a usable address"), now.plus(NEGATIVE));
    }

    private List<List<Pending>> begin(List<Name> names, List<Integer> types) {
        return names.stream()
                .map(name -> types.stream().map(type -> begin(name, type)).toList())
                .toList();
    }

    /// The families by turns, IPv6 first (RFC 8305 §4): whoever tries one after the other meets both soon.
    private static List<Record> inTurn(List<List<Record>> families) {
        var order = new ArrayList<Record>();
        int longest = families.stream().mapToInt(List::size).max().orElse(0);
        for (int i = 0; i < longest; i++) for (List<Record> family : families) if (i < family.size()) order.add(family.get(i));
        return order;
    }

    /// Mail hosts in our own machine are a mistake or an attack.
    private static @Nullable InetAddress address(Record record) {
        InetAddress address = switch (record) {
            case ARecord a -> a.getAddress();
            case AAAARecord aaaa -> aaaa.getAddress();
            default -> null;
        };
        if (address == null) return null;
        boolean ours = address.isLoopbackAddress() || address.isAnyLocalAddress() || address.isMulticastAddress() || address.isLinkLocalAddress();
        return ours ? null : address;
    }

    private static Known later(String why, Instant now) {
        return new Known(new Route.Later(why), now.plus(TROUBLE));
    }

    private static Duration within(long seconds) {
        return Duration.ofSeconds(Math.clamp(seconds, SHORTEST.toSeconds(), LONGEST.toSeconds()));
    }

    private Answer lookup(Name name, int type) {
        return begin(name, type).answer();
    }

    private Pending begin(Name name, int type) {
        return new Pending(name, type, dns.lookupAsync(name, type).toCompletableFuture());
    }

    /// A question that was put.
    private record Pending(Name name, int type, CompletableFuture<LookupResult> result) {
        Answer answer() {
            return answerOf(this);
        }
    }

    private static Answer answerOf(Pending pending) {
        Name name = pending.name();
        int type = pending.type();
        try {
            LookupResult result = pending.result().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            return new Answer(result.getRecords(), false, null);
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case NoSuchDomainException _ -> new Answer(List.of(), true, null);
                case NoSuchRRSetException _ -> new Answer(List.of(), false, null);
                case null, default -> trouble(name, type, String.valueOf(e.getCause()));
            };
        } catch (TimeoutException e) {
            return trouble(name, type, "no answer in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return trouble(name, type, "interrupted");
        }
    }

    private static Answer trouble(Name name, int type, String why) {
        return new Answer(List.of(), false, "DNS " + Type.string(type) + " " + name + " " + why);
    }
}
