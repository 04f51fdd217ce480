package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import todoku.event.MailingId;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;

/// Recipients at domains that nobody knew when they were planned.
class ResolverTest extends EngineWorld {
    final Map<String, Carrier.Served> dns = new ConcurrentHashMap<>();

    final CountDownLatch answer = new CountDownLatch(1);
    final String unanswered = "unanswered.example";

    @BeforeEach
    void askOurDns() {
        resolved = false;
        carrier = new Carrier() {
            @Override
            public Connecting connect(String domain) {
                return ResolverTest.this.connect(domain);
            }

            @Override
            public Served served(String domain) {
                if (domain.equals(unanswered)) awaitAnswer();
                return dns.getOrDefault(domain, new Served.By("mx." + domain));
            }
        };
    }

    @Test
    void a_batch_of_unknown_domains_is_resolved_and_then_sent() {
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            MailingId mailing = planned("new.example", 1_200);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            assertThat(mailings.progress(mailing)).isEqualTo(new Progress(1_200, 1_200, 0, 0, 0, 0, 0));
            assertThat(destinationOf("new.example")).isPositive();
        }
        assertThat(received).hasSize(1_200).allSatisfy((_, times) -> assertThat(times).isEqualTo(1));
    }

    @Test
    void domains_served_by_the_same_hosts_are_one_destination() {
        dns.put("one.example", new Carrier.Served.By("mx1.host.example mx2.host.example"));
        dns.put("two.example", new Carrier.Served.By("mx1.host.example mx2.host.example"));
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            MailingId one = planned("one.example", 3);
            MailingId two = planned("two.example", 3);
            await(() -> mailings.state(one) == Mailings.State.SENT && mailings.state(two) == Mailings.State.SENT);
        }
        assertThat(destinationOf("one.example")).isPositive().isEqualTo(destinationOf("two.example"));
        assertThat(received).hasSize(6);
    }

    @Test
    void whose_domain_does_not_exist_fails() {
        dns.put("typo.example", new Carrier.Served.Nowhere("no such domain"));
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            MailingId mailing = planned("typo.example", 3);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            assertThat(mailings.progress(mailing)).isEqualTo(new Progress(3, 0, 3, 0, 0, 0, 0));
        }
        assertThat(sessions.get()).isZero();
    }

    @Test
    void while_dns_does_not_answer_they_wait() {
        dns.put("silent-dns.example", new Carrier.Served.Later("no answer in time"));
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            MailingId mailing = planned("silent-dns.example", 3);
            await(() -> waiting(mailing) == 3 && engine.idle(mailing));
            assertThat(waitingAttempts(mailing)).containsOnly(1);
            dns.clear();
            time.updateAndGet(now -> now.plus(Duration.ofMinutes(15)));
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            assertThat(mailings.progress(mailing)).isEqualTo(new Progress(3, 3, 0, 0, 0, 0, 0));
        }
    }

    @Test
    void nobody_waits_for_the_answer_about_another_domain_and_a_late_answer_is_no_attempt() {
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            MailingId unknown = planned(unanswered, 3);
            MailingId known = planned("known.example", 3);
            await(() -> mailings.state(known) == Mailings.State.SENT);
            await(() -> waiting(unknown) == 3 && engine.idle(unknown));
            assertThat(waitingAttempts(unknown)).containsOnly(0);

            answer.countDown();
            time.updateAndGet(now -> now.plusSeconds(5));
            await(() -> mailings.state(unknown) == Mailings.State.SENT);
            assertThat(mailings.progress(unknown)).isEqualTo(new Progress(3, 3, 0, 0, 0, 0, 0));
        } finally {
            answer.countDown();
        }
    }

    private void awaitAnswer() {
        try {
            answer.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void a_start_resolves_what_it_finds() {
        var asked = new AtomicBoolean();
        dns.put("found.example", new Carrier.Served.By("mx.found.example"));
        MailingId mailing = planned("found.example", 3);
        mailings.pause(mailing, Mailings.PauseCause.USER);
        try (Engine engine = engine(at -> asked.compareAndSet(false, at != Moment.RECOVERED))) {
            engine.start();
            assertThat(destinationOf("found.example")).isPositive();
        }
        assertThat(asked).isFalse();
    }

    private static long destinationOf(String domain) {
        return database.client()
                .sql("SELECT coalesce(destination_id, 0) FROM domain WHERE name = :name")
                .param("name", domain)
                .query(Long.class)
                .single();
    }
}
