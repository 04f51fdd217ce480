package todoku.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class OutboundHttpTest {
    @ParameterizedTest
    @ValueSource(strings = {
        "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "198.18.0.1",
        "192.0.2.1", "203.0.113.9", "224.0.0.1", "255.255.255.255", "::1", "fe80::1", "fd00::1", "fc00::1",
        "::ffff:127.0.0.1", "2002:7f00:1::", "2001:db8::1", "64:ff9b::7f00:1"
    })
    void what_is_not_the_public_internet_is_refused(String address) throws UnknownHostException {
        assertThat(OutboundHttp.isPublic(InetAddress.getByName(address))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "2606:4700:4700::1111"})
    void public_addresses_are_let_through(String address) throws UnknownHostException {
        assertThat(OutboundHttp.isPublic(InetAddress.getByName(address))).isTrue();
    }

    @Test
    void a_request_to_this_machine_is_refused_and_an_allowed_host_answers() throws IOException {
        HttpServer inside = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        inside.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, 2);
            exchange.getResponseBody().write(new byte[] {'o', 'k'});
            exchange.close();
        });
        inside.start();
        URI address = URI.create("http://localhost:" + inside.getAddress().getPort() + "/");
        try (OutboundHttp strict = new OutboundHttp(Set.of());
                OutboundHttp trusting = new OutboundHttp(Set.of("localhost"))) {
            assertThatThrownBy(() -> strict.get(address)).isInstanceOf(IOException.class).hasMessageContaining("not on the public internet");
            assertThat(trusting.get(address).body()).isEqualTo(new byte[] {'o', 'k'});
        } finally {
            inside.stop(0);
        }
    }

    @Test
    void a_redirect_from_an_allowed_host_to_a_private_one_is_refused() throws IOException {
        HttpServer inside = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        int port = inside.getAddress().getPort();
        inside.createContext("/", exchange -> {
            exchange.getResponseHeaders().add("Location", "http://127.0.0.1:" + port + "/secret");
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        });
        inside.start();
        try (OutboundHttp trusting = new OutboundHttp(Set.of("localhost"))) {
            assertThatThrownBy(() -> trusting.get(URI.create("http://localhost:" + port + "/"))).isInstanceOf(IOException.class);
        } finally {
            inside.stop(0);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"file:///etc/passwd", "ftp://example.com/", "http:///nohost", "http://user:pw@example.com/"})
    void only_plain_web_addresses_are_accepted(String address) throws IOException {
        try (OutboundHttp http = new OutboundHttp(Set.of())) {
            assertThatThrownBy(() -> http.get(URI.create(address))).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void nobody_else_has_an_http_client() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of("src/main/java"))) {
            assertThat(files.filter(Files::isRegularFile)
                            .filter(file -> !file.endsWith("OutboundHttp.java"))
                            .filter(OutboundHttpTest::opensAddresses))
                    .isEmpty();
        }
    }

    private static boolean opensAddresses(Path file) {
        try {
            String text = Files.readString(file);
            return text.contains("java.net.http") || text.contains("HttpURLConnection") || text.contains("hc.client5")
                    || text.contains(".openConnection(") || text.contains(".openStream(");
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
