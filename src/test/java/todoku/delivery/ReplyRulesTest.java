package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import todoku.delivery.ReplyRule.Where;
import todoku.event.Reason;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.Stage;

/// The shipped rules against what receivers really say, in `replies.table`.
class ReplyRulesTest {
    private static final List<ReplyRule> SHIPPED = ReplyRules.shippedRules(Providers.shipped());

    /// @param domain of the recipient, or a mail host
    private record Said(Stage stage, String domain, Reply reply, String expected) {
        Where where() {
            return new Where(List.of(domain));
        }
    }

    @Test
    void every_reply_of_the_table_is_read_as_the_table_says() throws IOException {
        ReplyRules rules = ReplyRules.of(SHIPPED);
        List<String> wrong = new ArrayList<>();
        for (Said said : table()) {
            ReplyRule found = rules.first(said.stage(), said.reply(), said.where());
            String read = found.reason() + " " + found.action().word();
            if (!read.equals(said.expected()))
                wrong.add(said + " was read as " + read + " by line " + found.line());
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void every_line_of_the_rules_is_reached_by_a_reply_of_the_table() throws IOException {
        ReplyRules rules = ReplyRules.of(SHIPPED);
        Set<ReplyRule> reached = new HashSet<>();
        for (Said said : table()) reached.add(rules.first(said.stage(), said.reply(), said.where()));
        assertThat(SHIPPED.stream().filter(rule -> !reached.contains(rule)).map(ReplyRule::line)).isEmpty();
    }

    @Test
    void whatever_is_said_only_a_5xx_about_the_recipient_or_the_mail_is_final() throws IOException {
        var classifier = new ReplyClassifier(ReplyRules.of(SHIPPED));
        for (Said said : table())
            for (Stage stage : Stage.values())
                for (int code : new int[] {421, 450, 500, 550, 554}) {
                    Verdict verdict = classifier.of(stage, new Reply(code, said.reply().text()), said.where());
                    if (verdict instanceof Verdict.Refused(Reply reply, Reason reason)) {
                        assertThat(reply.isPermanent()).isTrue();
                        assertThat(reason.about()).isNotEqualTo(Reason.About.US);
                        assertThat(stage).isGreaterThanOrEqualTo(Stage.MAIL);
                    } else if (stage.compareTo(Stage.RCPT) < 0) {
                        assertThat(verdict).isInstanceOf(Verdict.LaneBlocked.class);
                    }
                }
    }

    @Test
    void own_rules_in_the_data_directory_come_before_the_shipped_ones(@TempDir Path data) throws IOException {
        Files.writeString(data.resolve(ReplyRules.OWN_FILE), """
                # our own host
                RCPT  550  *  mx.example.jp  "retired * colleague"  SUSPENDED  clean
                """);
        ReplyRules rules = ReplyRules.of(data, Providers.shipped());
        var reply = new Reply(550, "5.1.1 this is a retired or former colleague");
        assertThat(rules.first(Stage.RCPT, reply, new Where(List.of("mx.example.jp"))).reason()).isEqualTo(Reason.SUSPENDED);
        assertThat(rules.first(Stage.RCPT, reply, Where.UNKNOWN).reason()).isEqualTo(Reason.USER_UNKNOWN);
    }

    @Test
    void the_program_is_told_what_is_wrong_with_own_rules(@TempDir Path data) throws IOException {
        assertThat(Engine.complaintAboutRules(data)).isNull();
        Files.writeString(data.resolve(ReplyRules.OWN_FILE), "\n\nRCPT 550 * * \"x\" BLOCKED clean");
        assertThat(Engine.complaintAboutRules(data)).endsWith("replies.rules line 3: BLOCKED is about us: it never ends a recipient");
        Files.write(data.resolve(ReplyRules.OWN_FILE), new byte[] {(byte) 0x82, (byte) 0xa0});
        assertThat(Engine.complaintAboutRules(data)).contains(ReplyRules.OWN_FILE);
    }

    @Test
    void a_broken_file_is_refused_with_the_line_and_the_reason() {
        refused("RCPT 550 * * \"x\" USER_UNKNOWN", "line 2: a rule is: stage code");
        refused("RCPTO 550 * * \"x\" USER_UNKNOWN clean", "line 2: no such stage: RCPTO");
        refused("RCPT 250 * * \"x\" USER_UNKNOWN clean", "line 2: not a code such as 550, 55x or 4xx: 250");
        refused("RCPT 550 5.1 * \"x\" USER_UNKNOWN clean", "line 2: not an enhanced code such as 5.1.1 or x.7.x: 5.1");
        refused("RCPT 550 * nowhere \"x\" USER_UNKNOWN clean", "line 2: no provider of this name: nowhere");
        refused("RCPT 550 * * \"x|\" USER_UNKNOWN clean", "an alternative says nothing");
        refused("RCPT 550 * * \"x\" UNKNOWN_USER clean", "line 2: no such reason: UNKNOWN_USER");
        refused("RCPT 550 * * \"x\" SUPPRESSED refuse", "line 2: SUPPRESSED is nothing a reply says");
        refused("RCPT 550 * * \"x\" USER_UNKNOWN drop", "line 2: no such action: drop");
        refused("provider a.jp", "line 2: a provider needs a name and at least one domain or host");
        refused("provider x Example.jp", "line 2: not a domain in lower case: Example.jp");
        refused("provider x a.jp\nprovider x b.jp", "line 3: provider x stands here twice");
    }

    @Test
    void a_line_that_would_end_a_recipient_for_something_about_us_is_refused() {
        refused("RCPT 5xx * * \"x\" BLOCKED refuse", "BLOCKED is about us: it never ends a recipient");
        refused("RCPT 4xx * * \"x\" USER_UNKNOWN clean", "only a 5xx can be final");
        refused("RCPT * * * \"x\" USER_UNKNOWN clean", "only a 5xx can be final");
        refused("RCPT 5xx * * \"x\" SPAM_DETECTED clean", "SPAM_DETECTED is not about the address: nothing to clean");
        refused("* 5xx * * \"x\" USER_UNKNOWN clean", "nothing is final before MAIL");
        refused("MAIL 5xx * * \"x\" USER_UNKNOWN clean", "at MAIL they do not know the recipient yet");
    }

    @Test
    void rules_that_leave_replies_without_a_meaning_are_refused() {
        List<ReplyRule> some = ReplyRuleFile.read("x", "RCPT 5xx * * * OTHER refuse", Map.of());
        assertThatThrownBy(() -> ReplyRules.of(some)).hasMessage("the last rule must be for every reply");
    }

    @Test
    void an_evil_reply_costs_no_more_than_another() {
        var classifier = new ReplyClassifier(ReplyRules.of(SHIPPED));
        String evil = "mailbox domain of sender ".repeat(2_000) + "a".repeat(50_000) + "@".repeat(50_000);
        long begun = System.nanoTime();
        for (int i = 0; i < 100; i++) {
            var reply = new Reply(550, i + evil);
            classifier.of(Stage.RCPT, reply, Where.UNKNOWN);
            ReplyClassifier.stored(reply);
        }
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(5));
    }

    @Test
    void a_stored_reply_names_nobody() {
        assertThat(stored("<a@example.jp>: Recipient <b.c@example.jp> of d@example.jp, \"e..f\"@docomo.ne.jp"))
                .isEqualTo("550 <rcpt>: Recipient <rcpt> of <rcpt>, <rcpt>");
        assertThat(stored("Unknown user x@@ezweb.ne.jp (y@z.jp) @ 9:00")).isEqualTo("550 Unknown user <rcpt> (<rcpt>) @ 9:00");
    }

    private static String stored(String text) {
        return ReplyClassifier.stored(new Reply(550, text));
    }

    private static void refused(String lines, String why) {
        assertThatThrownBy(() -> ReplyRuleFile.read("own", "# own rules\n" + lines, Map.of()))
                .isInstanceOf(ReplyRuleFile.Broken.class)
                .hasMessageContaining("own line ")
                .hasMessageContaining(why);
    }

    /// Each reply is a line with its domain, its stage and its words (`\n` between lines), and a line with what it means.
    private static List<Said> table() throws IOException {
        List<Said> table = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(ReplyRulesTest.class.getResourceAsStream("replies.table"))) {
            List<String> lines = new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .toList();
            for (int i = 0; i < lines.size(); i += 2) table.add(said(lines.get(i), lines.get(i + 1).strip()));
        }
        assertThat(table).hasSizeGreaterThan(120);
        return table;
    }

    private static Said said(String line, String expected) {
        List<String> words = Arrays.asList(line.split(" ", 4));
        String text = words.size() < 4 ? "" : words.get(3).replace("\\n", "\n");
        return new Said(
                Stage.valueOf(words.get(1)), words.get(0), new Reply(Integer.parseInt(words.get(2)), text), expected);
    }
}
