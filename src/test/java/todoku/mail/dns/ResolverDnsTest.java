package todoku.mail.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class ResolverDnsTest {
    LoopbackDns server;
    ResolverDns dns;

    @BeforeEach
    void start() throws IOException {
        server = new LoopbackDns();
        dns = new ResolverDns(server.resolver());
    }

    @AfterEach
    void stop() {
        server.close();
    }

    @Test
    void texts_in_parts_are_joined() {
        server.zone.put("shop.jp TXT", "\"v=spf1 ip4:192.0.2.1\" \" -all\"\n\"other\"");
        assertThat(dns.texts("shop.jp").records()).containsExactlyInAnyOrder("v=spf1 ip4:192.0.2.1 -all", "other");
    }

    @Test
    void mail_hosts_come_in_order_and_a_null_mx_is_an_empty_name() {
        server.zone.put("shop.jp MX", "20 mx2.shop.jp.\n10 mx1.shop.jp.");
        server.zone.put("never.jp MX", "0 .");
        assertThat(dns.mailHosts("shop.jp").records()).containsExactly("mx1.shop.jp", "mx2.shop.jp");
        assertThat(dns.mailHosts("never.jp").records()).containsExactly("");
    }

    @Test
    void addresses_and_their_names() {
        InetAddress four = InetAddress.ofLiteral("192.0.2.10");
        InetAddress six = InetAddress.ofLiteral("2001:db8::1");
        server.zone.put("mail.shop.jp A", "192.0.2.10");
        server.zone.put("mail.shop.jp AAAA", "2001:db8::1");
        server.zone.put("10.2.0.192.in-addr.arpa PTR", "mail.shop.jp.");
        assertThat(dns.like(four, "mail.shop.jp").records()).containsExactly(four);
        assertThat(dns.like(six, "mail.shop.jp").records()).containsExactly(six);
        assertThat(dns.names(four).records()).containsExactly("mail.shop.jp");
    }

    @Test
    void no_name_no_record_and_no_answer_are_three_things() {
        server.zone.put("shop.jp A", "192.0.2.10");
        server.zone.put("ill.jp TXT", "!SERVFAIL");
        assertThat(dns.texts("nobody.jp").noSuchName()).isTrue();
        assertThat(dns.texts("nobody.jp").isVoid()).isTrue();
        assertThat(dns.texts("shop.jp").noSuchName()).isFalse();
        assertThat(dns.texts("shop.jp").isVoid()).isTrue();
        assertThat(dns.texts("ill.jp").known()).isFalse();
        assertThat(dns.texts("a..b").noSuchName()).isTrue();
    }
}
