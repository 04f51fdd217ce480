package todoku.delivery;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Looks at all destinations for pages. Its short answer is kept for a moment, and longer when it was slow: however many
/// pages are open, it takes at most a tenth of one connection's time.
final class Overlook {
    /// Destinations with a row of their own.
    static final int MOST = 30;
    /// Of these, the most that have nothing to do.
    private static final int IDLE_MOST = 15;
    private static final Duration UNKNOWN_OF = Duration.ofDays(30);
    private static final long KEPT_NANOS = Duration.ofSeconds(1).toNanos();
    private static final int ANSWERS_BETWEEN_QUESTIONS = 10;
    /// Who is in trouble comes first, who has nothing to do last.
    private static final Comparator<DestinationRow> ORDER = Comparator.comparing((DestinationRow row) -> switch (row.lane().state()) {
                case ALARM -> 0;
                case RESTING -> 1;
                case SLOWED -> 2;
                case FLOWING -> 3;
                case IDLE -> 4;
            })
            .thenComparing(DestinationRow::waiting, Comparator.reverseOrder())
            .thenComparing(row -> row.lane().name());

    private final WorkFinder finder;
    private final Backlog backlog;
    private final ProviderBook book;
    private final Egress egress;
    private final Map<LaneKey, Pace> paces;
    private final Supplier<Map<Long, Why>> stranded;
    private final Watch watch;
    private final InstantSource clock;
    private @Nullable EngineNow kept;
    private long askAgainAt;

    Overlook(JdbcClient db, ProviderBook book, Egress egress, Map<LaneKey, Pace> paces, Supplier<Map<Long, Why>> stranded, Watch watch, InstantSource clock) {
        this.finder = new WorkFinder(db);
        this.backlog = new Backlog(db);
        this.book = book;
        this.egress = egress;
        this.paces = paces;
        this.stranded = stranded;
        this.watch = watch;
        this.clock = clock;
    }

    /// Every destination that has work or had some since the start.
    EngineView all() {
        Map<Long, WorkFinder.Queued> queued = finder.queued();
        Set<Long> ids = new TreeSet<>(met());
        ids.addAll(queued.keySet());
        ids.remove(Destinations.UNRESOLVED);
        return new EngineView(clock.instant(), watch.standstill(), destinations(ids, queued));
    }

    /// The short answer.
    synchronized EngineNow now() {
        EngineNow last = kept;
        long asked = System.nanoTime();
        if (last != null && asked - askAgainAt < 0) return last;
        EngineNow now = ask();
        long answered = System.nanoTime();
        askAgainAt = answered + Math.max(KEPT_NANOS, (answered - asked) * ANSWERS_BETWEEN_QUESTIONS);
        kept = now;
        return now;
    }

    private EngineNow ask() {
        Instant now = clock.instant();
        List<Long> slowed = paces.values().stream().filter(pace -> pace.why() != null).map(Overlook::destination).distinct().toList();
        Map<Long, Backlog.Row> rows = new HashMap<>();
        backlog.rows(slowed, MOST).forEach(row -> rows.put(row.id(), row));
        Map<Long, WorkFinder.Queued> queued = rows.values().stream()
                .collect(Collectors.toMap(Backlog.Row::id, row -> new WorkFinder.Queued(row.fresh(), row.again())));
        Backlog.Row others = rows.get(Backlog.OTHERS);
        Backlog.Row unresolved = rows.get(Destinations.UNRESOLVED);
        Set<Long> own = new TreeSet<>(rows.keySet());
        own.remove(Backlog.OTHERS);
        own.remove(Destinations.UNRESOLVED);
        if (others == null) addIdle(own);
        List<DestinationRow> destinations = destinations(own, queued).stream()
                .map(lane -> {
                    Backlog.Row row = rows.get(lane.id());
                    return new DestinationRow(lane, row == null ? null : row.due());
                })
                .sorted(ORDER)
                .toList();
        EngineNow.Figures figures = figures(rows.values(), now);
        int shownConnections = destinations.stream().mapToInt(row -> row.lane().connections()).sum();
        int shownPerMinute = destinations.stream().mapToInt(row -> row.lane().perMinute()).sum();
        return new EngineNow(
                now,
                watch.standstill(),
                figures,
                destinations,
                new EngineNow.Others(
                        others == null ? 0 : others.destinations(),
                        Math.max(0, figures.connections() - shownConnections),
                        Math.max(0, figures.perMinute() - shownPerMinute),
                        others == null ? 0 : others.fresh() + others.again()),
                unresolved == null ? 0 : unresolved.fresh() + unresolved.again());
    }

