package todoku.mail.dns;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;

/// Asks DNS what only signatures can prove. Safe for many threads; blocks, and asks anew each time.
public final class SignedDns {
    private static final String ANCHORS = "/dns/root-anchors.txt";
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofHours(1);

    private final Resolver resolver;

    private SignedDns(Resolver resolver) {
        this.resolver = resolver;
    }

    /// Checks all signatures here, from the root on; the resolver only brings the records.
    public static SignedDns checkedHere(Resolver resolver) {
        try (InputStream anchors = Objects.requireNonNull(SignedDns.class.getResourceAsStream(ANCHORS))) {
            return checkedHere(resolver, anchors);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static SignedDns checkedHere(Resolver resolver, InputStream anchors) throws IOException {
        var validating = new ValidatingResolver(resolver);
        validating.loadTrustAnchors(anchors);
        validating.setTimeout(PATIENCE);
        return new SignedDns(validating);
    }

    /// Believes the resolver when it says that it has checked them (the AD bit): only for one on this machine, or on a way
    /// nobody else has access to.
    public static SignedDns checkedBy(Resolver resolver) {
        return new SignedDns(resolver);
    }

    /// One certificate that a server may show (RFC 6698).
    public record Announced(int usage, int selector, int matching, byte[] data) {}

    /// MX in order of preference, without a final dot; the host of a null MX is the empty name.
    public SignedAnswer<String> mailHosts(String domain) {
        return ask(domain, Type.MX, record -> record instanceof MXRecord mx ? plain(mx.getTarget()) : null);
    }

    /// The names at which a host may announce certificates, the first one first (RFC 7672 §2.1.3, §2.2.2). Where its IPv4
    /// addresses, or that there are none, are proved: the name its aliases lead to, then its own. Where they are not: its
    /// own if it is an alias and that is proved.
    public SignedAnswer<String> bases(String host) {
        try {
            Message answer = answer(host, Type.A);
            String end = end(answer);
            if (end.equalsIgnoreCase(host)) return said(answer, List.of(host));
            if (isProved(answer)) return said(answer, List.of(end, host));
            return ask(host, Type.CNAME, _ -> host);
        } catch (NoAnswer e) {
            return new SignedAnswer.Unknown<>(e.why);
        }
    }

    /// Where the aliases lead to.
    private static String end(Message answer) {
        Map<Name, Name> aliases = new HashMap<>();
        for (Record record : answer.getSection(Section.ANSWER))
            if (record instanceof CNAMERecord alias) aliases.put(alias.getName(), alias.getTarget());
        Name end = answer.getQuestion().getName();
        for (Name next = aliases.remove(end); next != null; next = aliases.remove(end)) end = next;
        return plain(end);
    }

    /// TLSA for a port over TCP.
    public SignedAnswer<Announced> certificates(String host, int port) {
        return ask("_" + port + "._tcp." + host, Type.TLSA, record -> record instanceof TLSARecord tlsa
                ? new Announced(
                        tlsa.getCertificateUsage(), tlsa.getSelector(), tlsa.getMatchingType(), tlsa.getCertificateAssociationData())
                : null);
    }

    /// Whether anything can be proved here at all: some networks take the signatures away.
    public boolean works() {
        return ask(".", Type.SOA, Record::rdataToString) instanceof SignedAnswer.Proved;
    }

    private static String plain(Name name) {
        return name.equals(Name.root) ? "" : name.toString(true);
    }

    private <T> SignedAnswer<T> ask(String name, int type, Function<Record, @Nullable T> read) {
        try {
            Message answer = answer(name, type);
            List<T> records = new ArrayList<>();
            for (Record record : answer.getSection(Section.ANSWER)) {
                T wanted = record.getType() == type ? read.apply(record) : null;
                if (wanted != null) records.add(wanted);
            }
            return said(answer, records);
        } catch (NoAnswer e) {
            return new SignedAnswer.Unknown<>(e.why);
        }
    }

    private Message answer(String name, int type) throws NoAnswer {
        String question = Type.string(type) + " " + name;
        try {
            Message query = Message.newQuery(Record.newRecord(Name.fromString(name, Name.root), type, DClass.IN));
            query.getHeader().setFlag(Flags.AD);
            Message answer = resolver.sendAsync(query).toCompletableFuture().get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
            int code = answer.getRcode();
            if (code != Rcode.NOERROR && code != Rcode.NXDOMAIN) throw new NoAnswer(question + ": " + Rcode.string(code));
            return answer;
        } catch (TextParseException e) {
            throw new NoAnswer("not a name: " + name);
        } catch (ExecutionException e) {
            throw new NoAnswer(question + ": " + e.getCause());
        } catch (TimeoutException e) {
            throw new NoAnswer(question + ": no answer in time");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new NoAnswer("interrupted");
        }
    }

    private static <T> SignedAnswer<T> said(Message answer, List<T> records) {
        long seconds = LONGEST.toSeconds();
        for (Record record : answer.getSection(Section.ANSWER)) seconds = Math.min(seconds, record.getTTL());
        Duration keep = Duration.ofSeconds(Math.max(seconds, SHORTEST.toSeconds()));
        return isProved(answer) ? new SignedAnswer.Proved<>(records, keep) : new SignedAnswer.Unsigned<>(keep);
    }

    private static boolean isProved(Message answer) {
        return answer.getHeader().getFlag(Flags.AD);
    }

    /// Wrong signatures, or silence.
    private static final class NoAnswer extends Exception {
        private final String why;

        NoAnswer(String why) {
            super(why, null, false, false);
            this.why = why;
        }
    }
}
