package todoku.mail.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

class DnsMailHostsTest {
    /// `name type` to lines of answer; a name that is in no line does not exist, `!SERVFAIL` fails.
    final Map<String, String> zone = new ConcurrentHashMap<>();
    final AtomicInteger questions = new AtomicInteger();
    Instant now = Instant.parse("2026-11-20T03:00:00Z");
    DatagramSocket socket;
    DnsMailHosts hosts;

    @BeforeEach
    void start() throws Exception {
        socket = new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Thread.ofPlatform().daemon().start(this::serve);
        var resolver = new SimpleResolver(InetAddress.getLoopbackAddress());
        resolver.setPort(socket.getLocalPort());
        resolver.setTimeout(Duration.ofSeconds(2));
        InstantSource clock = () -> now;
        hosts = new DnsMailHosts(resolver, clock, true);
    }

    @AfterEach
    void stop() {
        socket.close();
    }

    @Test
    void mail_hosts_come_in_order_of_preference_with_all_addresses() {
        zone.put("example.jp MX", "20 second.example.jp.\n10 first.example.jp.");
        zone.put("first.example.jp A", "192.0.2.1");
        zone.put("first.example.jp AAAA", "2001:db8::1");
        zone.put("second.example.jp A", "192.0.2.2\n127.0.0.1");

        assertThat(addresses("Example.JP")).containsExactly("192.0.2.1", "2001:db8:0:0:0:0:0:1", "192.0.2.2");
        assertThat(((Route.Hosts) hosts.resolve("example.jp")).hosts()).extracting(Route.Host::name)
                .containsExactly("first.example.jp", "first.example.jp", "second.example.jp");
    }

    @Test
    void without_mx_the_domain_itself_is_the_host() {
        zone.put("example.jp A", "192.0.2.7");

        assertThat(addresses("example.jp")).containsExactly("192.0.2.7");
    }

    @Test
    void japanese_domains_are_asked_for_in_ascii() {
        zone.put("xn--wgv71a119e.jp A", "192.0.2.8");

        assertThat(addresses("日本語.jp")).containsExactly("192.0.2.8");
    }

    @Test
    void only_clear_answers_are_final() {
        zone.put("null.example MX", "0 .");
        zone.put("bare.example TXT", "x");
        zone.put("broken.example MX", "!SERVFAIL");
        zone.put("lost.example MX", "10 broken2.example.");
        zone.put("broken2.example A", "!SERVFAIL");
        zone.put("ours.example A", "127.0.0.1");

        assertThat(hosts.resolve("none.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(hosts.resolve("bare.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(hosts.resolve("ours.example")).isInstanceOf(Route.NoSuchDomain.class);
        assertThat(hosts.resolve("null.example")).isInstanceOf(Route.NullMx.class);
        assertThat(hosts.resolve("broken.example")).isInstanceOf(Route.Later.class);
        assertThat(hosts.resolve("lost.example")).isInstanceOf(Route.Later.class);
        assertThat(hosts.resolve("a..b")).isInstanceOf(Route.NoSuchDomain.class);
    }

    @Test
    void answers_are_remembered_until_they_are_too_old() {
        hosts.resolve("none.example");
        int asked = questions.get();
        hosts.resolve("none.example");
        assertThat(questions).hasValue(asked);

        now = now.plus(DnsMailHosts.NEGATIVE);
        zone.put("none.example A", "192.0.2.9");
        assertThat(addresses("none.example")).containsExactly("192.0.2.9");
    }

    @Test
    void a_domain_with_very_many_hosts_is_cut_short() {
        var many = new StringBuilder();
        for (int i = 1; i <= 25; i++) many.append("192.0.2.").append(i).append('\n');
        zone.put("many.example A", many.toString().strip());

        assertThat(addresses("many.example")).hasSize(DnsMailHosts.MAX_HOSTS);
    }

    java.util.List<String> addresses(String domain) {
        return ((Route.Hosts) hosts.resolve(domain)).hosts().stream().map(host -> host.address().getHostAddress()).toList();
    }

    void serve() {
        try {
            while (true) {
                var packet = new DatagramPacket(new byte[4096], 4096);
                socket.receive(packet);
                questions.incrementAndGet();
                byte[] answer = answer(new Message(java.util.Arrays.copyOf(packet.getData(), packet.getLength()))).toWire();
                socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    Message answer(Message query) throws IOException {
        Record question = query.getQuestion();
        var answer = new Message(query.getHeader().getID());
        answer.getHeader().setFlag(Flags.QR);
        answer.addRecord(question, Section.QUESTION);
        String name = question.getName().toString(true).toLowerCase(java.util.Locale.ROOT);
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
