package todoku.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// A name server whose domains have one [DnsTrouble] each: `nxdomain.r1.example`, `null-mx.r1.example` … Every other name
/// is well, and has one mail host. It can be healed: then all are well.
final class TroubledDns implements AutoCloseable {
    private static final int TTL = 3_600;
    private static final int MAX_BYTES = 65_535;
    private static final int MANY = 50;
    private static final int LAST = 5;
    private static final int FIRST_MISSING = 3;
    private static final int FIRST_REFUSING = 2;
    /// Below the resolver's patience of five seconds for one try.
    private static final Duration LATE = Duration.ofSeconds(3);
    private static final byte[] GARBAGE = "this is no answer".getBytes(US_ASCII);

    private final DatagramSocket socket;
    private final ServerSocket streams;
    private final Map<String, AtomicInteger> questions = new ConcurrentHashMap<>();
    private volatile boolean healed;

    private TroubledDns(DatagramSocket socket, ServerSocket streams) {
        this.socket = socket;
        this.streams = streams;
    }

    static TroubledDns start() throws IOException {
        while (true) {
            var socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
            try {
                var server = new TroubledDns(socket, new ServerSocket(socket.getLocalPort(), 50, InetAddress.getLoopbackAddress()));
                Thread.ofVirtual().name("dns").start(server::serve);
                Thread.ofVirtual().name("dns over tcp").start(server::serveStreams);
                return server;
            } catch (IOException taken) {
                socket.close();
            }
        }
    }

    static String domain(DnsTrouble trouble, int round) {
        return trouble.name().toLowerCase(Locale.ROOT).replace('_', '-') + ".r" + round + ".example";
    }

    /// Asks this server and no other, as often and as long as the product does.
    Resolver resolver() throws IOException {
        var one = new SimpleResolver(InetAddress.getLoopbackAddress());
        one.setPort(socket.getLocalPort());
        one.setTimeout(Duration.ofSeconds(5));
        return new ExtendedResolver(List.of(one));
    }

    /// Whether the host with this address takes connections.
    static boolean listens(InetAddress address) {
        return address.getAddress()[3] != 2;
    }

    void heal() {
        healed = true;
    }

    /// How often it was asked for the mail hosts of this domain.
    int asked(String domain) {
        AtomicInteger times = questions.get(domain);
        return times == null ? 0 : times.get();
    }

    private void serve() {
        while (!socket.isClosed()) {
            var packet = new DatagramPacket(new byte[MAX_BYTES], MAX_BYTES);
            try {
                socket.receive(packet);
            } catch (IOException e) {
                continue; // closed, or one packet lost
            }
            Thread.ofVirtual().start(() -> reply(packet));
        }
    }

    private void reply(DatagramPacket asked) {
        try {
            var question = new Message(Arrays.copyOf(asked.getData(), asked.getLength()));
            String name = name(question);
            if (type(question) == Type.MX) questions.computeIfAbsent(name, _ -> new AtomicInteger()).incrementAndGet();
            DnsTrouble trouble = trouble(name);
            switch (trouble) {
                case SILENT -> {}
                case GARBAGE -> send(GARBAGE, asked);
                case TRUNCATED, TRUNCATED_NO_TCP -> send(truncated(question), asked);
                case FORGED_NUMBER -> {
                    Message forged = refusal(question, Rcode.NXDOMAIN);
                    forged.getHeader().setID(question.getHeader().getID() ^ 1);
                    send(forged, asked);
                    send(answer(question, trouble), asked);
                }
                case FORGED_NAME -> {
                    var other = Message.newQuery(Record.newRecord(Name.fromString("other.example."), type(question), DClass.IN));
                    other.getHeader().setID(question.getHeader().getID());
                    send(refusal(other, Rcode.NXDOMAIN), asked);
                    send(answer(question, trouble), asked);
                }
                case LATE -> {
                    Programs.rest((int) LATE.toMillis());
                    send(answer(question, trouble), asked);
                }
                case null, default -> send(answer(question, trouble), asked);
            }
        } catch (IOException e) {
            if (!socket.isClosed()) System.err.println("a question to DNS stays without answer: " + e.getMessage());
        }
    }

