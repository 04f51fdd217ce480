package todoku.mail.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import todoku.mail.address.MailAddress;

/// Mails in ISO-2022-JP are read as they were meant by readers of other houses: Python's `email`, and nkf.
class Iso2022JpReadersTest {
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    private static final String READER = """
            import email, email.policy, email.utils, sys
            from email.header import decode_header, make_header
            plain = email.message_from_binary_file(open(sys.argv[1], 'rb'))
            mail = email.message_from_binary_file(open(sys.argv[1], 'rb'), policy=email.policy.default)
            out = open(1, 'w', encoding='utf-8', newline='')
            print(mail['Subject'], file=out)
            print(make_header(decode_header(email.utils.parseaddr(plain['To'])[0])), file=out)
            for part in mail.iter_parts():
                print(part.get_content_charset(), part.get_content().replace('\\r\\n', '|').replace('\\n', '|'), file=out)
            print([type(d).__name__ for part in mail.walk() for d in part.defects], file=out)
            """;

    private static final String NAME = "高橋 花子 Hanako";
    private static final String SUBJECT = "【とどく商店】春の新作 20% OFF のお知らせ、お届けは10〜12時です。ヴィンテージ家具も値下げしました";
    private static final String TEXT = "高橋様\nﾊﾟｿｺﾝとｶﾞﾗｽ 〜 ～ − － ∥ ‖ ― — ¢ £ ¬ ¥100\n\n.点で始まる行\n" + "漢字とalphabet、".repeat(20) + "\n";

    @TempDir
    Path dir;

    private Path mail() throws IOException {
        var to = new Mailbox(NAME, new MailAddress("hanako", "example.jp"));
        return Files.write(
                dir.resolve("mail.eml"),
                new MimeWriter(ZoneId.of("Asia/Tokyo"))
                        .write(Iso2022JpMailTest.draft(to, SUBJECT, TEXT, "<p>" + TEXT.strip() + "</p>\n"))
                        .toBytes());
    }

    @Test
    void python_reads_it() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(PYTHON), "needs python3");
        String body = "高橋様|パソコンとガラス 〜 〜 − − ‖ ‖ — — ¢ £ ¬ ¥100||.点で始まる行|" + "漢字とalphabet、".repeat(20);
        assertThat(read(List.of(PYTHON.toString(), "-c", READER, mail().toString())).lines().map(Iso2022JpReadersTest::meant))
                .containsExactly(SUBJECT, NAME, "iso-2022-jp " + body + "|", "iso-2022-jp <p>" + body + "</p>|", "[]");
    }

    @Test
    void nkf_reads_it() throws Exception {
        Path nkf = Stream.of(System.getenv("PATH").split(":"))
                .map(path -> Path.of(path, "nkf"))
                .filter(Files::isExecutable)
                .findFirst()
                .orElse(null);
        Assumptions.assumeTrue(nkf != null, "needs nkf");
        String seen = meant(read(List.of(String.valueOf(nkf), "-J", "-w", "-Lu", "-m", mail().toString())));
        assertThat(seen.replace("\n ", ""))
                .contains("Subject: " + SUBJECT, NAME + " <hanako@example.jp>", "\nパソコンとガラス 〜 〜 − − ‖ ‖ — — ¢ £ ¬ ¥100\n")
                .contains("\n\n.点で始まる行\n" + "漢字とalphabet、".repeat(20) + "\n");
    }

    /// Readers differ in which of two characters they read a cell as.
    private static String meant(String text) {
        return text.replace('～', '〜').replace('－', '−').replace('∥', '‖').replace('―', '—').replace('￠', '¢').replace('￡', '£')
                .replace('￢', '¬').replace('￥', '¥');
    }

    private String read(List<String> command) throws Exception {
        Path out = dir.resolve("out");
        Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile()).start();
        int ended = process.waitFor();
        String seen = new String(Files.readAllBytes(out), UTF_8);
        assertThat(ended).as(seen).isZero();
        return seen;
    }
}
