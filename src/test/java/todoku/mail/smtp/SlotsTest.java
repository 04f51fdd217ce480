package todoku.mail.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import todoku.mail.tls.TestAuthority;

class SlotsTest {
    private static final Timeouts SHORT = new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));

    @Test
    void each_has_the_lowest_number_nobody_has() {
        Slots slots = new Slots();
        assertThat(slots.take("a")).isZero();
        assertThat(slots.take("a")).isEqualTo(1);
        assertThat(slots.take("b")).isZero();
        slots.give("a", 0);
        assertThat(slots.take("a")).isZero();
        assertThat(slots.take("a")).isEqualTo(2);
    }

    @Test
    void connections_that_follow_each_other_side_by_side_all_go_on_with_a_session() throws Exception {
        try (TlsDoor door = new TlsDoor(new TestAuthority("a").server("mx.example.jp").context())) {
            four(door);
            long known = System.currentTimeMillis();
            four(door);
            four(door);
            assertThat(door.connections).hasValue(12);
            assertThat(door.fullHandshakesSince(0)).isEqualTo(12); // all of them were counted
            assertThat(door.fullHandshakesSince(known)).isZero();
        }
    }

    private static void four(TlsDoor door) {
        List<SmtpConnection> together = new ArrayList<>();
        for (int i = 0; i < 4; i++) together.add(open(door));
        together.forEach(SmtpConnection::quit);
    }

    private static SmtpConnection open(TlsDoor door) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port());
        Opening opening = SmtpConnection.connect(address, "mx.todoku.example", SHORT, Tls.ALWAYS.at("mx.example.jp"));
        if (opening instanceof Opening.Opened(SmtpConnection connection)) return connection;
        throw new AssertionError(opening);
    }
}
