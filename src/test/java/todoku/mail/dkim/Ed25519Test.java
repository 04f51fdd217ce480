package todoku.mail.dkim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import todoku.mail.mime.MailBytes;

/// A second signature beside the first (RFC 8463).
class Ed25519Test {
    static final DkimKeyPair RSA = DkimTest.PAIR;
    static final DkimKeyPair SHORT = DkimKeyPair.generate("example.jp", "e1", DkimAlgorithm.ED25519);
    static final List<DkimSigner> BOTH = List.of(new DkimSigner(RSA.key()), new DkimSigner(SHORT.key()));

    static DkimVerifier knowing(DkimKeyPair... pairs) {
        Map<String, PublicKey> keys = new HashMap<>();
        for (DkimKeyPair pair : pairs) keys.put(pair.key().dnsName(), pair.publicKey());
        return new DkimVerifier((selector, domain) -> keys.get(selector + "._domainkey." + domain));
    }

    static MailBytes signed(String text) {
        return DkimSigner.signed(BOTH, DkimTest.letter(text, text), DkimTest.NOON);
    }

    @Test
    void the_example_of_the_rfc_passes() {
        PublicKey key = DkimKeyPair.readDnsRecord("v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=");
        MailBytes mail = DkimTest.bytes(
                """
                DKIM-Signature: v=1; a=ed25519-sha256; c=relaxed/relaxed;
                 d=football.example.com; i=@football.example.com;
                 q=dns/txt; s=brisbane; t=1528637909; h=from : to :
                 subject : date : message-id : from : subject : date;
                 bh=2jUSOH9NhtVGCQWNr9BrIAPreKQjO6Sn7XIkfJVOzv8=;
                 b=/gCrinpcQOoIfuHNQIbq4pgh9kyIK3AQUdt9OdqQehSwhEIug4D11Bus
                 Fa3bT3FY5OsU7ZbnKELq+eXdp1Q1Dw==
                From: Joe SixPack <joe@football.example.com>
                To: Suzie Q <suzie@shopping.example.net>
                Subject: Is dinner ready?
                Date: Fri, 11 Jul 2003 21:00:37 -0700 (PDT)
                Message-ID: <20030712040037.46341.5F8J@football.example.com>
                """.replace("\n", "\r\n"),
                "Hi.\n\nWe lost the game.  Are you hungry yet?\n\nJoe.\n".replace("\n", "\r\n"));
        assertThat(new DkimVerifier((selector, domain) -> key).verify(mail))
                .isEqualTo(new DkimResult.Pass("football.example.com", "brisbane"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"本文", "x", "", "two  spaces ", "a\n.\nb\n"})
    void each_of_two_signatures_holds_by_itself(String text) {
        MailBytes mail = signed(text);
        assertThat(knowing(RSA).verify(mail)).isEqualTo(new DkimResult.Pass("example.jp", "t1"));
        assertThat(knowing(SHORT).verify(mail)).isEqualTo(new DkimResult.Pass("example.jp", "e1"));
        assertThat(knowing(SHORT).verify(DkimTest.changed(mail, "MIME-Version: 1.0", "MIME-Version: 1.1")))
                .isInstanceOf(DkimResult.Fail.class);
    }

    @Test
    void a_key_of_the_other_kind_is_no_key() {
        DkimVerifier crossed = new DkimVerifier((selector, domain) -> selector.equals("e1") ? RSA.publicKey() : SHORT.publicKey());
        assertThat(crossed.verify(signed("x"))).isEqualTo(new DkimResult.Fail("weak key"));
    }

    @Test
    void the_dns_text_is_short_and_gives_the_key_back() {
        assertThat(SHORT.dnsRecord()).startsWith("v=DKIM1; k=ed25519; p=").hasSize(22 + 44);
        assertThat(DkimKeyPair.readDnsRecord(SHORT.dnsRecord())).isEqualTo(SHORT.publicKey());
        assertThat(DkimKeyPair.readDnsRecord("v=DKIM1; k=ed25519; p=AAAA")).isNull();
        assertThat(DkimKeyPair.readDnsRecord("v=DKIM1; k=dsa; p=AAAA")).isNull();
    }

    @Test
    void a_stored_key_is_the_same_key() {
        for (DkimKeyPair pair : List.of(RSA, SHORT)) {
            DkimKey read = DkimKey.read("example.jp", "x", pair.key().algorithm(), pair.key().key().getEncoded());
            assertThat(read.algorithm()).isEqualTo(pair.key().algorithm());
            assertThat(DkimKeyPair.of(read, pair.publicKey().getEncoded()).publicKey()).isEqualTo(pair.publicKey());
        }
        assertThat(DkimKeyPair.of(RSA.key(), null).publicKey()).isEqualTo(RSA.publicKey());
    }

    @Test
    void dkimpy_agrees_on_both(@TempDir Path folder) throws Exception {
        assumeTrue(DkimTest.run("import dkim", folder), "python3-dkim is not installed");
        assumeTrue(DkimTest.run("import nacl.signing", folder), "python3-nacl is not installed: dkimpy cannot check Ed25519");
        for (String text : Arrays.asList("髙橋", "x", "", "two  spaces ", "a\n.\nb\n")) {
            Files.write(folder.resolve("mail"), signed(text).toBytes());
            Files.writeString(folder.resolve("t1"), RSA.dnsRecord());
            Files.writeString(folder.resolve("e1"), SHORT.dnsRecord());
            assertThat(DkimTest.run("""
                    import dkim, sys
                    def txt(n, timeout=5):
                        return open(n.decode().split('.')[0], 'rb').read()
                    d = dkim.DKIM(open('mail', 'rb').read())
                    sys.exit(0 if d.verify(idx=0, dnsfunc=txt) and d.verify(idx=1, dnsfunc=txt) else 1)
                    """, folder)).isTrue();
        }
    }
}
