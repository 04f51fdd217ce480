package todoku.delivery;

import static java.time.ZoneOffset.UTC;

import java.lang.System.Logger.Level;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;

/// What this installation has changed in the providers' rules, and the providers it has added. Only what differs from
/// the shipped list is stored, so a better list of the next release counts wherever nobody had another opinion.
public final class ProviderChanges {
    private static final System.Logger LOG = System.getLogger(ProviderChanges.class.getName());
    static final String NAME = "name";
    static final String DOMAINS = "domains";
    static final String HOSTS = "hosts";

    private final JdbcClient db;

    public ProviderChanges(JdbcClient db) {
        this.db = db;
    }

    /// What has been changed at one provider.
    /// @param values by the word of the field
    public record Change(String provider, Map<String, String> values, int version, @Nullable String by, @Nullable Instant at) {}

    public List<Change> all() {
        Map<String, Change> all = new LinkedHashMap<>();
        db.sql("""
                SELECT r.provider, r.version, r.changed_at, o.display_name, e.key, e.value
                  FROM provider_rule r LEFT JOIN operator o ON o.id = r.changed_by
                  LEFT JOIN LATERAL jsonb_each_text(r.changed) e ON true
                 ORDER BY r.provider
                """).query(row -> {
            String provider = row.getString("provider");
            int version = row.getInt("version");
            String by = row.getString("display_name");
            Instant at = row.getTimestamp("changed_at").toInstant();
            Change change = all.computeIfAbsent(provider, key -> new Change(key, new LinkedHashMap<>(), version, by, at));
            if (row.getString("key") != null) change.values().put(row.getString("key"), row.getString("value"));
        });
        return List.copyOf(all.values());
    }

    public Optional<Change> of(String provider) {
        return all().stream().filter(change -> change.provider().equals(provider)).findFirst();
    }

    /// Which changes there are: another answer than before means that something was changed.
    String fingerprint() {
        return db.sql("SELECT coalesce(string_agg(provider || ':' || version, ' ' ORDER BY provider), '') FROM provider_rule")
                .query(String.class)
                .single();
    }

    /// In the caller's transaction.
    /// @param version the one that was seen; 0 where nothing was changed yet
    /// @return false when somebody was faster
    public boolean save(String provider, Map<String, String> values, int version, long operator, Instant now) {
        String change = version == 0
                ? """
                INSERT INTO provider_rule (provider, changed, version, changed_by, changed_at)
                VALUES (:provider, jsonb_object(:keys::text[], :values::text[]), :version + 1, :operator, :now)
                ON CONFLICT (provider) DO NOTHING
                """
                : """
                UPDATE provider_rule SET changed = jsonb_object(:keys::text[], :values::text[]), version = version + 1,
                       changed_by = :operator, changed_at = :now
                 WHERE provider = :provider AND version = :version
                """;
        return db.sql(change)
                        .param("provider", provider)
                        .param("keys", values.keySet().toArray(String[]::new))
                        .param("values", values.values().toArray(String[]::new))
                        .param("operator", operator)
                        .param("now", now.atOffset(UTC))
                        .param("version", version)
                        .update()
                == 1;
    }

    /// A provider of our own goes; in the caller's transaction.
    public boolean remove(String provider, int version) {
        return db.sql("DELETE FROM provider_rule WHERE provider = :provider AND version = :version")
                        .param("provider", provider)
                        .param("version", version)
                        .update()
                == 1;
    }

    /// The shipped ones with these changes, then our own. What cannot be understood any more is left out and logged: a
    /// rule must never keep mail from being sent.
    static Providers applied(Providers shipped, List<Change> changes) {
        Map<String, Provider> all = new LinkedHashMap<>();
        shipped.all().forEach(provider -> all.put(provider.key(), provider));
        for (Change change : changes) {
            Provider before = all.getOrDefault(change.provider(), ownOne(change.provider(), shipped));
            all.put(change.provider(), changed(before, change.values(), (word, value) -> LOG.log(
                    Level.WARNING, "provider {0}: {1} = {2} cannot be understood and does not count", change.provider(), word, value)));
        }
        return shipped.with(new ArrayList<>(all.values()));
    }

    private static Provider ownOne(String key, Providers shipped) {
        return new Provider(key, key, key, List.of(), List.of(), shipped.standard().rule());
    }

    private static Provider changed(Provider before, Map<String, String> values, BiConsumer<String, String> bad) {
        var numbers = new EnumMap<RuleField, Integer>(RuleField.class);
        List<String> domains = before.domains();
        List<String> hosts = before.hosts();
        String japanese = before.japanese();
        String english = before.english();
        for (Map.Entry<String, String> each : values.entrySet()) {
            String value = each.getValue();
            switch (each.getKey()) {
                case NAME -> japanese = english = value;
                case DOMAINS -> domains = words(value);
                case HOSTS -> hosts = words(value);
                default -> {
                    RuleField field = RuleField.of(each.getKey());
                    Integer number = field == null ? null : field.parse(value);
                    if (field == null || number == null) bad.accept(each.getKey(), value);
                    else numbers.put(field, number);
                }
            }
        }
        return new Provider(before.key(), japanese, english, domains, hosts, before.rule().with(numbers));
    }

    static List<String> words(String value) {
        return Arrays.stream(value.split("[\\s,、]+")).filter(word -> !word.isEmpty()).toList();
    }
}
