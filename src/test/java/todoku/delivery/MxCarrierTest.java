package todoku.delivery;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThatCode;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import todoku.mail.dns.Route;
import todoku.mail.smtp.Reply;
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

    @Test
    void an_address_of_ours_is_bound_and_calls_itself_by_its_own_name() throws Exception {
        try (var listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            var heard = new CompletableFuture<String>();
            Thread.ofVirtual().start(() -> listen(listener, heard));
            var host = new Route.Host("mx.example", InetAddress.getByName("127.0.0.1"), listener.getLocalPort());
            var carrier = new MxCarrier(_ -> new Route.Hosts(List.of(host)), "todoku.example", SHORT);
            var from = new Carrier.From(InetAddress.getByName("127.0.0.9"), "mail9.todoku.example");

            assertThat(carrier.connect("example", TlsRule.WHEN_OFFERED, from)).isInstanceOfSatisfying(
                    Carrier.Connecting.Ready.class, ready -> ready.connection().close());
            assertThat(heard.get(10, TimeUnit.SECONDS)).isEqualTo("127.0.0.9 EHLO mail9.todoku.example");
        }
    }

    @Test
    void an_address_that_is_gone_or_of_another_kind_is_no_fault_of_theirs() throws IOException {
        var four = new Route.Host("mx.example", InetAddress.getByName("127.0.0.1"), 1);
        var carrier = new MxCarrier(_ -> new Route.Hosts(List.of(four)), "todoku.example", SHORT);
        for (String own : List.of("192.0.2.7", "::1"))
            assertThat(carrier.connect("example", TlsRule.WHEN_OFFERED, new Carrier.From(InetAddress.getByName(own), "")))
                    .isInstanceOf(Carrier.Connecting.NoAddress.class);
    }

    @ParameterizedTest
    @CsvSource({"421, true", "554, true", "550, true", "451, false", "521, false"})
    void a_refusal_about_us_ends_the_round_and_one_of_a_single_host_does_not(int code, boolean ends) throws IOException {
        try (var refusing = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"));
                var listener = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> say(refusing, code + " not you"));
            Thread.ofVirtual().start(() -> greet(listener));
            Carrier.Connecting connecting = carrier(refusing.getLocalPort(), listener.getLocalPort()).connect("example");
            if (ends) assertThat(connecting).isEqualTo(new Carrier.Connecting.Refused(new Reply(code, "not you")));
            else assertThat(connecting).isInstanceOfSatisfying(Carrier.Connecting.Ready.class, ready -> ready.connection().close());
        }
    }

    @Test
    void who_is_refused_over_ipv6_may_still_be_taken_over_ipv4() throws IOException {
        assumeThatCode(() -> new ServerSocket(0, 1, InetAddress.getByName("::1")).close()).doesNotThrowAnyException();
        try (var six = new ServerSocket(0, 1, InetAddress.getByName("::1"));
                var four = new ServerSocket(six.getLocalPort(), 1, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> say(six, "554 not from there"));
            Thread.ofVirtual().start(() -> greet(four));
            var hosts = new Route.Hosts(List.of(
                    new Route.Host("mx.example", six.getInetAddress(), six.getLocalPort()),
                    new Route.Host("mx.example", four.getInetAddress(), four.getLocalPort())));
            assertThat(new MxCarrier(_ -> hosts, "todoku.example", SHORT).connect("example"))
                    .isInstanceOfSatisfying(Carrier.Connecting.Ready.class, ready -> ready.connection().close());
        }
    }

    @Test
    void what_they_said_is_not_forgotten_over_a_host_that_is_dead() throws IOException {
        try (var refusing = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
            Thread.ofVirtual().start(() -> say(refusing, "451 not now"));
            assertThat(carrier(refusing.getLocalPort(), 1).connect("example"))
                    .isEqualTo(new Carrier.Connecting.Refused(new Reply(451, "not now")));
        }
    }

    private static MxCarrier carrier(int... ports) {
        List<Route.Host> hosts = Arrays.stream(ports)
                .mapToObj(port -> new Route.Host("mx" + port + ".example", InetAddress.getLoopbackAddress(), port))
                .toList();
        return new MxCarrier(_ -> new Route.Hosts(hosts), "todoku.example", SHORT);
    }

    private static void say(ServerSocket listener, String words) {
        try (var socket = listener.accept()) {
            socket.getOutputStream().write((words + "\r\n").getBytes(US_ASCII));
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The test is over.
        }
    }

    private static void listen(ServerSocket listener, CompletableFuture<String> heard) {
        try (var socket = listener.accept()) {
            socket.getOutputStream().write("220 mx.example\r\n250 mx.example\r\n".getBytes(US_ASCII));
            var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
            heard.complete(socket.getInetAddress().getHostAddress() + " " + in.readLine());
        } catch (IOException e) {
            heard.completeExceptionally(e);
        }
    }

    private static void greet(ServerSocket listener) {
        try (var socket = listener.accept()) {
            socket.getOutputStream().write("220 mx.example\r\n250 mx.example\r\n".getBytes(US_ASCII));
            socket.getInputStream().transferTo(OutputStream.nullOutputStream());
        } catch (IOException e) {
            // The test is over.
        }
    }
}
