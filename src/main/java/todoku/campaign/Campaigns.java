package todoku.campaign;

import java.time.Instant;
import java.time.InstantSource;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import todoku.campaign.Change.Refusal;
import todoku.content.Check;
import todoku.content.Mails;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.delivery.Unknowns;
import todoku.event.Event.Environment;
import todoku.event.MailingId;
import todoku.guard.Guards;
import todoku.mailing.Mailings;
import todoku.segment.Rules;
import todoku.sender.Installations;

/// The campaigns and what may be done with them. Every change is one transaction, or joins the open one; it leaves the
/// state it names and goes along [CampaignState]. Safe for many threads; all state is in the database.
public final class Campaigns {
    /// Mails of the first real campaign.
    static final int FIRST_LIVE_MAILS = 1_000;

    private final Database database;
    private final CampaignTable table;
    private final Audience audience;
    private final Rules rules;
    private final Mails mails;
    private final MergeValues values;
    private final Mailings mailings;
    private final Unknowns unknowns;
    private final Installations installations;
    private final InstantSource clock;

    public Campaigns(
            Database database,
            Audience audience,
            Rules rules,
            Mails mails,
            MergeValues values,
            Mailings mailings,
            Installations installations,
            InstantSource clock) {
        this.database = database;
        this.installations = installations;
        this.table = new CampaignTable(database.client());
        this.audience = audience;
        this.rules = rules;
        this.mails = mails;
        this.values = values;
        this.mailings = mailings;
        this.unknowns = new Unknowns(database, clock);
        this.clock = clock;
    }

    public Optional<Campaign> find(long id) {
        return table.find(id);
    }

    public Campaign create(long departmentId, Campaign.Draft draft, @Nullable Long by) {
        return database.inTransaction(
                () -> table.find(table.insert(departmentId, draft, clock.instant(), by)).orElseThrow());
    }

    /// A new draft like this one: the way on from a campaign that has ended. What was said of a spot mail is said anew.
    public Campaign copy(Campaign campaign, String name, @Nullable Long by) {
        Campaign.Draft old = campaign.draft();
        Spot spot = campaign.isSpot() ? Spot.UNSAID : null;
        Target target = campaign.isSpot() ? old.target().reaching(Reach.MEMBERS) : old.target();
        return create(
                campaign.departmentId(),
                new Campaign.Draft(name, old.categoryId(), target, old.mailId(), old.senderId(), null, old.expiryHours(), spot),
                by);
    }

    /// Only a draft is changed, and only the version that was read.
    public Change edit(long id, int version, Campaign.Draft draft, @Nullable Long by) {
        return changing(id, campaign -> {
            if (campaign.version() != version) return new Change.Stale(campaign);
            if (campaign.state() != CampaignState.DRAFT) return refused(campaign, Refusal.NOT_A_DRAFT);
            table.write(id, draft, clock.instant(), by);
            return done(id);
        });
    }

    /// Reserves what was read, without approval: the mail is frozen, the number of those it reaches today is kept.
    public Change reserve(long id, int version, @Nullable Long by) {
        return reserve(id, version, by, false);
    }

    /// @param atOnce a person insists: the first real campaign goes to more than [#FIRST_LIVE_MAILS]
    Change reserve(long id, int version, @Nullable Long by, boolean atOnce) {
        return changing(id, campaign -> {
            if (campaign.version() != version) return new Change.Stale(campaign);
            if (campaign.state() != CampaignState.DRAFT) return refused(campaign, Refusal.NOT_A_DRAFT);
            Refusal missing = missing(campaign.draft());
            if (missing != null) return refused(campaign, missing);
            long mail = Objects.requireNonNull(campaign.draft().mailId());
            Optional<Check> broken = mails.checks(mail, values.names()).stream().filter(Check::error).findFirst();
            if (broken.isPresent()) return new Change.Refused(campaign, Refusal.MAIL_BROKEN, said(broken.get()));
            Audience.Count count = audience.count(campaign.draft().target());
            Refusal unready = unready(campaign, mail, count.planned(), atOnce);
            if (unready != null) return refused(campaign, unready);
            long frozen = mails.freeze(mail, values.names());
            Instant asked = campaign.draft().scheduledAt();
            Instant now = clock.instant();
            table.freeze(id, frozen, count, asked == null ? now : asked);
            return moved(campaign, CampaignState.SCHEDULED, by, Refusal.NOT_A_DRAFT);
        });
    }

