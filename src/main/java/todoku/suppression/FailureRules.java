package todoku.suppression;

import java.util.EnumMap;
import java.util.Map;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.event.Reason;

/// The thresholds per reason, as the operators have set them. Reasons that say nothing about the address (we are
/// blocked, the mail was too old, its content was refused) have no rule unless somebody gives them one.
public final class FailureRules {
    private final JdbcClient db;

    public FailureRules(JdbcClient db) {
        this.db = db;
    }

    public Map<Reason, FailureRule> all() {
        Map<Reason, FailureRule> rules = new EnumMap<>(Reason.class);
        db.sql("SELECT reason, threshold, consecutive FROM suppression_rule").query(row -> {
            var rule = new FailureRule(
                    Reason.valueOf(row.getString("reason")), row.getInt("threshold"), row.getBoolean("consecutive"));
            rules.put(rule.reason(), rule);
        });
        return rules;
    }

    public void set(FailureRule rule) {
        db.sql("""
                INSERT INTO suppression_rule (reason, threshold, consecutive) VALUES (:reason, :threshold, :consecutive)
                ON CONFLICT (reason) DO UPDATE SET threshold = EXCLUDED.threshold, consecutive = EXCLUDED.consecutive,
                                                   version = suppression_rule.version + 1
                """)
                .param("reason", rule.reason().name())
                .param("threshold", rule.threshold())
                .param("consecutive", rule.consecutive())
                .update();
    }

    /// From now on failures for this reason are not counted.
    public void remove(Reason reason) {
        db.sql("DELETE FROM suppression_rule WHERE reason = :reason").param("reason", reason.name()).update();
    }
}
