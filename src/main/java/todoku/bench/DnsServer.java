package todoku.bench;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// A name server that knows thousands of domains by a rule, and takes its time as one far away does.
///
/// Of a hundred domains `s1.example`, `s2.example` …, one does not exist, one takes no mail (RFC 7505), ten have an address
/// and no MX, the others two mail hosts of their own. Everything else has one mail host.
final class DnsServer implements AutoCloseable {
    private static final Pattern SMALL = Pattern.compile("(?:mx[12]\\.)?s(\\d+)\\.example");
    private static final Pattern HOST = Pattern.compile("mx[12]?\\..*");
    private static final int TTL = 3_600;
    private static final int LARGEST = 1_232;

    private final DatagramSocket socket;
    private final Duration latency;
    private final AtomicLong questions = new AtomicLong();

    private DnsServer(DatagramSocket socket, Duration latency) {
        this.socket = socket;
        this.latency = latency;
    }

    static DnsServer start(Duration latency) throws IOException {
        var socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        socket.setReceiveBufferSize(1 << 20);
        var server = new DnsServer(socket, latency);
        Thread.ofVirtual().name("dns").start(server::serve);
        return server;
    }

    static String domain(int number) {
        return "s" + number + ".example";
    }

    /// Whether this one takes mail.
    static boolean takesMail(int number) {
        return !isMissing(number) && !isNull(number);
    }

    private static boolean isMissing(int number) {
        return number % 100 == 0;
    }

    private static boolean isNull(int number) {
        return number % 100 == 50;
    }

    private static boolean isWithoutMx(int number) {
        return number % 10 == 3;
    }

    /// Asks this server and no other.
    SimpleResolver resolver() throws IOException {
        var resolver = new SimpleResolver(InetAddress.getLoopbackAddress());
        resolver.setPort(socket.getLocalPort());
        resolver.setTimeout(Duration.ofSeconds(5));
        return resolver;
    }

    /// How many it has been asked.
    long questions() {
        return questions.get();
    }

    private void serve() {
        while (!socket.isClosed()) {
            var packet = new DatagramPacket(new byte[LARGEST], LARGEST);
            try {
                socket.receive(packet);
            } catch (IOException e) {
                continue; // closed, or one packet lost
            }
            questions.incrementAndGet();
            Thread.ofVirtual().start(() -> reply(packet));
        }
    }

    private void reply(DatagramPacket asked) {
        try {
            Thread.sleep(latency);
            var question = new Message(java.util.Arrays.copyOf(asked.getData(), asked.getLength()));
            byte[] answer = answer(question).toWire(LARGEST);
            socket.send(new DatagramPacket(answer, answer.length, asked.getSocketAddress()));
        } catch (IOException e) {
            if (!socket.isClosed()) System.err.println("a question to DNS stays without answer: " + e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Message answer(Message question) throws IOException {
        Record asked = question.getQuestion();
        var answer = new Message(question.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.getHeader().setFlag(Flags.AA);
        answer.addRecord(asked, Section.QUESTION);
        String name = asked.getName().toString(true).toLowerCase(Locale.ROOT);
        Matcher small = SMALL.matcher(name);
        int number = small.matches() ? Integer.parseInt(small.group(1)) : 1;
        if (isMissing(number)) answer.getHeader().setRcode(Rcode.NXDOMAIN);
        else for (Record record : records(asked, name, number, small.matches())) answer.addRecord(record, Section.ANSWER);
        if (answer.getSection(Section.ANSWER).isEmpty()) answer.addRecord(soa(), Section.AUTHORITY);
        return answer;
    }

    private static List<Record> records(Record asked, String name, int number, boolean small) throws IOException {
        Name owner = asked.getName();
        boolean isHost = HOST.matcher(name).matches();
        if (asked.getType() == Type.A && (isHost || small && isWithoutMx(number))) {
            return List.of(new ARecord(owner, DClass.IN, TTL, address(number)));
        }
        if (asked.getType() != Type.MX || isHost) return List.of();
        if (!small) return List.of(mx(owner, 10, "mx." + name));
        if (isNull(number)) return List.of(new MXRecord(owner, DClass.IN, TTL, 0, Name.root));
        if (isWithoutMx(number)) return List.of();
        return List.of(mx(owner, 10, "mx1." + name), mx(owner, 20, "mx2." + name));
    }

    private static Record mx(Name owner, int preference, String host) throws IOException {
        return new MXRecord(owner, DClass.IN, TTL, preference, Name.fromString(host + "."));
    }

    private static Record soa() throws IOException {
        Name zone = Name.fromString("example.");
        return new SOARecord(zone, DClass.IN, TTL, Name.fromString("ns.example."), Name.fromString("root.example."), 1, 3600, 600, 86_400, 600);
    }

    /// Out of the network that RFC 2544 keeps for benchmarks.
    private static InetAddress address(int number) throws IOException {
        return InetAddress.getByAddress(new byte[] {(byte) 198, 18, (byte) (number >> 8), (byte) number});
    }

    @Override
    public void close() {
        socket.close();
    }
}
