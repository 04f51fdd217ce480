package todoku.metrics;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.FunctionTimer;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.ClassLoaderMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.ToDoubleFunction;
import org.springframework.stereotype.Component;
import todoku.database.Database;
import todoku.delivery.Engine;
import todoku.delivery.EngineMeasures;
import todoku.delivery.EngineMeasures.Ended;
import todoku.delivery.QueueAges;
import todoku.event.Followers;

/// Every name under which something is measured; docs/operations.md lists them, and a test holds the two together.
@Component
class Metrics {
    private static final Duration[] ANSWER_TIMES = {
        Duration.ofMillis(50), Duration.ofMillis(200), Duration.ofSeconds(1), Duration.ofSeconds(5)
    };

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final Engine engine;
    /// Gauges do not hold what they ask: it is held here.
    private final Database.Pool pool;
    private final Stored stored;
    private final Set<String> providers = ConcurrentHashMap.newKeySet();
    private final MultiGauge lanes = many("todoku.lanes", "Destinations met since the start, by provider and state");
    private final MultiGauge connections = many("todoku.connections", "SMTP connections open now, by provider");
    private final MultiGauge queue = many("todoku.queue", "Mails that wait, on all nodes, by how long they have");
    private final MultiGauge mailings = many("todoku.mailings", "Mailings that have not ended, by state");
    private final MultiGauge events = many("todoku.follower.events", "Events a follower has not read yet, up to 100000");
    private final MultiGauge ages = many("todoku.follower.lag.seconds", "Age of the first event a follower has not read yet");
    private final MultiGauge poison = many("todoku.follower.poison", "Events a follower could not take and has set aside");
    private final MultiGauge replicas = many("todoku.postgres.replica.lag.seconds", "How far a replica of PostgreSQL is behind");
    private volatile EngineMeasures measures;
    private volatile Stored.Answer answer = Stored.Answer.NONE;

    Metrics(Engine engine, Database database, Followers followers, InstantSource clock) {
        this.engine = engine;
        this.pool = database.pool();
        this.stored = new Stored(database.client(), new QueueAges(database.client(), clock), followers);
        this.measures = engine.measures();
        machine();
        engine();
        database();
    }

    /// Everything as it is now, in Prometheus' text format.
    synchronized String scrape() {
        measures = engine.measures();
        answer = stored.answer();
        measures.attempts().keySet().forEach(this::provider);
        fill();
        return registry.scrape();
    }

