package todoku.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/// Benchmarks run, tiny: only to see that they run, and that what they count adds up.
class BenchTest {
    @TempDir
    Path folder;

    @BeforeEach
    void needs_somebody_elses_receiver() {
        assumeTrue(Sinks.installed(), "smtp-sink is not installed");
    }

    @Test
    void a_campaign_runs_in_turn_with_the_peers_that_are_installed() throws Exception {
        Path json = folder.resolve("campaign.json");
        assertThat(run("campaign", "--size", "300", "--runs", "1", "--tls", "--json", json.toString())).isZero();
        JsonNode figures = new ObjectMapper().readTree(Files.readString(json));
        assertThat(figures.path("P1").path("value").asDouble()).isPositive();
        assertThat(figures.path("P2").path("goal").asDouble()).isEqualTo(9_000);
        if (TlsReceiver.whyNot() == null)
            assertThat(figures.path("P1_starttls").path("tls_handshakes").asDouble()).isPositive();
        if (Postfix.whyNot() == null && OpenDkim.whyNot() == null)
            assertThat(figures.path("P1").path("peers").path("postfix+opendkim").asDouble()).isPositive();
    }

    @Test
    void a_launch_is_measured_from_send_to_the_first_mail_and_on_the_disk() throws Exception {
        JsonNode figures = measured("launch", "--size", "2000", "--runs", "1", "--drain", "1");
        for (String row : List.of("P4", "P5", "P14", "P14_event"))
            assertThat(figures.path(row).path("value").asDouble()).as(row).isPositive();
    }

    @Test
    void more_customers_than_the_disk_holds_are_refused_before_anything_is_written() throws Exception {
        assertThat(run("launch", "--size", "" + Integer.MAX_VALUE)).isEqualTo(3);
    }

    @Test
    void stuck_destinations_are_held_while_the_others_are_served() throws Exception {
        JsonNode figures = measured("stuck", "--size", "400", "--runs", "1");
        for (String row : List.of("P11_1_silent", "P11_1_dripping", "P11_5_silent", "P11_5_dripping"))
            assertThat(figures.path(row).path("value").asDouble()).as(row).isPositive();
    }

    @Test
    void many_small_domains_are_served_beside_few_large_ones_and_those_that_do_not_exist_are_told_apart() throws Exception {
        JsonNode figures = measured("domains", "--domains", "100", "--mails", "2", "--runs", "1", "--idle", "1", "--dns-millis", "1");
        assertThat(figures.path("domains_share").path("value").asDouble()).isPositive();
        assertThat(figures.path("domains_new").path("dns_questions").asDouble()).isPositive();
    }

    @Test
    void a_process_killed_at_the_dot_in_a_commit_or_in_an_import_and_two_browsers_at_once_lose_nobody_and_mail_nobody_twice() throws Exception {
        Path json = folder.resolve("faults.json");
        String only = "between-dot-and-reply,in-commit,import,tabs";
        assertThat(run("faults", "--size", "200", "--rounds", "1", "--only", only, "--json", json.toString())).isZero();
        JsonNode held = new ObjectMapper().readTree(Files.readString(json)).path("faults").path("BETWEEN_DOT_AND_REPLY");
        assertThat(held.path("unknown_at_most").asInt()).isBetween(Victim.HELD, FaultReport.OPEN_CONNECTIONS);
    }

    @Test
    void an_option_that_does_not_exist_is_refused() throws Exception {
        assertThat(run("campaign", "--nothing", "1")).isEqualTo(2);
    }

    private JsonNode measured(String... args) throws Exception {
        Path json = folder.resolve("figures.json");
        List<String> all = new ArrayList<>(List.of(args));
        all.addAll(List.of("--json", json.toString()));
        assertThat(run(all.toArray(String[]::new))).isZero();
        return new ObjectMapper().readTree(Files.readString(json));
    }

    private static int run(String... args) throws Exception {
        return Bench.run(args);
    }
}