    private void send(Message answer, DatagramPacket asked) throws IOException {
        send(answer.toWire(MAX_BYTES), asked);
    }

    private void send(byte[] answer, DatagramPacket asked) throws IOException {
        socket.send(new DatagramPacket(answer, answer.length, asked.getSocketAddress()));
    }

    private void serveStreams() {
        while (!streams.isClosed()) {
            try (Socket stream = streams.accept()) {
                var in = new DataInputStream(stream.getInputStream());
                var question = new Message(in.readNBytes(in.readUnsignedShort()));
                DnsTrouble trouble = trouble(name(question));
                if (trouble == DnsTrouble.TRUNCATED_NO_TCP) continue;
                byte[] answer = answer(question, trouble).toWire(MAX_BYTES);
                stream.getOutputStream().write(new byte[] {(byte) (answer.length >> 8), (byte) answer.length});
                stream.getOutputStream().write(answer);
            } catch (IOException e) {
                if (!streams.isClosed()) System.err.println("a question to DNS over TCP stays without answer: " + e.getMessage());
            }
        }
    }

    private static String name(Message question) {
        return question.getQuestion().getName().toString(true).toLowerCase(Locale.ROOT);
    }

    private static int type(Message question) {
        return question.getQuestion().getType();
    }

    /// Of the domain this name belongs to; null when it is well.
    private @Nullable DnsTrouble trouble(String name) {
        if (healed) return null;
        List<String> labels = Arrays.asList(name.split("\\."));
        if (labels.size() < 3) return null;
        String key = labels.get(labels.size() - 3).toUpperCase(Locale.ROOT).replace('-', '_');
        return Arrays.stream(DnsTrouble.values()).filter(one -> one.name().equals(key)).findFirst().orElse(null);
    }

