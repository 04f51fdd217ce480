package todoku.content;

import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.Memberships;
import todoku.customer.MergeValues;
import todoku.delivery.Composition;
import todoku.delivery.ContentSource;
import todoku.delivery.Prepared;
import todoku.delivery.Recipient;
import todoku.event.AddressId;
import todoku.event.MailingId;
import todoku.event.Reason;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import todoku.mail.dkim.DkimSigner;
import todoku.mail.mime.MailBytes;
import todoku.mail.mime.Mailbox;
import todoku.mail.mime.MimeWriter;
import todoku.mail.smime.SmimeSigner;
import todoku.sender.SenderProfile;
import todoku.sender.Senders;
import todoku.suppression.Suppressions;
import todoku.tracking.LinkTokens;

/// Composes campaign mails for the engine: merges, rewrites links, and writes the MIME, all at the last moment.
public final class MailSource implements ContentSource {
    /// Nobody takes a test for the real one.
    static final String TEST_PREFIX = "【テスト】";

    private final JdbcClient db;
    private final Mails mails;
    private final MergeValues values;
    private final Memberships memberships;
    private final Suppressions suppressions;
    private final Senders senders;
    private final LinkTokens tokens;
    private final MimeWriter writer;
    private final MimeWriter sturdyWriter;
    private final ConcurrentHashMap<MailingId, Plan> plans = new ConcurrentHashMap<>();

    public MailSource(
            JdbcClient db,
            Mails mails,
            MergeValues values,
            Memberships memberships,
            Suppressions suppressions,
            Senders senders,
            LinkTokens tokens,
            ZoneId zone) {
        this.db = db;
        this.mails = mails;
        this.values = values;
        this.memberships = memberships;
        this.suppressions = suppressions;
        this.senders = senders;
        this.tokens = tokens;
        this.writer = new MimeWriter(zone);
        this.sturdyWriter = writer.sturdy();
    }

    /// What is the same for everybody in a mailing.
    ///
    /// @param spot       to everybody planned, however they stand to the groups, and without a way to leave them
    /// @param overridden suppressions that do not count for it
    private record Plan(
            CompiledMail mail,
            SenderProfile sender,
            Mailbox from,
            @Nullable Long signingDomain,
            List<Long> groups,
            String feedbackId,
            boolean test,
            boolean spot,
            Set<Suppressions.Reason> overridden,
            @Nullable Long asCustomer) {}

    /// What is asked afresh before each dialogue, at most seconds old. Whoever must not be mailed is not among the people.
    ///
    /// @param full who has had enough mails
    private record Asked(Plan plan, Map<Integer, MergeValues.Person> people, Set<Integer> full, Signatures signatures) {}

    /// Who signs, asked afresh as well: a key may be changed while a mailing is under way.
    private record Signatures(@Nullable SmimeSigner smime, List<DkimSigner> dkim) {}

    @Override
    public Prepared prepare(MailingId mailing, List<Recipient> recipients) {
        Plan plan = plans.computeIfAbsent(mailing, this::plan);
        Map<Integer, MergeValues.Person> people = plan.test() ? readers(plan, recipients) : members(plan, recipients);
        var suppressed = suppressions.among(recipients.stream().map(Recipient::address).toList(), plan.overridden());
        for (Recipient recipient : recipients) if (suppressed.contains(recipient.address())) people.remove(recipient.no());
        Set<Integer> full = new HashSet<>();
        Set<AddressId> reached = plan.test()
                ? Set.of()
                : suppressions.cap().reached(mailing, recipients.stream().map(Recipient::address).toList());
        for (Recipient recipient : recipients)
            if (reached.contains(recipient.address()) && people.remove(recipient.no()) != null) full.add(recipient.no());
        Asked asked = new Asked(plan, people, full, signatures(plan));
        return (no, messageId, datedAt) -> compose(asked, mailing, no, messageId, datedAt);
    }

    private Signatures signatures(Plan plan) {
        Long domain = plan.signingDomain();
        return new Signatures(
                senders.certificates().signer(plan.sender().id(), plan.sender().address()),
                domain == null ? List.of() : senders.domains().signers(domain));
    }

    /// Those who still want the mails of the groups it goes to; of a spot mail those who still exist.
    private Map<Integer, MergeValues.Person> members(Plan plan, List<Recipient> recipients) {
        List<Long> customers = new ArrayList<>(recipients.size());
        for (Recipient recipient : recipients) if (recipient.customerId() != null) customers.add(recipient.customerId());
        Map<Long, MergeValues.Person> known = values.of(customers);
        Set<Long> wanting = plan.spot() || plan.groups().isEmpty() ? Set.copyOf(customers) : memberships.subscribed(plan.groups(), customers);
        Map<Integer, MergeValues.Person> people = HashMap.newHashMap(recipients.size());
        for (Recipient recipient : recipients) {
            Long customer = recipient.customerId();
            MergeValues.Person person = customer == null ? null : known.get(customer);
            if (person != null && wanting.contains(person.id())) people.put(recipient.no(), person);
        }
        return people;
    }

