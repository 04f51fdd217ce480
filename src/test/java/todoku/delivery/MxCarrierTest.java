package todoku.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Timeouts;

class MxCarrierTest {
    private static final Timeouts SHORT = new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));

    @Test
    void where_ipv6_does_not_answer_the_ipv4_address_of_the_same_host_is_used() throws IOException {
        try (var listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> greet(listener));
            var six = new Route.Host("mx.example", InetAddress.getByName("::1"), 1);
            var four = new Route.Host("mx.example", InetAddress.getByName("127.0.0.1"), listener.getLocalPort());
            var carrier = new MxCarrier(_ -> new Route.Hosts(List.of(six, four)), "todoku.example", SHORT);

            assertThat(carrier.connect("example")).isInstanceOfSatisfying(
                    Carrier.Connecting.Ready.class, ready -> ready.connection().close());
        }
    }

    private static void greet(ServerSocket listener) {
        try (var socket = listener.accept()) {
            socket.getOutputStream().write("220 mx.example\r\n250 mx.example\r\n".getBytes(US_ASCII));
            socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The test is over.
        }
    }
}
