package todoku.mail.dns;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

/// A name server on a free port of this machine.
final class LoopbackDns implements AutoCloseable {
    /// `name type` to lines of answer; a name that is in no line does not exist, `!SERVFAIL` fails.
    final Map<String, String> zone = new ConcurrentHashMap<>();

    final AtomicInteger questions = new AtomicInteger();
    private final DatagramSocket socket;
    private final List<DatagramPacket> held = new ArrayList<>();
    private volatile Map<Integer, Integer> together = Map.of();

    LoopbackDns() throws IOException {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().start(this::serve);
    }

    Resolver resolver() {
        var resolver = new SimpleResolver(InetAddress.getLoopbackAddress());
        resolver.setPort(socket.getLocalPort());
        resolver.setTimeout(Duration.ofSeconds(2));
        return resolver;
    }

    @Override
    public void close() {
        socket.close();
    }

    private void serve() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4096], 4096);
                socket.receive(packet);
                questions.incrementAndGet();
                held.add(packet);
                if (held.size() < together.getOrDefault(type(packet), 1)) continue;
                for (DatagramPacket each : held) reply(each);
                held.clear();
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    /// Questions of other types than MX are answered when so many stand in line.
    void answersAddressesTogether(int count) {
        together = Map.of(Type.A, count, Type.AAAA, count);
    }

    private static int type(DatagramPacket packet) throws IOException {
        return message(packet).getQuestion().getType();
    }

    private static Message message(DatagramPacket packet) throws IOException {
        return new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
    }

    private void reply(DatagramPacket packet) throws IOException {
        byte[] answer = answer(message(packet)).toWire();
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
    }

    private Message answer(Message query) throws IOException {
        Record question = query.getQuestion();
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(question, Section.QUESTION);
        String name = question.getName().toString(true).toLowerCase(Locale.ROOT);
        String lines = zone.get(name + " " + Type.string(question.getType()));
        if (lines == null) {
            if (zone.keySet().stream().noneMatch(key -> key.startsWith(name + " "))) answer.getHeader().setRcode(Rcode.NXDOMAIN);
        } else if (lines.equals("!SERVFAIL")) {
            answer.getHeader().setRcode(Rcode.SERVFAIL);
        } else {
            for (String line : lines.split("\n")) {
                answer.addRecord(Record.fromString(question.getName(), question.getType(), DClass.IN, 300, line, Name.root), Section.ANSWER);
            }
        }
        return answer;
    }
}
