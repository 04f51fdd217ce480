package todoku.mail.smime;

import java.time.Instant;
import java.util.List;
import todoku.mail.charset.MailCharset;
import todoku.mail.dkim.DkimAlgorithm;
import todoku.mail.dkim.DkimKeyPair;
import todoku.mail.dkim.DkimSigner;
import todoku.mail.mime.MailBytes;

/// What signing costs per mail of about 10 KB: `java … todoku.mail.smime.SmimeCost`.
public final class SmimeCost {
    private static final int ROUNDS = 4_000;

    private SmimeCost() {}

    public static void main(String[] none) {
        Instant noon = Instant.parse("2026-11-22T03:00:00Z");
        var smime = new SmimeSigner(TestIdentity.of("news@example.jp", noon.minusSeconds(1), noon.plusSeconds(999)));
        var rsa = List.of(new DkimSigner(DkimKeyPair.generate("example.jp", "r").key()));
        var short25519 = List.of(new DkimSigner(DkimKeyPair.generate("example.jp", "e", DkimAlgorithm.ED25519).key()));
        MailBytes mail = SmimeTest.letter("春のお知らせです。\n".repeat(160), "<p>春</p>", MailCharset.UTF_8);
        System.out.println(mail.length() + " octets, " + DkimSigner.provider());
        for (int round = 0; round < 3; round++) {
            System.out.printf(
                    "DKIM RSA-2048 %.0f µs, DKIM Ed25519 %.0f µs, S/MIME RSA-2048 %.0f µs%n",
                    micros(() -> DkimSigner.signed(rsa, mail, noon)),
                    micros(() -> DkimSigner.signed(short25519, mail, noon)),
                    micros(() -> smime.sign(mail, noon)));
        }
    }

    private static double micros(Runnable work) {
        var bean = java.lang.management.ManagementFactory.getThreadMXBean();
        long start = bean.getCurrentThreadCpuTime();
        for (int i = 0; i < ROUNDS; i++) work.run();
        return (bean.getCurrentThreadCpuTime() - start) / 1e3 / ROUNDS;
    }
}
