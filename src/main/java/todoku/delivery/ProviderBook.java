package todoku.delivery;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The providers in force here, as the program and this installation have them, and whose each destination is.
final class ProviderBook {
    private final JdbcClient db;
    private final ProviderChanges changes;
    private final Providers start;
    private String seen = "";
    private volatile Providers providers;

    ProviderBook(JdbcClient db, Providers start) {
        this.db = db;
        this.changes = new ProviderChanges(db);
        this.start = start;
        this.providers = start;
    }

    Providers providers() {
        return providers;
    }

    /// Takes up what has been changed since.
    /// @return whether anything was
    boolean refresh() {
        String now = changes.fingerprint();
        if (now.equals(seen)) return false;
        providers = ProviderChanges.applied(start, changes.all());
        seen = now;
        return true;
    }

    /// Whose these destinations are, by id.
    Map<Long, Provider> of(List<WorkFinder.Busy> destinations) {
        if (destinations.isEmpty()) return Map.of();
        Providers known = providers;
        Map<Long, String> listed = listed(known.domains());
        return destinations.stream()
                .collect(Collectors.toMap(
                        WorkFinder.Busy::id, each -> known.of(each.name(), each.hosts(), listed.get(each.id())), (a, _) -> a));
    }

    private Map<Long, String> listed(Map<String, String> domains) {
        Map<Long, String> listed = new HashMap<>();
        db.sql("SELECT name, destination_id FROM domain WHERE name = ANY(:names::text[]) AND destination_id <> 0 ORDER BY id")
                .param("names", domains.keySet().toArray(String[]::new))
                .query(row -> {
                    String provider = domains.get(row.getString("name"));
                    if (provider != null) listed.putIfAbsent(row.getLong("destination_id"), provider);
                });
        return listed;
    }
}
