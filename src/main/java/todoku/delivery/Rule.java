package todoku.delivery;

import java.time.Duration;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;

/// How hard one provider may be pressed: every [RuleField] has a value.
public record Rule(Map<RuleField, Integer> values) {
    public Rule {
        var all = new EnumMap<RuleField, Integer>(values);
        for (RuleField field : RuleField.values()) {
            Integer value = all.get(field);
            if (value == null || value < field.least() || value > field.most())
                throw new IllegalArgumentException(field.word() + ": " + value);
        }
        values = Collections.unmodifiableMap(all);
    }

    public int get(RuleField field) {
        Integer value = values.get(field);
        if (value == null) throw new IllegalStateException(field.word());
        return value;
    }

    /// The same but for these.
    Rule with(Map<RuleField, Integer> changed) {
        var all = new EnumMap<RuleField, Integer>(values);
        all.putAll(changed);
        return new Rule(all);
    }

    Shaping shaping() {
        return new Shaping(
                get(RuleField.CONNECTIONS),
                get(RuleField.CONNECTIONS_PER_SECOND),
                get(RuleField.MAILS_PER_CONNECTION),
                get(RuleField.MAILS_PER_SECOND),
                get(RuleField.MAILS_PER_MINUTE),
                get(RuleField.MAILS_PER_HOUR),
                get(RuleField.MAILS_PER_DAY),
                minutes(RuleField.AVOID_HOUR_MINUTES),
                minutes(RuleField.SLOW_MINUTES),
                get(RuleField.STOP_WHEN_LIMITED) == 1,
                minutes(RuleField.CUT_MINUTES),
                minutes(RuleField.REST_MINUTES),
                minutes(RuleField.ALARM_MINUTES),
                get(RuleField.RESET_MEANS_LATER) == 1,
                TlsRule.values()[get(RuleField.TLS)]);
    }

    private Duration minutes(RuleField field) {
        return Duration.ofMinutes(get(field));
    }
}