    private static Message refusal(Message question, int code) {
        var answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.RA);
        answer.getHeader().setRcode(code);
        answer.addRecord(question.getQuestion(), Section.QUESTION);
        return answer;
    }

    private static Message truncated(Message question) {
        Message answer = refusal(question, Rcode.NOERROR);
        answer.getHeader().setFlag(Flags.TC);
        return answer;
    }

    private static Message answer(Message question, @Nullable DnsTrouble trouble) throws IOException {
        String name = name(question);
        Name owner = question.getQuestion().getName();
        int type = type(question);
        boolean isHost = name.startsWith("mx") && name.split("\\.").length > 3;
        int code = code(trouble, name, isHost);
        Message answer = refusal(question, code);
        if (code == Rcode.NOERROR) {
            List<Record> records = isHost ? ofHost(trouble, owner, name, type) : ofDomain(trouble, owner, name, type);
            for (Record record : records) answer.addRecord(record, Section.ANSWER);
        }
        boolean negative = answer.getSection(Section.ANSWER).isEmpty() && (code == Rcode.NOERROR || code == Rcode.NXDOMAIN);
        if (negative) answer.addRecord(soa(), Section.AUTHORITY);
        return answer;
    }

    private static int code(@Nullable DnsTrouble trouble, String name, boolean isHost) {
        if (!name.endsWith(".example")) return Rcode.NXDOMAIN; // an IP address in place of a name
        if (trouble == null) return Rcode.NOERROR;
        int host = isHost ? number(name) : 0;
        return switch (trouble) {
            case NXDOMAIN -> Rcode.NXDOMAIN;
            case SERVFAIL -> Rcode.SERVFAIL;
            case REFUSED -> Rcode.REFUSED;
            case MX_MISSING -> isHost ? Rcode.NXDOMAIN : Rcode.NOERROR;
            case MX_SERVFAIL -> isHost ? Rcode.SERVFAIL : Rcode.NOERROR;
            case MX_MISSING_AND_SERVFAIL -> !isHost ? Rcode.NOERROR : host == 1 ? Rcode.NXDOMAIN : Rcode.SERVFAIL;
            case FIFTY_MX -> isHost && host <= FIRST_MISSING ? Rcode.NXDOMAIN : Rcode.NOERROR;
            case FIFTY_MX_LAST -> isHost && host <= MANY - LAST ? Rcode.NXDOMAIN : Rcode.NOERROR;
            default -> Rcode.NOERROR;
        };
    }

    /// `mx7.` is 7, `mx.` is 0.
    private static int number(String host) {
        String digits = host.substring(2, host.indexOf('.'));
        return digits.isEmpty() ? 0 : Integer.parseInt(digits);
    }

    private static List<Record> ofDomain(@Nullable DnsTrouble trouble, Name owner, String name, int type) throws IOException {
        if (trouble == DnsTrouble.CNAME) return List.of(new CNAMERecord(owner, DClass.IN, TTL, Name.fromString("well-" + name + ".")));
        if (trouble == DnsTrouble.CNAME_LOOP) {
            String other = name.startsWith("again.") ? name.substring("again.".length()) : "again." + name;
            return List.of(new CNAMERecord(owner, DClass.IN, TTL, Name.fromString(other + ".")));
        }
        if (trouble == DnsTrouble.NO_MX && type == Type.A) return List.of(address(owner, 1));
        if (trouble == DnsTrouble.MX_TO_CNAME && name.startsWith("real.") && type == Type.A) return List.of(address(owner, 1));
        if (type != Type.MX) return List.of();
        return switch (trouble) {
            case NULL_MX -> List.of(new MXRecord(owner, DClass.IN, TTL, 0, Name.root));
            case NULL_MX_BESIDE -> List.of(new MXRecord(owner, DClass.IN, TTL, 0, Name.root), mx(owner, 10, "mx." + name));
            case MX_MISSING_AND_SERVFAIL -> List.of(mx(owner, 10, "mx1." + name), mx(owner, 20, "mx2." + name));
            case MX_TO_ADDRESS -> List.of(mx(owner, 10, "198.18.0.1"));
            case EQUAL_MX -> List.of(mx(owner, 10, "mx1." + name), mx(owner, 10, "mx2." + name));
            case FIFTY_MX, FIFTY_MX_LAST -> many(owner, name);
            case NO_MX, NO_DATA -> List.of();
            case null, default -> List.of(mx(owner, 10, "mx." + name));
        };
    }

    private static List<Record> many(Name owner, String name) throws IOException {
        List<Record> all = new ArrayList<>();
        for (int i = 1; i <= MANY; i++) all.add(mx(owner, i, "mx" + i + "." + name));
        return all;
    }

    private static List<Record> ofHost(@Nullable DnsTrouble trouble, Name owner, String name, int type) throws IOException {
        if (trouble == DnsTrouble.IPV6_ONLY)
            return type == Type.AAAA ? List.of(new AAAARecord(owner, DClass.IN, TTL, InetAddress.getByName("2001:db8::1"))) : List.of();
        if (trouble == DnsTrouble.MX_TO_CNAME)
            return List.of(new CNAMERecord(owner, DClass.IN, TTL, Name.fromString("real." + name.substring(name.indexOf('.') + 1) + ".")));
        if (type != Type.A) return List.of();
        int host = number(name);
        boolean refuses = trouble == DnsTrouble.EQUAL_MX && host == 1
                || trouble == DnsTrouble.FIFTY_MX && host <= FIRST_MISSING + FIRST_REFUSING;
        if (trouble == DnsTrouble.LOOPBACK) return List.of(new ARecord(owner, DClass.IN, TTL, InetAddress.getLoopbackAddress()));
        return List.of(address(owner, refuses ? 2 : 1));
    }

    private static Record mx(Name owner, int preference, String host) throws IOException {
        return new MXRecord(owner, DClass.IN, TTL, preference, Name.fromString(host + "."));
    }

    /// Out of the network that RFC 2544 keeps for benchmarks.
    private static Record address(Name owner, int last) throws IOException {
        return new ARecord(owner, DClass.IN, TTL, InetAddress.getByAddress(new byte[] {(byte) 198, 18, 0, (byte) last}));
    }

    private static Record soa() throws IOException {
        Name zone = Name.fromString("example.");
        return new SOARecord(zone, DClass.IN, TTL, Name.fromString("ns.example."), Name.fromString("root.example."), 1, 3600, 600, 86_400, 600);
    }

    @Override
    public void close() throws IOException {
        socket.close();
        streams.close();
    }
}
