package todoku.segment;

import static java.time.ZoneOffset.UTC;

import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.access.Masking;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What can be done with a [Rule]: keep it, check it, say it, find its people, ask about one. Safe for many threads.
public final class Rules {
    /// Of the stored form. A reader of an older program must not guess.
    private static final int VERSION = 1;

    private static final JsonMapper JSON = JsonMapper.builder().build();

    private static final JsonMapper STRICT =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();

    private final JdbcClient db;
    private final InstantSource clock;
    private final ZoneId zone;
    private final Library library;

    /// @param zone decides what today is
    public Rules(JdbcClient db, InstantSource clock, ZoneId zone) {
        this.db = db;
        this.clock = clock;
        this.zone = zone;
        this.library = new Library(db);
    }

    // ── kept ──

    /// How it is stored.
    private record Kept(int version, Rule rule) {}

    public static String json(Rule rule) {
        return JSON.writeValueAsString(new Kept(VERSION, rule));
    }

    /// Also reads the lists of conditions of older versions, all of which must hold.
    public static Rule read(String json) {
        JsonNode stored = JSON.readTree(json);
        if (stored.isArray()) {
            List<Rule> rules = new ArrayList<>();
            for (JsonNode each : stored) rules.add(JSON.treeToValue(each, Rule.class));
            return new Rule.All(rules);
        }
        int version = stored.path("version").asInt(0);
        if (version != VERSION) throw new IllegalArgumentException("a rule of version " + version + " is of another program");
        return JSON.treeToValue(stored.path("rule"), Rule.class);
    }

    /// A rule somebody else wrote: nothing unknown stands in it.
    ///
    /// @throws tools.jackson.core.JacksonException when it is none
    static Rule sent(JsonNode json) {
        return STRICT.treeToValue(json, Rule.class);
    }

    // ── asked ──

    /// All that is wrong; empty when [#where] will take it.
    public List<Problem> problems(Rule rule) {
        return problems(rule, library.of(List.of(rule)));
    }

    /// @param known all that the rule names
    List<Problem> problems(Rule rule, Known known) {
        List<Problem> found = RuleCheck.problems(rule, known);
        return found.isEmpty() && asksLostDetails(known.resolved(rule)) ? List.of(new Problem("", Problem.Kind.NO_DETAILS)) : found;
    }

    /// Mailings of those days no longer have their recipients: whoever got nothing would look the same as whoever got them.
    private boolean asksLostDetails(Rule rule) {
        Days days = days();
        Optional<Instant> since = leaves(rule).stream()
                .flatMap(leaf -> leaf instanceof Rule.Behaviour b && b.asksDetails() ? Stream.of(days.since(b.days())) : Stream.empty())
                .min(Instant::compareTo);
        return since.isPresent()
                && db.sql("""
                        SELECT EXISTS (SELECT FROM mailing WHERE details_gone_at IS NOT NULL AND kind <> 'TEST' AND started_at >= :since
                                          AND environment = (SELECT environment FROM installation))
                        """)
                        .param("since", since.get().atOffset(UTC))
                        .query(Boolean.class)
                        .single();
    }

    /// As one truth about `customer c`, today.
    ///
    /// @throws IllegalArgumentException when there is a problem
    public Where where(Rule rule) {
        if (rule.equals(Rule.EVERYBODY)) return Where.EVERYBODY;
        Known known = library.of(List.of(rule));
        List<Problem> problems = problems(rule, known);
        if (!problems.isEmpty()) throw new IllegalArgumentException("the rule is not usable: " + problems);
        return RuleSql.where(known.resolved(rule), known, days());
    }

    /// The whole as one sentence, the way it also stands in approvals and logs. Empty for everybody.
    public String sentence(Rule rule, Locale locale) {
        if (rule.equals(Rule.EVERYBODY)) return "";
        return new RuleWords(library.of(List.of(rule)), locale.getLanguage().equals("ja")).sentence(rule);
    }

    /// Whether one person is in, and which rows they meet, groups before their rows, with the whole as the last. Empty for
    /// nobody of this id.
    ///
    /// @throws IllegalArgumentException when there is a problem
    Optional<List<Tick>> test(Rule rule, long customer, Locale locale, Masking mask) {
        Known known = library.of(List.of(rule));
        List<Problem> problems = problems(rule, known);
        if (!problems.isEmpty()) throw new IllegalArgumentException("the rule is not usable: " + problems);
        Days days = days();
        Person person = new People(db, zone).read(List.of(customer), needs(known.resolved(rule), days)).get(customer);
        if (person == null) return Optional.empty();
        return Optional.of(new Ticks(new RuleTruth(known, days), locale.getLanguage().equals("ja"), mask).of(rule, person));
    }

    public List<Field> fields() {
        return new Fields(db).all();
    }

    public List<RecordKind> recordKinds() {
        return List.copyOf(library.of(List.of()).kinds().values());
    }

    private Days days() {
        return new Days(LocalDate.ofInstant(clock.instant(), zone), zone);
    }

    /// What must be read of a person to judge the rule.
    static People.Needs needs(Rule rule, Days days) {
        Set<Long> mailings = new HashSet<>();
        Set<Long> kinds = new HashSet<>();
        Instant since = null;
        for (Rule leaf : leaves(rule)) {
            if (leaf instanceof Rule.Related r) kinds.add(r.kind());
            if (!(leaf instanceof Rule.Behaviour b)) continue;
            if (b.mailing() != null) {
                mailings.add(b.mailing());
            } else if (b.times() > 1 || b.kind() == Rule.Behaviour.Kind.SENT || b.kind() == Rule.Behaviour.Kind.BOUNCED) {
                Instant from = days.since(b.days());
                if (since == null || from.isBefore(since)) since = from;
            }
        }
        return new People.Needs(mailings, since, kinds);
    }

    // ── the tree ──

    static String path(String above, int position) {
        return above.isEmpty() ? String.valueOf(position) : above + "." + position;
    }

    /// What stands in it, without the groups around.
    static List<Rule> leaves(Rule rule) {
        List<Rule> leaves = new ArrayList<>();
        switch (rule) {
            case Rule.All(var rules) -> rules.forEach(each -> leaves.addAll(leaves(each)));
            case Rule.Any(var rules) -> rules.forEach(each -> leaves.addAll(leaves(each)));
            case Rule.Not(var inner) -> leaves.addAll(leaves(inner));
            case Condition _, Rule.InGroup _, Rule.Behaviour _, Rule.Related _, Rule.InSegment _, Rule.FromDomain _ -> leaves.add(rule);
        }
        return leaves;
    }

    static Set<Long> segmentsIn(Rule rule) {
        Set<Long> segments = new HashSet<>();
        for (Rule leaf : leaves(rule)) if (leaf instanceof Rule.InSegment(long id)) segments.add(id);
        return segments;
    }
}