    void answered(String route, int status, long nanos) {
        Timer.builder("todoku.web.requests")
                .description("Answers to requests for pages, by route and status")
                .tags("route", route, "status", Integer.toString(status))
                .serviceLevelObjectives(ANSWER_TIMES)
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    private MultiGauge many(String name, String description) {
        return MultiGauge.builder(name).description(description).register(registry);
    }

    private void engine() {
        gauge("todoku.dialogues", "Mails in an SMTP dialogue now", m -> m.dialogues());
        gauge("todoku.journal.used", "Slots of the engine's journal that are needed", m -> m.journalUsed());
        gauge("todoku.journal.slots", "Slots of the engine's journal", m -> m.journalSlots());
        gauge("todoku.standstill", "1 while nothing at all is sent (自動停止中)", m -> m.standsStill() ? 1 : 0);
        counter("todoku.verdicts.committed", "Verdicts stored in the database", m -> m.commits().verdicts());
        counter("todoku.transcripts.dropped", "Dialogues not kept because they came too fast", m -> m.transcriptsDropped());
        FunctionTimer.builder(
                        "todoku.commit", this, m -> m.measures.commits().count(), m -> m.measures.commits().nanos(), TimeUnit.NANOSECONDS)
                .description("Commits of verdicts: how many, and their time together")
                .register(registry);
    }

    private void gauge(String name, String description, ToDoubleFunction<EngineMeasures> value) {
        Gauge.builder(name, this, m -> value.applyAsDouble(m.measures)).description(description).register(registry);
    }

    private void counter(String name, String description, ToDoubleFunction<EngineMeasures> value) {
        FunctionCounter.builder(name, this, m -> value.applyAsDouble(m.measures)).description(description).register(registry);
    }

    /// Counters of one provider, once it has been met.
    private void provider(String key) {
        if (!providers.add(key)) return;
        for (Ended ended : Ended.values()) {
            FunctionCounter.builder("todoku.attempts", this, m -> m.attempts(key, ended))
                    .description("How attempts ended since the start, by provider")
                    .tags("provider", key, "ended", ended.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    private double attempts(String provider, Ended ended) {
        return measures.attempts().getOrDefault(provider, Map.of()).getOrDefault(ended, 0L);
    }

    private void database() {
        Gauge.builder("todoku.database.up", this, m -> m.answer.isUp() ? 1 : 0)
                .description("1 while the database answers")
                .register(registry);
        for (String kind : List.of("success", "unsubscribed", "failure", "other")) {
            FunctionCounter.builder("todoku.import.lines", this, m -> m.answer.importLines().getOrDefault(kind, 0L))
                    .description("Lines of customer files read, by result")
                    .tags("result", kind)
                    .register(registry);
        }
        Gauge.builder("todoku.pool.connections", this, m -> m.pool.active()).description("Connections to PostgreSQL").tags("state", "active").register(registry);
        Gauge.builder("todoku.pool.connections", this, m -> m.pool.idle()).description("Connections to PostgreSQL").tags("state", "idle").register(registry);
        Gauge.builder("todoku.pool.waiting", this, m -> m.pool.waiting()).description("Threads that wait for a connection to PostgreSQL").register(registry);
    }

    private void machine() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ClassLoaderMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new FileDescriptorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        for (GarbageCollectorMXBean each : ManagementFactory.getGarbageCollectorMXBeans()) {
            FunctionTimer.builder(
                            "jvm.gc", each, GarbageCollectorMXBean::getCollectionCount, GarbageCollectorMXBean::getCollectionTime,
                            TimeUnit.MILLISECONDS)
                    .description("Garbage collections: how many, and their time together")
                    .tags("gc", each.getName())
                    .register(registry);
        }
    }

    private void fill() {
        List<Row<?>> destinations = new ArrayList<>();
        List<Row<?>> open = new ArrayList<>();
        measures.lanes().forEach((provider, sums) -> {
            destinations.add(row(sums.all() - sums.slowed() - sums.resting(), "provider", provider, "state", "flowing"));
            destinations.add(row(sums.slowed(), "provider", provider, "state", "slowed"));
            destinations.add(row(sums.resting(), "provider", provider, "state", "resting"));
            open.add(row(sums.connections(), "provider", provider));
        });
        lanes.register(destinations, true);
        connections.register(open, true);
        List<Row<?>> waiting = new ArrayList<>();
        for (int i = 0; i <= QueueAges.SECONDS.length; i++) {
            String age = i == QueueAges.SECONDS.length ? "older" : "under " + QueueAges.SECONDS[i] + "s";
            waiting.add(row(answer.ages().fresh()[i], "kind", "fresh", "age", age));
            waiting.add(row(answer.ages().again()[i], "kind", "again", "age", age));
        }
        queue.register(waiting, true);
        mailings.register(rows("state", answer.mailings()), true);
        events.register(followers(Followers.Lag::events), true);
        ages.register(followers(lag -> lag.age().toMillis() / 1_000.0), true);
        poison.register(followers(Followers.Lag::poison), true);
        replicas.register(rows("replica", answer.replicas()), true);
    }

    private List<Row<?>> followers(ToDoubleFunction<Followers.Lag> value) {
        List<Row<?>> rows = new ArrayList<>();
        for (Followers.Lag lag : answer.followers()) rows.add(row(value.applyAsDouble(lag), "follower", lag.follower()));
        return rows;
    }

    private static List<Row<?>> rows(String tag, Map<String, ? extends Number> values) {
        List<Row<?>> rows = new ArrayList<>();
        values.forEach((name, value) -> rows.add(row(value.doubleValue(), tag, name)));
        return rows;
    }

    private static Row<?> row(double value, String... tags) {
        return Row.of(Tags.of(tags), value);
    }
}
