package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import todoku.delivery.TranscriptTable.Ended;
import todoku.delivery.TranscriptTable.Kept;
import todoku.event.MailingId;
import todoku.mail.smtp.Answer;
import todoku.mail.smtp.Transcript;
import todoku.mail.smtp.Transcript.Part;
import todoku.mailing.Mailings;

/// What was said on the way of a mail is kept when it did not end well, and of some that did.
class TranscriptsTest extends EngineWorld {
    private final TranscriptTable table = new TranscriptTable(database.client(), clock);

    @Test
    void a_refused_mail_keeps_every_step_and_no_address() {
        rcpt = to -> Answer.say(550, "5.1.1 <" + to + "> User unknown");
        MailingId mailing = sent("refused-talk.example", 1);

        Kept kept = table.of(mailing, 1).orElseThrow();

        assertThat(kept.ended()).isEqualTo(Ended.REFUSED);
        assertThat(kept.attempt()).isEqualTo(1);
        assertThat(kept.transcript().ip()).isEqualTo("127.0.0.1");
        assertThat(kept.transcript().tls()).isEmpty();
        assertThat(parts(kept)).startsWith(Part.CONNECT, Part.GREETING, Part.EHLO, Part.MAIL, Part.RCPT, Part.DATA).doesNotContain(Part.BODY);
        assertThat(said(kept, Part.GREETING)).startsWith("220 mx.example.jp");
        assertThat(said(kept, Part.MAIL)).isEqualTo("250 2.1.0 Ok");
        assertThat(said(kept, Part.RCPT)).startsWith("550 5.1.1 <rcpt> User unknown");
        assertThat(kept.transcript().steps()).allMatch(step -> step.micros() >= 0).noneMatch(step -> step.said().contains("@"));
    }

    @Test
    void the_last_attempt_replaces_the_one_before() {
        var asked = new AtomicInteger();
        rcpt = _ -> asked.getAndIncrement() == 0 ? Answer.say(451, "4.3.0 Later") : Answer.say(550, "5.1.1 Never");
        MailingId mailing = planned("again-talk.example", 1);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> waiting(mailing) == 1);
            engine.writeTranscripts();
            assertThat(table.of(mailing, 1).orElseThrow().ended()).isEqualTo(Ended.DEFERRED);
            time.updateAndGet(now -> now.plus(Duration.ofHours(1)));
            engine.wake();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            engine.writeTranscripts();
        }
        Kept kept = table.of(mailing, 1).orElseThrow();
        assertThat(kept.ended()).isEqualTo(Ended.REFUSED);
        assertThat(kept.attempt()).isEqualTo(2);
        assertThat(said(kept, Part.RCPT)).isEqualTo("550 5.1.1 Never");
    }

    @Test
    void of_those_that_went_well_the_first_of_a_destination_is_kept_with_the_mail_and_its_answer() {
        dot = _ -> Answer.say(250, "2.0.0 queued as 12AB");
        MailingId mailing = sent("well-talk.example", 20);
        List<Integer> kept = numbers("SELECT no FROM transcript WHERE mailing_id = :id", mailing);
        assertThat(kept).isNotEmpty().hasSizeLessThan(5);
        Kept first = table.of(mailing, kept.getFirst()).orElseThrow();
        assertThat(first.ended()).isEqualTo(Ended.DELIVERED);
        assertThat(parts(first)).containsSequence(Part.MAIL, Part.RCPT, Part.DATA, Part.BODY, Part.DOT);
        assertThat(said(first, Part.DOT)).isEqualTo("250 2.0.0 queued as 12AB");
        assertThat(said(first, Part.BODY)).isEmpty();
    }

    @Test
    void a_later_mail_on_the_same_connection_has_its_own_steps_behind_those_of_the_opening() {
        rcpt = to -> to.startsWith("r1@") ? Answer.say(550, "5.1.1 First") : Answer.say(550, "5.1.1 Other");
        MailingId mailing = sent("same-talk.example", 8);
        Kept later = java.util.stream.IntStream.rangeClosed(1, 8)
                .mapToObj(no -> table.of(mailing, no).orElseThrow())
                .filter(kept -> kept.transcript().mail() > 1)
                .findFirst()
                .orElseThrow();
        assertThat(parts(later)).containsOnlyOnce(Part.CONNECT, Part.MAIL, Part.RCPT);
        assertThat(said(later, Part.RCPT)).isEqualTo("550 5.1.1 Other");
    }

    @Test
    void the_oldest_go_when_there_are_too_many_or_a_fortnight_has_passed() {
        rcpt = _ -> Answer.say(550, "5.1.1 No");
        MailingId old = sent("old-talk.example", 2);
        time.updateAndGet(now -> now.plus(Duration.ofDays(10)));
        MailingId fresh = sent("fresh-talk.example", 3);
        table.forgetOld();
        assertThat(count(old)).isEqualTo(2);
        table.forget(TranscriptTable.KEPT, 3);
        assertThat(count(old)).isZero();
        assertThat(count(fresh)).isEqualTo(3);
        time.updateAndGet(now -> now.plus(Duration.ofDays(15)));
        table.forgetOld();
        assertThat(count(fresh)).isZero();
    }

    private MailingId sent(String domain, int recipients) {
        MailingId mailing = planned(domain, recipients);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            engine.writeTranscripts();
        }
        return mailing;
    }

    private static long count(MailingId mailing) {
        return numbers("SELECT count(*)::int FROM transcript WHERE mailing_id = :id", mailing).getFirst();
    }

    private static List<Part> parts(Kept kept) {
        return kept.transcript().steps().stream().map(Transcript.Step::part).toList();
    }

    private static String said(Kept kept, Part part) {
        return kept.transcript().steps().stream()
                .filter(step -> step.part() == part)
                .map(Transcript.Step::said)
                .findFirst()
                .orElseThrow();
    }
}
