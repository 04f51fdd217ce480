package todoku.campaign;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;
import todoku.segment.Rules;
import todoku.segment.Where;
import todoku.suppression.Suppressions.Reason;

/// 対象者リスト: everybody a target selects, one after the other, whether they would get the mail or why not. What it says
/// of each is what [Audience] counts.
@Component
final class TargetList {
    /// Customers looked through at a time: a list of a million needs no more memory than this many.
    private static final int WINDOW = 5_000;

    private static final String END = "SELECT coalesce(max(id), 0) FROM (SELECT id FROM customer WHERE id > :after ORDER BY id LIMIT :window) w";

    private static final String SELECTED =
            """
            WITH asked AS (SELECT id FROM customer WHERE id > :after AND id <= :end)
            SELECT c.id, c.number, a.as_written, nullif(concat_ws(' ', c.family_name, c.given_name), '') AS name, p.standing,
                   CASE WHEN b.domain_id IS NOT NULL THEN 'BANNED'
                        ELSE (SELECT min(s.reason) FROM suppression s WHERE s.address_id = c.address_id AND s.reason <> ALL (:overridden))
                    END AS suppressed
              FROM (SELECT customer_id, CASE WHEN bool_or(state = 'BANNED') THEN 'BANNED' WHEN bool_or(state = 'SUBSCRIBED') THEN ''
                                             ELSE 'UNSUBSCRIBED' END AS standing
                      FROM membership WHERE group_id = ANY (:groups) AND customer_id > :after AND customer_id <= :end
                     GROUP BY customer_id) p
              JOIN customer c ON c.id = p.customer_id
              JOIN address a ON a.id = c.address_id
              LEFT JOIN suppressed_domain b ON b.domain_id = a.domain_id
             WHERE {rule}
             ORDER BY c.id
            """;

    private final JdbcClient db;
    private final Rules rules;
    private final Audience audience;

    TargetList(Database database, Rules rules, Audience audience) {
        this.db = database.client();
        this.rules = rules;
        this.audience = audience;
    }

    /// One person of the list.
    ///
    /// @param standing in the groups: UNSUBSCRIBED or BANNED, empty when 配信中
    /// @param excluded the reason why they would not get it, as [Audience.Count] names it; null when they would
    record Selected(
            @Nullable String number, String address, @Nullable String name, String standing, @Nullable String excluded) {}

    /// @throws IllegalArgumentException when a condition is not usable
    void each(Target target, Consumer<Selected> each) {
        Where where = rules.where(target.rule());
        Map<String, Object> parameters = new HashMap<>(where.parameters());
        parameters.put("groups", target.groups().toArray(Long[]::new));
        parameters.put("overridden", target.reach().overridden().stream().map(Reason::name).toArray(String[]::new));
        Set<Long> duplicates = audience.duplicates(target);
        long after = 0;
        for (long end = end(after); end > 0; end = end(after)) {
            parameters.put("after", after);
            parameters.put("end", end);
            of(target.reach(), where, parameters, duplicates).forEach(each);
            after = end;
        }
    }

    /// Where the next window ends; 0 when everybody was seen.
    private long end(long after) {
        return db.sql(END).param("after", after).param("window", WINDOW).query(Long.class).single();
    }

    private List<Selected> of(Reach reach, Where where, Map<String, Object> parameters, Set<Long> duplicates) {
        return db.sql(SELECTED.replace("{rule}", where.ofFew()))
                .params(parameters)
                .query((row, _) -> {
                    String standing = row.getString("standing");
                    boolean unwilling = reach == Reach.WILLING && !standing.isEmpty();
                    return new Selected(
                            row.getString("number"), row.getString("as_written"), row.getString("name"), standing,
                            unwilling ? standing : duplicates.contains(row.getLong("id")) ? Audience.DUPLICATE : row.getString("suppressed"));
                })
                .list();
    }
}
