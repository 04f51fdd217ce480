package todoku.mail.dns;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.DNSSEC.DNSSECException;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// A root of DNS of our own on a free port of this machine: everything stands in the root zone and is signed, what is
/// below an unsigned name is not.
public final class SignedZone implements AutoCloseable {
    private static final int TTL = 300;

    private final DatagramSocket socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    private final KeyPair keys = keys();
    private final KeyPair wrongKeys = keys();
    private final DNSKEYRecord key;
    private final List<Record> records = new CopyOnWriteArrayList<>();
    private final Set<Name> unsigned = ConcurrentHashMap.newKeySet();
    private volatile boolean failing;
    private final Set<Name> forged = ConcurrentHashMap.newKeySet();

    public SignedZone() throws IOException {
        try {
            key = new DNSKEYRecord(
                    Name.root, DClass.IN, TTL, DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY, DNSKEYRecord.Protocol.DNSSEC,
                    DNSSEC.Algorithm.ECDSAP256SHA256, keys.getPublic());
        } catch (DNSSECException e) {
            throw new IllegalStateException(e);
        }
        records.add(key);
        add(". 300 IN SOA a.root. b.root. 1 2 3 4 300");
        add(". 300 IN NS a.root.");
        Thread.ofPlatform().daemon().start(this::serve);
    }

    /// Adds a record, as a line of a zone file.
    public SignedZone add(String line) {
        String[] parts = line.split(" ", 5);
        try {
            Name name = Name.fromString(parts[0], Name.root);
            records.add(Record.fromString(name, Type.value(parts[3]), DClass.IN, TTL, parts[4], Name.root));
        } catch (IOException e) {
            throw new IllegalArgumentException(line, e);
        }
        return this;
    }

    /// Nothing at and below this name is signed.
    public SignedZone unsigned(String name) {
        unsigned.add(name(name));
        return add(name + " 300 IN NS ns." + name);
    }

    /// What stands at this name is signed with another key.
    public SignedZone forged(String name) {
        forged.add(name(name));
        return this;
    }

    /// From now on every question fails; or none.
    public void failing(boolean all) {
        failing = all;
    }

    public SignedDns dns() {
        try {
            return SignedDns.checkedHere(resolver(), new ByteArrayInputStream((key + "\n").getBytes(US_ASCII)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Nobody here has the key that these were signed with.
    public SignedDns dnsWithRealAnchors() {
        return SignedDns.checkedHere(resolver());
    }

    private SimpleResolver resolver() {
        var resolver = new SimpleResolver(InetAddress.getLoopbackAddress());
        resolver.setPort(socket.getLocalPort());
        resolver.setTimeout(Duration.ofSeconds(2));
        return resolver;
    }

    private void serve() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4096], 4096);
                socket.receive(packet);
                byte[] answer = answer(new Message(Arrays.copyOf(packet.getData(), packet.getLength()))).toWire();
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private Message answer(Message query) {
        Record question = query.getQuestion();
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.getHeader().setRcode(Rcode.NOERROR);
        answer.addRecord(question, Section.QUESTION);
        if (failing) {
            answer.getHeader().setRcode(Rcode.SERVFAIL);
            return answer;
        }
        Name name = question.getName();
        boolean signed = isSigned(name) || question.getType() == Type.DS;
        List<Record> found = at(name, question.getType());
        for (List<Record> alias = at(name, Type.CNAME); found.isEmpty() && !alias.isEmpty(); alias = at(name, Type.CNAME)) {
            add(answer, Section.ANSWER, alias, signed);
            name = ((CNAMERecord) alias.getFirst()).getTarget();
            signed = isSigned(name);
            found = at(name, question.getType());
        }
        if (!found.isEmpty()) add(answer, Section.ANSWER, found, signed);
        else if (signed) {
            add(answer, Section.AUTHORITY, at(Name.root).stream().filter(each -> each.getType() == Type.SOA).toList(), true);
            add(answer, Section.AUTHORITY, List.of(nothingElse(name)), true);
        }
        return answer;
    }

    private boolean isSigned(Name name) {
        return unsigned.stream().noneMatch(name::subdomain);
    }

    private List<Record> at(Name name, int type) {
        return at(name).stream().filter(record -> record.getType() == type).toList();
    }

    private List<Record> at(Name name) {
        return records.stream().filter(record -> record.getName().equals(name)).toList();
    }

    /// Proves that there is no other type, and nothing between this name and the very next.
    private NSECRecord nothingElse(Name name) {
        var types = new TreeSet<>(Set.of(Type.NSEC, Type.RRSIG));
        at(name).forEach(record -> types.add(record.getType()));
        try {
            return new NSECRecord(
                    name, DClass.IN, TTL, Name.fromString("\\000", name), types.stream().mapToInt(Integer::intValue).toArray());
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private void add(Message answer, int section, List<Record> found, boolean signed) {
        found.forEach(record -> answer.addRecord(record, section));
        if (!signed) return;
        boolean wrong = forged.contains(found.getFirst().getName());
        try {
            answer.addRecord(
                    DNSSEC.sign(
                            new RRset(found.toArray(Record[]::new)),
                            key,
                            (wrong ? wrongKeys : keys).getPrivate(),
                            Instant.now().minusSeconds(3600),
                            Instant.now().plusSeconds(3600)),
                    section);
        } catch (DNSSECException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Name name(String text) {
        try {
            return Name.fromString(text, Name.root);
        } catch (IOException e) {
            throw new IllegalArgumentException(text, e);
        }
    }

    private static KeyPair keys() {
        try {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
            generator.initialize(new ECGenParameterSpec("secp256r1"));
            return generator.generateKeyPair();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        socket.close();
    }
}