    private EngineNow.Figures figures(Iterable<Backlog.Row> rows, Instant now) {
        long fresh = 0;
        long again = 0;
        Instant oldest = null;
        Instant due = null;
        for (Backlog.Row row : rows) {
            fresh += row.fresh();
            again += row.again();
            oldest = earlier(oldest, row.oldest());
            due = earlier(due, row.due());
        }
        int perMinute = 0;
        int connections = 0;
        Set<Long> connected = new TreeSet<>();
        for (Pace pace : paces.values()) {
            int open = pace.open();
            perMinute += pace.perMinute();
            connections += open;
            if (open > 0) connected.add(destination(pace));
        }
        return new EngineNow.Figures(
                perMinute, fresh, oldest, again, due, connections, connected.size(), backlog.unknown(now.minus(UNKNOWN_OF)));
    }

    private static @Nullable Instant earlier(@Nullable Instant one, @Nullable Instant other) {
        if (one == null || other == null) return one == null ? other : one;
        return one.isBefore(other) ? one : other;
    }

    /// Those without work as well, as far as there is room: the slowed ones first, then well-known providers.
    private void addIdle(Set<Long> own) {
        paces.values().stream()
                .filter(pace -> !own.contains(destination(pace)))
                .sorted(Comparator.comparing((Pace pace) -> pace.why() == null)
                        .thenComparing(pace -> pace.provider().isDefault())
                        .thenComparing(Overlook::destination))
                .map(Overlook::destination)
                .distinct()
                .limit(Math.clamp(MOST - own.size(), 0, IDLE_MOST))
                .toList()
                .forEach(own::add);
    }

    private List<EngineView.Destination> destinations(Set<Long> ids, Map<Long, WorkFinder.Queued> queued) {
        List<WorkFinder.Busy> named = finder.named(ids);
        Map<Long, Provider> whose = book.of(named);
        Map<Long, List<Pace>> lanes = paces.values().stream()
                .filter(pace -> ids.contains(destination(pace)))
                .sorted(Comparator.comparing(pace -> pace.lane().ip()))
                .collect(Collectors.groupingBy(Overlook::destination));
        List<EngineView.Destination> all = new ArrayList<>();
        for (WorkFinder.Busy each : named)
            all.add(destination(
                    each,
                    whose.getOrDefault(each.id(), book.providers().standard()),
                    lanes.getOrDefault(each.id(), List.of()),
                    queued.getOrDefault(each.id(), WorkFinder.Queued.NOTHING)));
        return all;
    }

    private EngineView.Destination destination(
            WorkFinder.Busy each, Provider provider, List<Pace> lanes, WorkFinder.Queued work) {
        int most = book.providers().shapingOf(provider).connections();
        List<Pace> used = lanes.stream().filter(pace -> egress.find(pace.lane().ip()) != null).toList();
        if (used.isEmpty()) {
            Why without = stranded.get().get(each.id());
            return new EngineView.Destination(
                    each.id(), each.name(), provider, without != null ? EngineView.State.RESTING : EngineView.State.FLOWING, 0, most, most, 0,
                    0, work.fresh(), work.again(), without, List.of());
        }
        boolean idle = work.fresh() + work.again() == 0;
        List<EngineView.Destination> views =
                used.stream().map(pace -> pace.view(each.id(), each.name(), work, idle)).toList();
        return views.size() == 1 ? views.getFirst() : together(views, used);
    }

    /// Mail goes as long as it goes from one of our addresses: the best of them is how the destination is doing.
    private EngineView.Destination together(List<EngineView.Destination> views, List<Pace> lanes) {
        EngineView.Destination best = views.stream().min(Comparator.comparing(EngineView.Destination::state)).orElseThrow();
        List<EngineView.Road> roads = new ArrayList<>();
        int connections = 0;
        int allowed = 0;
        int most = 0;
        int perMinute = 0;
        int limit = 0;
        for (int i = 0; i < views.size(); i++) {
            EngineView.Destination view = views.get(i);
            connections += view.connections();
            allowed += view.allowed();
            most += view.most();
            perMinute += view.perMinute();
            limit += view.limitPerMinute();
            SendingIp ip = egress.find(lanes.get(i).lane().ip());
            roads.add(new EngineView.Road(
                    ip == null ? "" : ip.text(), view.state(), view.connections(), view.allowed(), view.perMinute(), view.why()));
        }
        return new EngineView.Destination(
                best.id(), best.name(), best.provider(), best.state(), connections, allowed, most, perMinute, limit, best.queued(),
                best.again(), best.why(), roads);
    }

    private Set<Long> met() {
        return paces.keySet().stream().map(LaneKey::destination).collect(Collectors.toSet());
    }

    private static long destination(Pace pace) {
        return pace.lane().destination();
    }
}