    /// Those who read a test: their own address, the values of the customer it is shown as.
    private Map<Integer, MergeValues.Person> readers(Plan plan, List<Recipient> recipients) {
        Long as = plan.asCustomer();
        MergeValues.Person shown = as == null ? null : values.of(List.of(as)).get(as);
        Map<Long, String> addresses = new HashMap<>();
        db.sql("SELECT id, as_written FROM address WHERE id = ANY (:ids)")
                .param("ids", recipients.stream().map(r -> r.address().value()).toArray(Long[]::new))
                .query(row -> {
                    addresses.put(row.getLong(1), row.getString(2));
                });
        Map<Integer, MergeValues.Person> people = HashMap.newHashMap(recipients.size());
        for (Recipient recipient : recipients) {
            String address = addresses.get(recipient.address().value());
            if (address == null) continue;
            Map<String, Object> merged = shown == null ? Map.of() : shown.values();
            people.put(recipient.no(), new MergeValues.Person(0, address, "", merged));
        }
        return people;
    }

    private Composition compose(Asked asked, MailingId mailing, int no, String messageId, Instant datedAt) {
        MergeValues.Person person = asked.people().get(no);
        if (person == null) return new Composition.Skip(asked.full().contains(no) ? Reason.FREQUENCY_CAP : Reason.SUPPRESSED);
        if (!(MailAddress.parse(person.address()) instanceof Parsing.Parsed to)) return new Composition.Skip(Reason.NOT_COMPOSABLE);
        Plan plan = asked.plan();
        String unsubscribe = plan.spot() ? null : tokens.unsubscribeUrl(mailing.value(), no);
        RenderedMail rendered;
        try {
            rendered = plan.mail().render(
                    person.values(),
                    new Links(
                            (link, target) -> tokens.clickUrl(mailing.value(), no, link),
                            tokens.openUrl(mailing.value(), no),
                            unsubscribe));
        } catch (RenderLimitExceeded e) {
            return new Composition.Skip(Reason.NOT_COMPOSABLE);
        }
        SmimeSigner smime = asked.signatures().smime();
        MailBytes mail = (smime == null ? writer : sturdyWriter).write(new todoku.mail.mime.MailDraft(
                plan.from(),
                new Mailbox(person.name(), to.address()),
                replyTo(plan.sender()),
                plan.test() ? TEST_PREFIX + rendered.subject() : rendered.subject(),
                datedAt,
                messageId,
                unsubscribe == null ? List.of() : List.of(unsubscribe),
                unsubscribe != null,
                plan.feedbackId(),
                List.of(),
                rendered.text(),
                textOnly(person, rendered) ? null : rendered.html(),
                plan.mail().charset(),
                mailing.value() * 31 + no));
        if (smime != null) mail = smime.sign(mail, datedAt);
        return new Composition.Mail(
                plan.sender().returnPath(),
                to.address().forEnvelope(),
                mail.header(),
                mail.body(),
                asked.signatures().dkim());
    }

    /// 希望形式: whoever wants text gets the text part alone, of a mail that has one.
    private static boolean textOnly(MergeValues.Person person, RenderedMail rendered) {
        return person.textOnly() && rendered.text() != null && !rendered.text().isBlank();
    }

    private Plan plan(MailingId mailing) {
        record Row(long version, long sender, String kind, boolean evenOptedOut, @Nullable Long asCustomer) {}
        Row row = db.sql("SELECT mail_version_id, sender_id, kind, even_opted_out, as_customer_id FROM mailing WHERE id = :id")
                .param("id", mailing.value())
                .query((r, n) -> new Row(r.getLong(1), r.getLong(2), r.getString(3), r.getBoolean(4), r.getObject(5, Long.class)))
                .single();
        List<Long> groups = db.sql("SELECT group_id FROM mailing_group WHERE mailing_id = :id")
                .param("id", mailing.value())
                .query(Long.class)
                .list();
        SenderProfile sender = senders.get(row.sender());
        if (!(MailAddress.parse(sender.address()) instanceof Parsing.Parsed from))
            throw new IllegalStateException("sender profile " + sender.id() + " has no usable address");
        String domain = from.address().domain().toLowerCase(Locale.ROOT);
        boolean test = row.kind().equals("TEST");
        return new Plan(
                mails.version(row.version(), values.names()),
                sender,
                new Mailbox(sender.name(), from.address()),
                senders.signingDomain(row.sender()).orElse(null),
                groups,
                "m" + mailing.value() + ":todoku:" + (test ? "test:" : "campaign:") + domain.replaceAll("[^a-z0-9]", ""),
                test,
                row.kind().equals("SPOT"),
                row.evenOptedOut() ? Suppressions.Reason.OPT_OUTS : Set.of(),
                row.asCustomer());
    }

    private static @Nullable Mailbox replyTo(SenderProfile sender) {
        String reply = sender.replyTo();
        return reply != null && MailAddress.parse(reply) instanceof Parsing.Parsed to ? Mailbox.of(to.address()) : null;
    }
}
