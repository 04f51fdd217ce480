package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import todoku.mail.dns.Route;

class FamiliesTest {
    final AtomicLong nanos = new AtomicLong();
    final Families families = new Families(nanos::get);
    final Route.Host six = host("mx.example", "2001:db8::1");
    final Route.Host four = host("mx.example", "192.0.2.1");
    final Route.Host other = host("mx.other.example", "2001:db8::2");

    @Test
    void an_ipv6_address_is_waited_for_shortly_while_there_is_an_ipv4_address_behind_it() {
        Duration usual = Duration.ofSeconds(30);
        assertThat(Families.patience(six, List.of(four), usual)).isEqualTo(Families.PATIENCE);
        assertThat(Families.patience(six, List.of(other), usual)).isEqualTo(usual);
        assertThat(Families.patience(four, List.of(six), usual)).isEqualTo(usual);
        assertThat(Families.patience(six, List.of(four), Duration.ofMillis(10))).isEqualTo(Duration.ofMillis(10));
    }

    @Test
    void a_host_that_does_not_answer_there_is_tried_by_ipv4_first_for_ten_minutes() {
        assertThat(families.inOrder(List.of(six, four, other))).containsExactly(six, four, other);
        families.failed(four);
        families.failed(six);
        assertThat(families.inOrder(List.of(six, four, other))).containsExactly(four, other, six);

        nanos.addAndGet(Families.REMEMBERED.toNanos());
        assertThat(families.inOrder(List.of(six, four, other))).containsExactly(six, four, other);
    }

    private static Route.Host host(String name, String address) {
        try {
            return new Route.Host(name, InetAddress.getByName(address), 25);
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }
}