    /// What a spot mail must not have, and what 本番 asks beyond the sandbox.
    private @Nullable Refusal unready(Campaign campaign, long mail, int planned, boolean atOnce) {
        boolean leaves = mails.find(mail).orElseThrow().draft().hasUnsubscribeLink();
        if (campaign.isSpot() && leaves) return Refusal.SPOT_UNSUBSCRIBE;
        if (!installations.get().live()) return null;
        if (!campaign.isSpot() && !leaves) return Refusal.NO_UNSUBSCRIBE;
        boolean first = planned > FIRST_LIVE_MAILS && !mailings.anySent(Environment.LIVE);
        return first && !atOnce ? Refusal.FIRST_TOO_LARGE : null;
    }

    private static String said(Check check) {
        String place = check.place().isEmpty() ? "" : check.place() + "：";
        return place + check.japanese();
    }

    private @Nullable Refusal missing(Campaign.Draft draft) {
        if (draft.target().groups().isEmpty()) return Refusal.NO_TARGET;
        if (!rules.problems(draft.target().rule()).isEmpty()) return Refusal.CONDITION_BROKEN;
        Spot spot = draft.spot();
        if (spot != null && spot.reason().isBlank()) return Refusal.NO_REASON;
        if (spot != null && !spot.noAdvertising()) return Refusal.NOT_DECLARED;
        if (draft.mailId() == null) return Refusal.NO_MAIL;
        if (draft.senderId() == null) return Refusal.NO_SENDER;
        Instant at = draft.scheduledAt();
        return at != null && at.isBefore(clock.instant()) ? Refusal.PAST_TIME : null;
    }

    /// Opens a reserved one for changes again. What was frozen is let go; reserving freezes anew.
    public Change reopen(long id, @Nullable Long by) {
        return changing(id, campaign -> switch (campaign.state()) {
            case PENDING_APPROVAL, REJECTED, SCHEDULED -> moved(campaign, CampaignState.DRAFT, by, Refusal.NOT_RESERVED);
            case DRAFT, HELD, PREPARING, SENDING, PAUSED, SENT, STOPPED, FAILED, CANCELLED ->
                refused(campaign, campaign.state().hasStarted() ? Refusal.HAS_STARTED : Refusal.NOT_RESERVED);
        });
    }

    /// Before the start only. One that is being prepared is cancelled too: its plan is then not written.
    public Change cancel(long id, @Nullable Long by) {
        return changing(id, campaign -> switch (campaign.state()) {
            case SCHEDULED, HELD, PREPARING -> moved(campaign, CampaignState.CANCELLED, by, Refusal.HAS_STARTED);
            case SENDING, PAUSED -> refused(campaign, Refusal.HAS_STARTED);
            case SENT, STOPPED, FAILED, CANCELLED -> refused(campaign, Refusal.HAS_ENDED);
            case DRAFT, PENDING_APPROVAL, REJECTED -> refused(campaign, Refusal.NOT_RESERVED);
        });
    }

    /// A person has looked at one that waited for them: it starts now, or at its time, with the count of today.
    public Change release(long id, @Nullable Long by) {
        return changing(id, campaign -> {
            Long frozen = campaign.mailVersionId();
            if (campaign.state() != CampaignState.HELD || frozen == null) return refused(campaign, Refusal.NOT_HELD);
            Instant now = clock.instant();
            Instant asked = campaign.draft().scheduledAt();
            Instant starts = asked == null || asked.isBefore(now) ? now : asked;
            table.freeze(id, frozen, audience.count(campaign.draft().target()), starts);
            return moved(campaign, CampaignState.SCHEDULED, by, Refusal.NOT_HELD);
        });
    }

