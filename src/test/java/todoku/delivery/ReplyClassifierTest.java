package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import todoku.delivery.ReplyRule.Where;
import todoku.mail.smtp.Reply;
import todoku.mail.smtp.Stage;

/// Replies word for word as receivers give them, and whom they are about.
class ReplyClassifierTest {
    private static final ReplyClassifier RULES = new ReplyClassifier(ReplyRules.of(ReplyRules.shippedRules(Providers.shipped())));

    @Test
    void a_passing_trouble_of_one_recipient_does_not_stop_the_lane() {
        assertThat(rcpt(451, "4.7.0 Temporary System Problem. Try again later. - gsmtp"))
                .isInstanceOf(Verdict.Deferred.class);
        assertThat(rcpt(451, "4.7.1 <a@example.jp>: Recipient address rejected: Greylisted"))
                .isInstanceOf(Verdict.Deferred.class);
        assertThat(rcpt(452, "4.2.2 mailbox full")).isInstanceOf(Verdict.Deferred.class);
    }

    @Test
    void a_refusal_about_us_stops_the_lane_and_not_the_recipient() {
        assertThat(rcpt(421, "4.7.28 unusual rate of mail")).isInstanceOf(Verdict.LaneBlocked.class);
        assertThat(rcpt(451, "4.7.652 The mail server has exceeded the maximum number of connections"))
                .isInstanceOf(Verdict.LaneBlocked.class);
        assertThat(rcpt(550, "5.7.1 on our block list (S3140)")).isInstanceOf(Verdict.LaneBlocked.class);
    }

    @Test
    void an_unknown_user_is_final() {
        assertThat(rcpt(550, "Unknown user hanako@docomo.ne.jp")).isInstanceOf(Verdict.Refused.class);
        assertThat(rcpt(550, "5.1.1 no such account")).isInstanceOf(Verdict.Refused.class);
    }

    private static Verdict rcpt(int code, String text) {
        return RULES.of(Stage.RCPT, new Reply(code, text), new Where(List.of("olc.protection.outlook.com", "docomo.ne.jp")));
    }
}
