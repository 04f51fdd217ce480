package todoku.campaign;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class CampaignStateTest {
    /// The agreement, move by move: `docs/ARCHITECTURE.md`.
    static final String MOVES =
            """
            DRAFT: PENDING_APPROVAL SCHEDULED
            PENDING_APPROVAL: DRAFT REJECTED SCHEDULED
            REJECTED: DRAFT
            SCHEDULED: CANCELLED DRAFT HELD PENDING_APPROVAL PREPARING
            HELD: CANCELLED SCHEDULED
            PREPARING: CANCELLED FAILED HELD SENDING
            SENDING: PAUSED SENT STOPPED
            PAUSED: SENDING SENT STOPPED
            SENT: SENDING
            STOPPED:
            FAILED:
            CANCELLED:
            """;

    @Test
    void a_campaign_moves_along_the_table_and_not_otherwise() {
        String moves = Arrays.stream(CampaignState.values())
                .map(state -> (state + ": " + names(state.next())).strip())
                .collect(Collectors.joining("\n", "", "\n"));

        assertThat(moves).isEqualTo(MOVES);
    }

    private static String names(Set<CampaignState> states) {
        return new TreeSet<>(states.stream().map(Enum::name).toList()).stream().collect(Collectors.joining(" "));
    }
}