    /// Nobody new is sent to; open dialogues end.
    public Change pause(long id, @Nullable Long by) {
        return changing(id, campaign -> {
            Long mailing = campaign.mailingId();
            if (campaign.state() != CampaignState.SENDING || mailing == null) return refused(campaign, notSending(campaign));
            if (!mailings.pause(new MailingId(mailing), Mailings.PauseCause.USER)) return refused(campaign, Refusal.HAS_ENDED);
            table.move(id, CampaignState.SENDING, CampaignState.PAUSED, "USER", clock.instant(), by);
            return done(id);
        });
    }

    /// Goes on with those who have no result yet. Nobody is sent to again, except after a restore, where nobody knows.
    public Change resume(long id, @Nullable Long by) {
        return changing(id, campaign -> {
            Long mailing = campaign.mailingId();
            if (campaign.state() != CampaignState.PAUSED || mailing == null) return refused(campaign, Refusal.NOT_PAUSED);
            Guards.confirm(database, mailings, new MailingId(mailing));
            boolean released = mailings.release(new MailingId(mailing));
            boolean resumed = mailings.resume(new MailingId(mailing));
            if (!released && !resumed) return refused(campaign, Refusal.NOT_PAUSED);
            return moved(campaign, CampaignState.SENDING, by, Refusal.NOT_PAUSED);
        });
    }

    /// Its mailing is opened again in the same transaction, for those who were unknown: one that was 配信済 is 配信中 again.
    void goesOn(long id, @Nullable Long by) {
        table.lock(id);
        table.move(id, CampaignState.SENT, CampaignState.SENDING, null, clock.instant(), by);
    }

    /// One held after a restore whose recipients without a result were ended as unknown: it is over.
    Change ended(long id, @Nullable Long by) {
        return changing(id, campaign -> {
            Long mailing = campaign.mailingId();
            boolean over = mailing != null && mailings.state(new MailingId(mailing)) == Mailings.State.SENT;
            return over ? moved(campaign, CampaignState.SENT, by, Refusal.NOT_PAUSED) : refused(campaign, Refusal.NOT_PAUSED);
        });
    }

    /// 残りを取りやめる: for ever. Whoever has not been sent to stays 未配信; of whom nobody knows stays 不明. One held after a
    /// restore is ended as unknown instead.
    public Change stop(long id, @Nullable Long by) {
        return changing(id, campaign -> {
            Long mailing = campaign.mailingId();
            boolean running = campaign.state() == CampaignState.SENDING || campaign.state() == CampaignState.PAUSED;
            if (!running || mailing == null) return refused(campaign, notSending(campaign));
            if (!mailings.stop(new MailingId(mailing)))
                return refused(campaign, mailings.isHeld(new MailingId(mailing)) ? Refusal.IS_RESTORED : Refusal.HAS_ENDED);
            unknowns.settle(new MailingId(mailing));
            table.move(id, campaign.state(), CampaignState.STOPPED, "OPERATOR", clock.instant(), by);
            return done(id);
        });
    }

    /// Remembers the test mail that was sent of this campaign.
    public void tested(long id, MailingId mailing) {
        table.tested(id, mailing.value());
    }

    private static Refusal notSending(Campaign campaign) {
        if (campaign.state().hasEnded()) return Refusal.HAS_ENDED;
        return campaign.state().hasStarted() ? Refusal.NOT_SENDING : Refusal.HAS_NOT_STARTED;
    }

    private Change changing(long id, Function<Campaign, Change> change) {
        return database.inTransaction(() -> change.apply(
                table.lock(id).orElseThrow(() -> new IllegalArgumentException("no campaign " + id))));
    }

    private Change moved(Campaign campaign, CampaignState to, @Nullable Long by, Refusal otherwise) {
        boolean moved = table.move(campaign.id(), campaign.state(), to, null, clock.instant(), by);
        return moved ? done(campaign.id()) : refused(campaign, otherwise);
    }

    private Change done(long id) {
        return new Change.Done(table.find(id).orElseThrow());
    }

    private static Change refused(Campaign campaign, Refusal why) {
        return new Change.Refused(campaign, why, "");
    }
}
