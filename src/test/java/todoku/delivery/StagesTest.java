package todoku.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import todoku.event.MailingId;
import todoku.mailing.Mailings;

/// The first stage of a mailing goes, and the rest when the mailing has come to it.
class StagesTest extends EngineWorld {
    @Test
    void the_rest_is_not_claimed_before_the_mailing_has_come_to_it() {
        first = 3;
        MailingId mailing = planned("stages.example", 20);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.progress(mailing).delivered() == 3);
            first = Integer.MAX_VALUE;
            deliverAnother("stages.example", "another");
            assertThat(mailings.progress(mailing).delivered()).isEqualTo(3);
            assertThat(mailings.state(mailing)).isEqualTo(Mailings.State.SENDING);

            mailings.openStage(mailing, 1);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
            assertThat(mailings.progress(mailing).delivered()).isEqualTo(20);
        }
    }

    @Test
    void the_first_of_domains_nobody_has_resolved_go_first_too() {
        first = 4;
        resolved = false;
        MailingId mailing = planned("unresolved-stages.example", 20);
        try (Engine engine = engine(_ -> {})) {
            engine.start();
            await(() -> mailings.progress(mailing).delivered() == 4);
            mailings.openStage(mailing, 1);
            await(() -> mailings.state(mailing) == Mailings.State.SENT);
        }
        assertThat(received.values()).hasSize(20).containsOnly(1);
    }
}
