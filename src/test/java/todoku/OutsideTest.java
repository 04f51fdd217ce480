package todoku;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.xbill.DNS.SimpleResolver;
import todoku.database.TestDatabase;
import todoku.delivery.TlsRule;
import todoku.mail.dns.DnsMailHosts;

class OutsideTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    @Test
    void ipv6_is_used_when_somebody_says_so_and_with_auto_where_the_machine_has_it() {
        assertThat(Outside.of(Map.of(), () -> true).ipv6()).isFalse();
        assertThat(Outside.of(Map.of(Outside.IPV6, "auto"), () -> true).ipv6()).isTrue();
        assertThat(Outside.of(Map.of(Outside.IPV6, "auto"), () -> false).ipv6()).isFalse();
        assertThat(Outside.of(Map.of(Outside.IPV6, "ON"), () -> false).ipv6()).isTrue();
    }

    @Test
    void a_house_towards_the_outside_can_be_put_together(@TempDir Path home) throws Exception {
        var hosts = new DnsMailHosts(new SimpleResolver(InetAddress.getLoopbackAddress()), InstantSource.system(), false);
        try (House house = House.over(database.database(), home, House.Pace.STANDARD, Optional.of(hosts), 0)) {
            assertThat(house.parts()).isNotEmpty();
        }
    }

    @Test
    void what_cannot_be_understood_is_named() {
        assertThat(Outside.of(Map.of(Outside.RELAY_TLS, "verified"), () -> true).relay()).isEqualTo(TlsRule.VERIFIED);
        assertThat(Outside.of(Map.of(), () -> true).signatures()).isEqualTo(Outside.Signatures.OFF);
        assertThatThrownBy(() -> Outside.of(Map.of(Outside.DANE, "perhaps"), () -> true))
                .hasMessageContaining("TODOKU_DANE")
                .hasMessageContaining("perhaps");
    }

    @Test
    void addresses_of_a_house_or_a_wire_are_not_global() throws Exception {
        assertThat(Outside.isGlobal((Inet6Address) InetAddress.getByName("2606:4700:4700::1111"))).isTrue();
        for (String here : new String[] {"::1", "fe80::1", "fd00::1", "ff02::1"})
            assertThat(Outside.isGlobal((Inet6Address) InetAddress.getByName(here))).isFalse();
    }
}
