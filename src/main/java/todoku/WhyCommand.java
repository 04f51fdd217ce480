package todoku;

import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.database.EmbeddedPostgres;
import todoku.delivery.standing.Standing;
import todoku.delivery.standing.StandingSentence;
import todoku.delivery.standing.Standings;
import todoku.event.MailingId;
import todoku.guard.SystemLog;
import todoku.web.Texts;
import tools.jackson.databind.json.JsonMapper;

/// `why [MAILING[/ADDRESS or /NO] | campaign:ID[/…] | ADDRESS | DOMAIN]`: what mails wait for, while Todoku runs or not.
final class WhyCommand {
    private static final String USAGE = """
            todoku why [WHAT] [--data DIR] [--json]
                WHAT: a mailing 12, one of its recipients 12/345 or 12/taro@docomo.ne.jp, a campaign campaign:7 (or campaign:7/…),
                an address taro@docomo.ne.jp (its latest mails) or a domain docomo.ne.jp; without it, everything that is being sent and every destination that is slowed down""";
    private static final Pattern MAILING = Pattern.compile("(campaign:)?(\\d{1,18})(?:/(.+))?");
    private static final Pattern NUMBER = Pattern.compile("\\d{1,9}");
    private static final int MOST = 100;
    /// Mails to one address.
    private static final int MOST_MAILS = 10;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final JdbcClient db;
    private final Standings standings;
    private final InstantSource clock;
    private final Texts texts = new Texts();

    private WhyCommand(JdbcClient db, InstantSource clock) {
        this.db = db;
        this.standings = new Standings(db, new SystemLog(db, clock)::standstill, clock);
        this.clock = clock;
    }

    static int run(String[] args) {
        String what = "";
        Path data = Path.of("data");
        boolean json = false;
        for (int i = 0; i < args.length; i++) {
            if (args[i].equals("--json")) json = true;
            else if (args[i].equals("--data") && i + 1 < args.length) data = Path.of(args[++i]);
            else if (args[i].startsWith("-") || !what.isEmpty()) {
                System.err.println(USAGE);
                return 2;
            } else what = args[i];
        }
        try {
            String url = System.getenv(Server.DATABASE_URL);
            if (url != null) return answer(client(url, null, null), what, json, System.out);
            Path home = data.resolve("postgres");
            if (!EmbeddedPostgres.isMade(home)) {
                System.err.println(data + " にデータベースがありません。--data を確かめてください。（there is no database in " + data + ": check --data）");
                return 1;
            }
            Optional<EmbeddedPostgres.Reach> running = EmbeddedPostgres.running(home);
            if (running.isPresent()) {
                EmbeddedPostgres.Reach reach = running.get();
                return answer(client(reach.jdbcUrl(), reach.user(), reach.password()), what, json, System.out);
            }
            try (EmbeddedPostgres server = EmbeddedPostgres.start(home)) {
                return answer(client(server.jdbcUrl(), server.user(), server.password()), what, json, System.out);
            }
        } catch (UncheckedIOException | DataAccessException e) {
            System.err.println("データベースに聞けませんでした。（the database could not be asked: " + e.getMessage() + "）");
            return 1;
        }
    }

    private static JdbcClient client(String url, @Nullable String user, @Nullable String password) {
        return JdbcClient.create(Database.asItIs(url, user, password));
    }

    /// Asks this database, which may be in use, and changes nothing.
    static int answer(JdbcClient db, String what, boolean json, PrintStream out) {
        List<Answer> answers = new WhyCommand(db, InstantSource.system()).answers(what);
        if (json) out.println(JSON.writeValueAsString(answers.stream().map(Answer::fields).toList()));
        else answers.forEach(answer -> answer.print(out));
        return answers.stream().allMatch(Answer::isFound) ? 0 : 1;
    }

    /// @param standing null where nothing is known, or nothing has begun
    private record Answer(String what, boolean isFound, @Nullable Standing standing, String japanese, String english) {
        void print(PrintStream out) {
            out.println(what + (what.isEmpty() ? "" : "  ") + japanese);
            out.println("    " + english);
            if (standing == null) return;
            if (standing.said() != null) out.println("    応答（reply）: " + standing.said().replace('\n', ' '));
            if (!standing.rule().isEmpty()) out.println("    規則（rule）: " + standing.rule());
        }

        Map<String, Object> fields() {
            Map<String, Object> fields = new LinkedHashMap<>();
            fields.put("what", what);
            fields.put("ja", japanese);
            fields.put("en", english);
            if (standing == null) return fields;
            fields.put("cause", standing.cause().name());
            put(fields, "detail", standing.detail());
            put(fields, "destination", standing.destination());
            if (standing.mails() > 0) fields.put("mails", standing.mails());
            if (standing.attempts() > 0) fields.put("attempts", standing.attempts());
            put(fields, "at", standing.at());
            put(fields, "next", standing.next());
            put(fields, "expires", standing.expiresAt());
            put(fields, "reply", standing.said());
            put(fields, "rule", standing.rule());
            return fields;
        }

        private static void put(Map<String, Object> fields, String name, @Nullable Object value) {
            if (value != null && !value.toString().isEmpty()) fields.put(name, value.toString());
        }
    }

