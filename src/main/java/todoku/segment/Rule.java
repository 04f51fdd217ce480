package todoku.segment;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import todoku.customer.Memberships;

/// Which customers: one tree for campaigns, saved segments and the question whether one person is in. A person is in or
/// not, never "unknown": who lacks a value does not meet a comparison with it, and does meet its opposite. The names are
/// stored; a rule without a name is a [Condition], as lists of them were stored before there were trees.
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "is", defaultImpl = Condition.class)
@JsonSubTypes({
    @JsonSubTypes.Type(value = Rule.All.class, name = "ALL"),
    @JsonSubTypes.Type(value = Rule.Any.class, name = "ANY"),
    @JsonSubTypes.Type(value = Rule.Not.class, name = "NOT"),
    @JsonSubTypes.Type(value = Condition.class, name = "FIELD"),
    @JsonSubTypes.Type(value = Rule.InGroup.class, name = "GROUP"),
    @JsonSubTypes.Type(value = Rule.Behaviour.class, name = "MAIL"),
    @JsonSubTypes.Type(value = Rule.Related.class, name = "RECORD"),
    @JsonSubTypes.Type(value = Rule.InSegment.class, name = "SEGMENT"),
    @JsonSubTypes.Type(value = Rule.FromDomain.class, name = "DOMAIN"),
})
public sealed interface Rule permits Condition, Rule.All, Rule.Any, Rule.Not, Rule.InGroup, Rule.Behaviour, Rule.Related,
        Rule.InSegment, Rule.FromDomain {
    Rule EVERYBODY = new All(List.of());

    /// すべて. Without rules: everybody.
    record All(List<Rule> rules) implements Rule {
        public All {
            rules = List.copyOf(rules);
        }
    }

    /// いずれか. Without rules: nobody.
    record Any(List<Rule> rules) implements Rule {
        public Any {
            rules = List.copyOf(rules);
        }
    }

    /// ただし …の方は除く.
    record Not(Rule rule) implements Rule {}

    /// In one of these groups, in one of these states.
    record InGroup(List<Long> groups, List<Memberships.State> states) implements Rule {
        public InGroup {
            groups = groups.stream().distinct().sorted().toList();
            states = states.stream().distinct().sorted().toList();
        }
    }

    /// What a person did with our mail: with one mailing, or within the last days.
    ///
    /// @param mailing null for the last days
    /// @param days    whole days before today; only without a mailing
    /// @param link    one link of that mailing; null for any
    /// @param times   mails; more than 1 only without a mailing
    record Behaviour(Kind kind, @Nullable Long mailing, int days, @Nullable Integer link, int times) implements Rule {
        /// Without an answer to one mailing: those it was delivered to. Without an answer in days: everybody else.
        public enum Kind {
            SENT,
            OPENED,
            CLICKED,
            NOT_OPENED,
            NOT_CLICKED,
            BOUNCED;

            boolean isMissing() {
                return this == NOT_OPENED || this == NOT_CLICKED;
            }

            /// Of an opened or clicked mail.
            boolean isClick() {
                return this == CLICKED || this == NOT_CLICKED;
            }
        }

        /// Of the mailings of the last days; the last open and click of everybody are known without them.
        boolean asksDetails() {
            return mailing == null && (times > 1 || kind == Kind.SENT || kind == Kind.BOUNCED);
        }

        public static Behaviour of(Kind kind, long mailing) {
            return new Behaviour(kind, mailing, 0, null, 1);
        }

        public static Behaviour within(Kind kind, int days) {
            return new Behaviour(kind, null, days, null, 1);
        }
    }

    /// Records of one kind, such as orders.
    ///
    /// @param days       whole days before today; 0 for ever
    /// @param conditions on their fields; all must hold for a record to count
    /// @param times      so many at least
    /// @param sum        their amounts at least; null for any
    /// @param quietDays  the last of them is longer ago than this; 0 for any
    record Related(
            long kind, int days, List<Condition> conditions, int times, @Nullable BigDecimal sum, int quietDays)
            implements Rule {
        public Related {
            conditions = List.copyOf(conditions);
        }
    }

    /// Whoever is in a saved segment now.
    record InSegment(long segment) implements Rule {}

    /// An address at one of these domains, carriers by name.
    record FromDomain(List<String> domains) implements Rule {
        public FromDomain {
            domains = List.copyOf(domains);
        }
    }
}
