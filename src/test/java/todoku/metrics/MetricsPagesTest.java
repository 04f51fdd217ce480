package todoku.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.TestServer;

/// `/metrics` as Prometheus asks it, of a first start with its sample campaign sent.
class MetricsPagesTest {
    @RegisterExtension
    static final TestServer server = TestServer.withSample();

    private static final Pattern SAMPLE = Pattern.compile("([a-zA-Z_:][a-zA-Z0-9_:]*)(\\{[^{}]*})? (\\S+)");
    private static final Pattern LABELS = Pattern.compile("\\{([a-zA-Z_][a-zA-Z0-9_]*=\"[^\"]*\",?)*}");
    private static final Pattern OURS = Pattern.compile("todoku_[a-z_]+");

    @BeforeAll
    static void the_sample_has_been_sent() {
        long giveUp = System.nanoTime() + 60_000_000_000L;
        while (server.database().client().sql("SELECT count(*) FROM mailing WHERE state = 'SENT'").query(Integer.class).single() == 0) {
            assertThat(System.nanoTime()).isLessThan(giveUp);
            LockSupport.parkNanos(10_000_000);
        }
        server.admin().get("/engine");
    }

    @Test
    void without_the_token_nothing_is_said_and_the_token_is_ours_alone() throws Exception {
        assertThat(asked("").statusCode()).isEqualTo(401);
        assertThat(asked("Bearer wrong").statusCode()).isEqualTo(401);
        assertThat(asked("Bearer wrong").body()).isEmpty();
        assertThat(server.admin().get("/metrics").statusCode()).as("no page for people").isEqualTo(401);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(server.data().resolve("metrics-token")))).isEqualTo("rw-------");
    }

    @Test
    void every_line_is_in_prometheus_text_format() throws Exception {
        HttpResponse<String> answer = asked("Bearer " + token());
        assertThat(answer.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/plain").contains("version=0.0.4");
        Set<String> typed = new TreeSet<>();
        for (String line : answer.body().split("\n")) {
            if (line.startsWith("# TYPE ")) {
                assertThat(line).matches("# TYPE \\S+ (counter|gauge|histogram|summary|untyped)");
                assertThat(typed.add(line.split(" ")[2])).as("one type for " + line).isTrue();
            } else if (!line.startsWith("# HELP ")) {
                Matcher sample = SAMPLE.matcher(line);
                assertThat(sample.matches()).as(line).isTrue();
                if (sample.group(2) != null) assertThat(sample.group(2)).matches(LABELS);
                if (!sample.group(3).equals("NaN") && !sample.group(3).endsWith("Inf")) Double.parseDouble(sample.group(3));
                String family = sample.group(1).replaceAll("_(bucket|count|sum|max)$", "");
                assertThat(typed).as(line).containsAnyOf(family, sample.group(1));
            }
        }
    }

    @Test
    void the_figures_are_those_of_the_sample() throws Exception {
        System.gc(); // what is measured must be held by somebody
        Map<String, Double> all = samples();
        assertThat(all).as("a figure for everything of ours").noneSatisfy((name, value) -> assertThat(name.startsWith("todoku_") && value.isNaN()).isTrue());
        assertThat(sum(all, "todoku_pool_connections", "")).isPositive();
        double delivered = server.database().client().sql("SELECT count(*) FROM recipient_result WHERE state = 'DELIVERED'").query(Double.class).single();
        assertThat(sum(all, "todoku_attempts_total", "ended=\"accepted\"")).isEqualTo(delivered);
        assertThat(sum(all, "todoku_attempts_total", "ended=\"failed\"")).isPositive();
        assertThat(sum(all, "todoku_verdicts_committed_total", "")).isGreaterThanOrEqualTo(delivered);
        assertThat(sum(all, "todoku_commit_seconds_sum", "")).isPositive();
        assertThat(sum(all, "todoku_lanes", "")).isPositive();
        assertThat(sum(all, "todoku_queue", "")).isZero();
        assertThat(sum(all, "todoku_import_lines_total", "result=\"success\"")).isEqualTo(
                server.database().client().sql("SELECT coalesce(sum(success), 0) FROM customer_import").query(Double.class).single());
        assertThat(sum(all, "todoku_database_up", "")).isEqualTo(1);
        assertThat(sum(all, "todoku_standstill", "")).isZero();
        assertThat(sum(all, "todoku_journal_slots", "")).isPositive();
        assertThat(sum(all, "todoku_web_requests_seconds_count", "route=\"/engine\"")).isPositive();
        assertThat(sum(all, "jvm_memory_used_bytes", "")).isPositive();
        assertThat(all.keySet()).anyMatch(name -> name.startsWith("todoku_follower_lag_seconds{follower="));
    }

    @Test
    void the_manual_names_everything_that_is_measured_and_nothing_else() throws Exception {
        Set<String> told = OURS.matcher(Files.readString(Path.of("docs/operations.md")))
                .results()
                .map(found -> found.group().replaceAll("_(bucket|count|sum)$", ""))
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> measured = samples().keySet().stream()
                .map(name -> name.replaceAll("\\{.*", "").replaceAll("_(bucket|count|sum|max)$", ""))
                .filter(name -> name.startsWith("todoku_"))
                .collect(Collectors.toCollection(TreeSet::new));
        measured.add("todoku_postgres_replica_lag_seconds"); // there is no replica here
        assertThat(told).isEqualTo(measured);
    }

    private static double sum(Map<String, Double> all, String name, String label) {
        return all.entrySet().stream()
                .filter(each -> each.getKey().replaceAll("\\{.*", "").equals(name) && each.getKey().contains(label))
                .mapToDouble(Map.Entry::getValue)
                .sum();
    }

    private static Map<String, Double> samples() throws Exception {
        Map<String, Double> samples = new TreeMap<>();
        asked("Bearer " + token()).body().lines().filter(line -> !line.startsWith("#")).forEach(line -> {
            int gap = line.lastIndexOf(' ');
            samples.put(line.substring(0, gap), Double.valueOf(line.substring(gap + 1)));
        });
        return samples;
    }

    private static String token() throws Exception {
        return Files.readString(server.data().resolve("metrics-token")).strip();
    }

    private static HttpResponse<String> asked(String authorization) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(server.url() + "/metrics"));
        if (!authorization.isEmpty()) request.header("Authorization", authorization);
        return HttpClient.newHttpClient().send(request.build(), HttpResponse.BodyHandlers.ofString());
    }
}