    private List<Answer> answers(String what) {
        if (what.isEmpty()) return all();
        if (what.contains("@") && !what.contains("/")) return person(what);
        Matcher mailing = MAILING.matcher(what);
        if (!mailing.matches())
            return List.of(standings.of(what)
                    .map(standing -> told(what, standing))
                    .orElseGet(() -> none(what, "このドメインにはまだ送ったことがありません。", "nothing has ever been sent there")));
        Optional<MailingId> id = mailing.group(1) == null
                ? Optional.of(new MailingId(Long.parseLong(mailing.group(2))))
                : ofCampaign(Long.parseLong(mailing.group(2)));
        Answer noMailing = none(what, "そのような配信はないか、まだ始まっていません。", "there is no such mailing, or it has not begun");
        if (id.isEmpty()) return List.of(mailing.group(1) == null ? noMailing : notBegun(what, Long.parseLong(mailing.group(2))).orElse(noMailing));
        Optional<Standing> whole = standings.of(id.get());
        String one = mailing.group(3);
        if (whole.isEmpty()) return List.of(noMailing);
        return List.of(one == null ? told(what, whole.get()) : recipient(what, id.get(), one));
    }

    /// What became of the latest mails to somebody.
    private List<Answer> person(String address) {
        List<Answer> answers = standings.to(address, MOST_MAILS).stream()
                .map(mail -> recipient(
                        mail.mailing().value() + "/" + mail.no(), mail.mailing(), standings.of(mail.mailing(), mail.no()), address))
                .toList();
        if (!answers.isEmpty()) return answers;
        Instant suppressed = suppressedSince(address);
        return List.of(suppressed == null
                ? none(address, "このアドレスにはまだ送ったことがありません。", "nothing has ever been sent to this address")
                : told(address, Standings.notPlanned(suppressed)));
    }

    private Answer recipient(String what, MailingId mailing, String one) {
        OptionalInt no = NUMBER.matcher(one).matches() ? OptionalInt.of(Integer.parseInt(one)) : standings.number(mailing, one);
        return recipient(what, mailing, no.isEmpty() ? Optional.empty() : standings.of(mailing, no.getAsInt()), one);
    }

    private Answer recipient(String what, MailingId mailing, Optional<Standing> standing, String one) {
        if (standing.isEmpty() && isWithoutDetails(mailing))
            return none(what, "個人別の明細は保存期間を過ぎたため削除されました。", "the details of single recipients are no longer kept");
        return told(what, standing.orElseGet(() -> Standings.notPlanned(suppressedSince(one))));
    }

    private boolean isWithoutDetails(MailingId mailing) {
        return db.sql("SELECT details_gone_at IS NOT NULL FROM mailing WHERE id = :id")
                .param("id", mailing.value())
                .query(Boolean.class)
                .optional()
                .orElse(false);
    }

    private @Nullable Instant suppressedSince(String address) {
        return db.sql("""
                SELECT extract(epoch FROM least(s.since, d.since)) FROM address a
                  LEFT JOIN suppression s ON s.address_id = a.id LEFT JOIN suppressed_domain d ON d.domain_id = a.domain_id
                 WHERE (a.as_written = :address OR a.canonical = lower(:address)) AND least(s.since, d.since) IS NOT NULL
                 ORDER BY 1 LIMIT 1
                """)
                .param("address", address)
                .query(Double.class)
                .optional()
                .map(seconds -> Instant.ofEpochSecond(seconds.longValue()))
                .orElse(null);
    }

    private Optional<MailingId> ofCampaign(long campaign) {
        return db.sql("SELECT mailing_id FROM campaign WHERE id = :id AND mailing_id IS NOT NULL")
                .param("id", campaign)
                .query(Long.class)
                .optional()
                .map(MailingId::new);
    }

    /// Of a campaign that has no mailing: its state, or why it waits for a person.
    private Optional<Answer> notBegun(String what, long campaign) {
        return db.sql("SELECT state, why, to_char(scheduled_at AT TIME ZONE :zone, 'YYYY-MM-DD HH24:MI') AS at FROM campaign WHERE id = :id")
                .param("zone", House.ZONE.getId())
                .param("id", campaign)
                .query((row, _) -> {
                    String why = row.getString("why");
                    String key = why == null ? "campaign.standing." + row.getString("state") : "campaign.why." + why;
                    String at = row.getString("at");
                    Object[] arguments = {at == null ? "" : at};
                    return new Answer(what, true, null, texts.get(Locale.JAPANESE, key, arguments), texts.get(Locale.ENGLISH, key, arguments));
                })
                .optional();
    }

    private List<Answer> all() {
        List<Answer> answers = new ArrayList<>();
        for (MailingId mailing : standings.underWay(MOST))
            standings.of(mailing).ifPresent(standing -> answers.add(told(Long.toString(mailing.value()), standing)));
        for (String destination : standings.slowed(MOST))
            standings.of(destination).ifPresent(standing -> answers.add(told(destination, standing)));
        return answers.isEmpty() ? List.of(told("", standings.nothing())) : answers;
    }

    private Answer told(String what, Standing standing) {
        return new Answer(what, true, standing, said(Locale.JAPANESE, standing), said(Locale.ENGLISH, standing));
    }

    private String said(Locale locale, Standing standing) {
        return StandingSentence.of(standing, (key, arguments) -> texts.get(locale, key, arguments), House.ZONE, clock.instant());
    }

    private static Answer none(String what, String japanese, String english) {
        return new Answer(what, false, null, japanese, english);
    }
}
