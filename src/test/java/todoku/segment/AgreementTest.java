package todoku.segment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import todoku.database.TestDatabase;

/// The database and one person in memory agree about every rule.
class AgreementTest {
    @RegisterExtension
    static final TestDatabase database = new TestDatabase();

    /// Change it to look elsewhere; it is printed with what was found.
    static final long SEED = 20_260_402;
    static final int PEOPLE = 150;
    static final int RULES = Integer.getInteger("todoku.agreement.rules", 1_000);

    static final Instant NOW = Instant.parse("2026-04-01T15:30:00Z");
    static final ZoneId TOKYO = ZoneId.of("Asia/Tokyo");

    @Test
    void the_same_people_are_found_by_sql_and_in_memory() {
        var db = database.client();
        Random random = new Random(SEED);
        List<Long> ids = new Crowd(db, random, NOW).make(PEOPLE);
        List<Long> mailings = db.sql("SELECT id FROM mailing ORDER BY id").query(Long.class).list();
        Library library = new Library(db);
        Known known = library.of(mailings.stream().map(id -> (Rule) Rule.Behaviour.of(Rule.Behaviour.Kind.SENT, id)).toList());
        Days days = new Days(LocalDate.ofInstant(NOW, TOKYO), TOKYO);
        Map<Long, Person> people = new People(db, TOKYO).read(ids, new People.Needs(
                Set.copyOf(mailings), NOW.minusSeconds(200 * 86_400L), known.kinds().keySet()));
        RandomRules rules = new RandomRules(random, known, mailings);
        RuleTruth truth = new RuleTruth(known, days);
        Set<Operator> compared = EnumSet.noneOf(Operator.class);
        int some = 0;
        int ofMailings = 0;

        for (int i = 0; i < RULES; i++) {
            Rule rule = i % 3 == 0 ? rules.leaf() : rules.next();
            String said = "seed " + SEED + ", rule " + i + ": " + Rules.json(rule);
            assertThat(RuleCheck.problems(rule, known)).as(said).isEmpty();
            assertThat(Rules.read(Rules.json(rule))).as(said).isEqualTo(rule);
            assertThat(new RuleWords(known, true).sentence(rule)).as(said).isNotBlank().doesNotContain("—", "{0}");
            Where where = RuleSql.where(rule, known, days);
            Set<Long> found = new TreeSet<>(db.sql("SELECT c.id FROM customer c WHERE " + where.sql())
                    .params(where.parameters())
                    .query(Long.class)
                    .list());
            Set<Long> judged = people.values().stream()
                    .filter(person -> truth.holds(rule, person))
                    .map(Person::id)
                    .collect(Collectors.toCollection(TreeSet::new));
            assertThat(judged).as(said + " " + where.sql()).isEqualTo(found);
            assertThat(db.sql("WITH asked AS (SELECT id FROM customer WHERE id % 3 <> 0) SELECT c.id FROM asked JOIN customer c ON c.id = asked.id WHERE "
                                    + where.ofFew())
                            .params(where.parameters()).query(Long.class).list())
                    .as(said + " " + where.ofFew()).containsExactlyInAnyOrderElementsOf(found.stream().filter(id -> id % 3 != 0).toList());
            if (where.recipients() instanceof Where.Recipients(long mailing, String ofRecipients)) {
                List<Long> got = db.sql("SELECT customer_id FROM mailing_recipient WHERE mailing_id = :mailing AND customer_id IS NOT NULL")
                        .param("mailing", mailing).query(Long.class).list();
                assertThat(got).as(said).containsAll(found);
                assertThat(db.sql("WITH asked AS (SELECT customer_id AS id, no FROM mailing_recipient WHERE mailing_id = :mailing AND customer_id % 3 <> 0)"
                                        + " SELECT c.id FROM asked JOIN customer c ON c.id = asked.id WHERE " + ofRecipients)
                                .params(where.parameters()).param("mailing", mailing).query(Long.class).list())
                        .as(said + " " + ofRecipients).containsExactlyInAnyOrderElementsOf(found.stream().filter(id -> id % 3 != 0).toList());
                ofMailings++;
            }
            if (!where.ids().isEmpty())
                assertThat(db.sql(where.count()).params(where.parameters()).query(Integer.class).single()).as(said).isEqualTo(found.size());
            List<Rule> leaves = new ArrayList<>(Rules.leaves(rule));
            leaves.forEach(leaf -> { if (leaf instanceof Condition c) compared.add(c.operator()); });
            if (!found.isEmpty() && found.size() < ids.size()) some++;
        }

        assertThat(compared).as("operators asked").containsExactlyInAnyOrder(Operator.values());
        assertThat(ofMailings).as("rules about the recipients of one mailing").isGreaterThan(RULES / 20);
        assertThat(some).as("rules that divide the people").isGreaterThan(RULES / 2);
    }
}
