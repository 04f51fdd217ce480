package todoku.campaign;

import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.content.Mails;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.delivery.Batches;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import todoku.mailing.Addresses;
import todoku.mailing.Mailings;
import todoku.mailing.Mailings.Kind;
import todoku.mailing.Mailings.NewMailing;
import todoku.mailing.Recipients;

/// テスト送信: the mail as it stands, as it reads for one customer, to the people who check it. It goes the way of every
/// mail, before campaigns.
public final class TestMail {
    /// People who check one mail.
    public static final int ADDRESSES_LIMIT = 20;
    /// After transactional mail, before everything else that is sent in bulk.
    private static final int TEST_PRIORITY = Mailings.LAST_URGENT_PRIORITY;
    /// A test that has not arrived by then is of no use.
    private static final Duration EXPIRY = Duration.ofHours(1);

    private final Database database;
    private final Mails mails;
    private final MergeValues values;
    private final Mailings mailings;
    private final Recipients recipients;
    private final Addresses addresses;
    private final Batches batches;
    private final JdbcClient db;
    private final Environment environment;
    private final Runnable started;
    private final InstantSource clock;

    /// @param started told after a test is planned; it wakes the engine
    public TestMail(
            Database database,
            Mails mails,
            MergeValues values,
            Mailings mailings,
            Environment environment,
            Runnable started,
            InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.mails = mails;
        this.values = values;
        this.mailings = mailings;
        this.recipients = new Recipients(db);
        this.addresses = new Addresses(db);
        this.batches = new Batches(db);
        this.environment = environment;
        this.started = started;
        this.clock = clock;
    }

    /// @param addresses as typed, with commas between them in half or full width
    /// @param asCustomer whose values are merged; nobody's when null
    public record Test(long departmentId, long mailId, long senderId, String addresses, @Nullable Long asCustomer) {}

    /// How a wish to test ended.
    public sealed interface Outcome {
        record Sent(MailingId mailing, int addresses) implements Outcome {}

        /// Nothing was typed.
        record Nobody() implements Outcome {}

        record TooMany(int typed) implements Outcome {}

        /// These are no addresses; nothing was sent.
        record BadAddresses(Map<String, Parsing.Problem> problems) implements Outcome {}

        /// The mail cannot be compiled; where and why.
        record Broken(String why) implements Outcome {}
    }

    public Outcome send(Test test) {
        List<MailAddress> to = new ArrayList<>();
        Map<String, Parsing.Problem> bad = new LinkedHashMap<>();
        for (String typed : split(test.addresses())) {
            switch (MailAddress.parse(typed)) {
                case Parsing.Parsed(MailAddress address, boolean _) -> {
                    if (to.stream().noneMatch(known -> known.canonical().equals(address.canonical()))) to.add(address);
                }
                case Parsing.Refused(Parsing.Problem problem) -> bad.put(typed, problem);
            }
        }
        if (!bad.isEmpty()) return new Outcome.BadAddresses(bad);
        if (to.isEmpty()) return new Outcome.Nobody();
        if (to.size() > ADDRESSES_LIMIT) return new Outcome.TooMany(to.size());
        long version;
        try {
            version = mails.freeze(test.mailId(), values.names());
        } catch (IllegalArgumentException broken) {
            return new Outcome.Broken(String.valueOf(broken.getMessage()));
        }
        MailingId mailing = database.inTransaction(() -> plan(test, version, to));
        started.run();
        return new Outcome.Sent(mailing, to.size());
    }

    /// One address after another, between commas in half or full width, semicolons, spaces and lines.
    static List<String> split(String typed) {
        return Arrays.stream(typed.split("[,，、;；\\s]+")).filter(each -> !each.isBlank()).toList();
    }

    private MailingId plan(Test test, long version, List<MailAddress> to) {
        MailingId mailing = mailings.create(new NewMailing(
                Kind.TEST,
                environment,
                test.departmentId(),
                null,
                TEST_PRIORITY,
                version,
                test.senderId(),
                clock.instant().plus(EXPIRY)));
        Long as = test.asCustomer();
        if (as != null) recipients.readAs(mailing, as);
        List<Long> ids = addresses.idsOf(to);
        int chosen = recipients.choose(
                "SELECT NULL::bigint AS customer_id, unnest(:ids::bigint[]) AS address_id", Map.of("ids", ids.toArray(Long[]::new)));
        batches.cut(mailing, recipients.write(mailing));
        mailings.planned(mailing, chosen);
        mailings.start(mailing);
        return mailing;
    }
}
