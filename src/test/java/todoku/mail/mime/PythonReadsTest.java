package todoku.mail.mime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import todoku.mail.address.MailAddress;
import todoku.mail.charset.MailCharset;

/// What we write is read by somebody else's reader, Python's `email`, as it was meant.
class PythonReadsTest {
    private static final Path PYTHON = Path.of("/usr/bin/python3");
    /// Per file one line: the headers and parts of a mail, each in Base64, separated by blanks.
    private static final String READER = """
            import base64, email, email.policy, email.utils, sys
            from email.header import decode_header, make_header
            def name_of(field):
                # email.policy.default before Python 3.13 keeps the blanks between encoded-words of a name.
                return str(make_header(decode_header(email.utils.parseaddr(field)[0])))
            for name in sys.argv[1:]:
                plain = email.message_from_binary_file(open(name, 'rb'))
                mail = email.message_from_binary_file(open(name, 'rb'), policy=email.policy.default)
                seen = [mail['Subject'], name_of(plain['From']), mail['From'].addresses[0].addr_spec,
                        name_of(plain['To']), mail['Message-ID'], mail['Date'].datetime.isoformat(),
                        mail['List-Unsubscribe'], mail['List-Unsubscribe-Post'], mail['Feedback-ID']]
                seen += [part.get_content() for part in mail.iter_parts()]
                seen.append(str([type(d).__name__ for part in mail.walk() for d in part.defects]))
                print(' '.join(base64.b64encode(('' if one is None else str(one)).encode('utf-8')).decode() or '-' for one in seen))
            """;

    @Test
    void every_header_and_part_is_what_was_meant(@TempDir Path dir) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(PYTHON), "needs python3");
        List<String> values = MimeWriterTest.toughValues();
        List<String> command = new ArrayList<>(List.of(PYTHON.toString(), "-c", READER));
        for (int i = 0; i < values.size(); i++) command.add(write(dir.resolve(i + ".eml"), values.get(i)));
        Path out = dir.resolve("out");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(out.toFile())
                .start();
        assertThat(process.waitFor()).as(Files.readString(out)).isZero();

        List<String> lines = Files.readAllLines(out);
        assertThat(lines).hasSameSizeAs(values);
        for (int i = 0; i < values.size(); i++) {
            String value = MimeWriterTest.known(values.get(i));
            List<String> seen = decoded(lines.get(i));
            assertThat(seen).as(value).hasSize(12);
            assertThat(seen.subList(0, 4)).containsExactly(value, "とどく商店", "news@example.jp", value.strip());
            assertThat(seen.subList(4, 9))
                    .containsExactly(
                            "<1.2@example.jp>",
                            "2026-11-21T12:00:00+09:00",
                            "<https://example.jp/u/abc>, <mailto:u@example.jp>",
                            "List-Unsubscribe=One-Click",
                            "1:2:mail:todoku");
            assertThat(seen.get(9).stripTrailing()).isEqualTo(value.stripTrailing());
            assertThat(seen.get(10).stripTrailing()).isEqualTo("<p>" + value + "</p>");
            assertThat(seen.get(11)).as("defects of " + value).isEqualTo("[]");
        }
    }

    private static String write(Path file, String value) throws IOException {
        var to = new Mailbox(value, new MailAddress("hanako", "example.jp"));
        MailDraft plain = MimeWriterTest.letter(value, value, "<p>" + value + "</p>\n");
        var draft = new MailDraft(
                plain.from(), to, plain.replyTo(), plain.subject(), plain.date(), plain.messageId(), plain.listUnsubscribe(),
                plain.oneClick(), plain.feedbackId(), plain.extra(), plain.text(), plain.html(), MailCharset.UTF_8, plain.boundarySeed());
        Files.write(file, new MimeWriter(ZoneId.of("Asia/Tokyo")).write(draft).toBytes());
        return file.toString();
    }

    private static List<String> decoded(String line) {
        return List.of(line.split(" ")).stream()
                .map(one -> one.equals("-") ? "" : new String(Base64.getDecoder().decode(one), UTF_8))
                .toList();
    }
}
