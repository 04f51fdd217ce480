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

    @Test
    void a_session_whose_certificate_was_refused_is_not_gone_on_with() throws Exception {
        try (TlsDoor door = new TlsDoor(new TestAuthority("a").server("mx.example.jp").context())) {
            door.speakOld();
            open(door).quit();
            long known = System.currentTimeMillis();
            while (System.currentTimeMillis() == known) Thread.onSpinWait();
            Tls refusing = Tls.checked((_, host) -> new TlsTrouble(TlsTrouble.Kind.EXPIRED, host, "then")).at("mx.example.jp");
            assertThat(connect(door, refusing)).isInstanceOf(Opening.NotSafe.class);
            open(door).quit();
            assertThat(door.fullHandshakesSince(known)).isEqualTo(1);
        }
    }

    private static void four(TlsDoor door) {
        List<SmtpConnection> together = new ArrayList<>();
        for (int i = 0; i < 4; i++) together.add(open(door));
        together.forEach(SmtpConnection::quit);
    }

    private static SmtpConnection open(TlsDoor door) {
        Opening opening = connect(door, Tls.ALWAYS.at("mx.example.jp"));
        if (opening instanceof Opening.Opened(SmtpConnection connection)) return connection;
        throw new AssertionError(opening);
    }

    private static Opening connect(TlsDoor door, Tls tls) {
        var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), door.port());
        return SmtpConnection.connect(address, "mx.todoku.example", SHORT, tls);
    }
}
