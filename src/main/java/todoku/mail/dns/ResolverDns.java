package todoku.mail.dns;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import org.xbill.DNS.lookup.NoSuchRRSetException;

/// Asks the resolver of this machine.
public final class ResolverDns implements Dns {
    private static final int PATIENCE_SECONDS = 8;

    private final LookupSession session;

    public ResolverDns(Resolver resolver) {
        this.session = LookupSession.builder().resolver(resolver).build();
    }

    @Override
    public DnsAnswer<String> texts(String name) {
        return ask(name, Type.TXT, record -> record instanceof TXTRecord text ? String.join("", text.getStrings()) : null);
    }

    @Override
    public DnsAnswer<InetAddress> ipv4(String name) {
        return ask(name, Type.A, record -> record instanceof ARecord a ? a.getAddress() : null);
    }

    @Override
    public DnsAnswer<InetAddress> ipv6(String name) {
        return ask(name, Type.AAAA, record -> record instanceof AAAARecord a ? a.getAddress() : null);
    }

    @Override
    public DnsAnswer<String> mailHosts(String name) {
        DnsAnswer<MXRecord> answer = ask(name, Type.MX, record -> record instanceof MXRecord mx ? mx : null);
        List<String> hosts = answer.records().stream()
                .sorted(Comparator.comparingInt(MXRecord::getPriority))
                .map(mx -> plain(mx.getTarget()))
                .toList();
        return new DnsAnswer<>(hosts, answer.noSuchName(), answer.trouble());
    }

    @Override
    public DnsAnswer<String> names(InetAddress address) {
        return ask(
                ReverseMap.fromAddress(address).toString(),
                Type.PTR,
                record -> record instanceof PTRRecord ptr ? plain(ptr.getTarget()) : null);
    }

    private static String plain(Name name) {
        return name.equals(Name.root) ? "" : name.toString(true);
    }

    private <T> DnsAnswer<T> ask(String name, int type, Function<Record, @Nullable T> read) {
        try {
            var answer = session.lookupAsync(Name.fromString(name, Name.root), type)
                    .toCompletableFuture()
                    .get(PATIENCE_SECONDS, TimeUnit.SECONDS);
            List<T> records = new ArrayList<>();
            for (Record record : answer.getRecords()) {
                T wanted = read.apply(record);
                if (wanted != null) records.add(wanted);
            }
            return DnsAnswer.of(records);
        } catch (TextParseException e) {
            return DnsAnswer.missing(); // a name that cannot be written cannot exist
        } catch (ExecutionException e) {
            return switch (e.getCause()) {
                case NoSuchDomainException _ -> DnsAnswer.missing();
                case NoSuchRRSetException _ -> DnsAnswer.of(List.of());
                case null, default -> DnsAnswer.unknown(Type.string(type) + " " + name + ": " + e.getCause());
            };
        } catch (TimeoutException e) {
            return DnsAnswer.unknown(Type.string(type) + " " + name + ": no answer in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return DnsAnswer.unknown("interrupted");
        }
    }
}
