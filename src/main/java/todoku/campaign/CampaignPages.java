package todoku.campaign;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.campaign.CampaignRow.Shown;
import todoku.delivery.Engine;
import todoku.delivery.Restored;
import todoku.delivery.standing.Standing;
import todoku.delivery.standing.Standing.Cause;
import todoku.delivery.standing.Standings;
import todoku.event.MailingId;
import todoku.guard.GuardTable;
import todoku.mailing.Mailings;
import todoku.mailing.Progress;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;
import tools.jackson.databind.json.JsonMapper;

/// The list of campaigns, and one of them while it goes out.
@Controller
class CampaignPages {
    private static final int ROWS = 50;
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Desk desk;
    private final Campaigns campaigns;
    private final CampaignList list;
    private final Choices choices;
    private final Lanes lanes;
    private final Speeds speeds;
    private final Mailings mailings;
    private final Restored restored;
    private final Engine engine;
    private final GuardTable guards;
    private final Standings standings;
    private final InstantSource clock;

    CampaignPages(
            Desk desk,
            Campaigns campaigns,
            CampaignList list,
            Choices choices,
            Lanes lanes,
            Speeds speeds,
            Mailings mailings,
            Restored restored,
            Engine engine,
            GuardTable guards,
            Standings standings,
            InstantSource clock) {
        this.desk = desk;
        this.campaigns = campaigns;
        this.list = list;
        this.choices = choices;
        this.lanes = lanes;
        this.speeds = speeds;
        this.mailings = mailings;
        this.restored = restored;
        this.engine = engine;
        this.guards = guards;
        this.standings = standings;
        this.clock = clock;
    }

    @GetMapping("/campaigns")
    @Allowed(Function.CAMPAIGN_VIEW)
    View list(
            Operator operator,
            @RequestParam(defaultValue = "ALL") Shown shown,
            @RequestParam(defaultValue = "" + Long.MAX_VALUE) long before) {
        return rows("campaign/list", operator, shown, before)
                .with("counts", list.counts(operator.departments(Function.CAMPAIGN_VIEW)));
    }

    @GetMapping("/campaigns/rows")
    @Allowed(Function.CAMPAIGN_VIEW)
    View rows(
            Operator operator,
            @RequestParam(defaultValue = "ALL") Shown shown,
            @RequestParam(defaultValue = "" + Long.MAX_VALUE) long before) {
        return rows("campaign/rows", operator, shown, before);
    }

    private Screen rows(String template, Operator operator, Shown shown, long before) {
        Set<Long> departments = operator.departments(Function.CAMPAIGN_VIEW);
        List<CampaignRow> rows = list.page(departments, shown, before, ROWS + 1);
        boolean more = rows.size() > ROWS;
        return Screen.of(template)
                .with("rows", more ? rows.subList(0, ROWS) : rows)
                .with("shown", shown)
                .with("before", before)
                .with("older", more ? rows.get(ROWS - 1).id() : 0L);
    }

    @GetMapping("/campaigns/{id}")
    @Allowed(Function.CAMPAIGN_VIEW)
    View show(Operator operator, Page page, @PathVariable long id) {
        Campaign campaign = desk.find(id, operator);
        if (campaign.state() == CampaignState.DRAFT) return Redirect.to("/campaigns/" + id + "/confirm");
        return shown(operator, page, campaign, null);
    }

    private Screen shown(Operator operator, Page page, Campaign campaign, @Nullable String error) {
        return Screen.of("campaign/show").with("live", live(operator, page, campaign, error)).with("chart", chart(page, campaign));
    }

    @GetMapping("/campaigns/{id}/live")
    @Allowed(Function.CAMPAIGN_VIEW)
    View live(Operator operator, Page page, @PathVariable long id) {
        return Screen.of("campaign/live").with("live", live(operator, page, desk.find(id, operator), null));
    }

    @GetMapping("/campaigns/{id}/speed")
    @Allowed(Function.CAMPAIGN_VIEW)
    View speed(Operator operator, Page page, @PathVariable long id) {
        return Screen.of("campaign/speed").with("chart", chart(page, desk.find(id, operator))).with("id", id);
    }

    private Live live(Operator operator, Page page, Campaign campaign, @Nullable String error) {
        CampaignRow row = list.find(campaign.id()).orElseThrow(NotFound::new);
        Long mailing = campaign.mailingId();
        Progress progress = mailing == null ? planned(row) : mailings.progress(new MailingId(mailing));
        Instant now = clock.instant();
        Instant started = row.state().hasStarted() ? row.startsAt() : null;
        Instant until = row.endedAt() == null ? now : row.endedAt();
        boolean sends = row.state() == CampaignState.SENDING;
        boolean rests = row.state() == CampaignState.PAUSED || row.state() == CampaignState.STOPPED;
        double perMinute = mailing == null || !sends ? 0 : speeds.perMinute(mailing);
        int flowing = progress.remaining() - progress.waiting();
        boolean moves = perMinute >= 1 && flowing > 0;
        return new Live(
                row,
                progress,
                choices.target(page, campaign.draft().target()),
                campaign.draft().spot(),
                campaign.optedOutCount() == null ? 0 : campaign.optedOutCount(),
                choices.senderName(campaign.draft().senderId()),
                campaign.draft().expiryHours(),
                operator.may(Function.CAMPAIGN_SEND, campaign.departmentId()),
                operator.may(Function.CAMPAIGN_SEND, campaign.departmentId()) && mayHandle(operator, campaign),
                operator.may(Function.CAMPAIGN_EDIT, campaign.departmentId()) && mayHandle(operator, campaign),
                started == null ? null : Duration.between(started, until),
                Math.round(perMinute),
                moves ? now.plusSeconds(Math.round(flowing * 60 / perMinute)) : null,
                mailing == null ? new TreeMap<>() : choices.excluded(mailing),
                mailing == null ? List.of() : lanes.of(mailing),
                rests && mailing != null && !campaign.isRestored() ? engine.awaiting(new MailingId(mailing)) : 0,
                row.state().hasEnded() ? null : engine.standstill(),
                mailing == null ? null : safety(new MailingId(mailing)),
                mailing == null || !sends || moves ? null : stuck(new MailingId(mailing)),
                error);
    }

    static boolean mayHandle(Operator operator, Campaign campaign) {
        return !campaign.isSpot() || operator.may(Function.SPOT, campaign.departmentId());
    }

    private @Nullable Standing stuck(MailingId mailing) {
        return standings.of(mailing).filter(standing -> standing.cause() != Cause.UNDER_WAY && standing.cause() != Cause.STANDSTILL).orElse(null);
    }

    private Safety safety(MailingId mailing) {
        return new Safety(guards.first(mailing).orElse(null), guards.rate(mailing), guards.settings());
    }

    private static Progress planned(CampaignRow row) {
        Progress progress = row.progress();
        return progress == null ? new Progress(0, 0, 0, 0, 0, 0, 0) : progress;
    }

    /// Mails a minute from point to point; empty while there are too few points.
    private String chart(Page page, Campaign campaign) {
        Long mailing = campaign.mailingId();
        List<Speeds.Point> way = mailing == null ? List.of() : speeds.way(mailing);
        if (way.size() < 3) return "";
        List<String> labels = new ArrayList<>();
        List<Long> values = new ArrayList<>();
        for (int i = 1; i < way.size(); i++) {
            double seconds = Duration.between(way.get(i - 1).at(), way.get(i).at()).toMillis() / 1000.0;
            if (seconds <= 0) continue;
            labels.add(page.second(way.get(i).at()).substring(11));
            values.add(Math.round((way.get(i).finished() - way.get(i - 1).finished()) * 60 / seconds));
        }
        if (values.stream().allMatch(value -> value == 0)) return "";
        return JSON.writeValueAsString(Map.of(
                "kind", "line", "labels", labels,
                "series", List.of(Map.of("name", page.t("campaign.speed.unit"), "values", values))));
    }

    // ── what may be done ──

    @PostMapping("/campaigns/{id}/pause")
    @Allowed(Function.CAMPAIGN_SEND)
    View pause(Operator operator, Page page, @PathVariable long id) {
        return hold(operator, page, id, "pause", () -> campaigns.pause(id, operator.id()));
    }

    @PostMapping("/campaigns/{id}/resume")
    @Allowed(Function.CAMPAIGN_SEND)
    View resume(Operator operator, Page page, @PathVariable long id) {
        return act(operator, page, id, "resume", () -> campaigns.resume(id, operator.id()));
    }

    /// After a restore resuming may send twice: it is asked first.
    @GetMapping("/campaigns/{id}/resume")
    @Allowed(Function.CAMPAIGN_SEND)
    View askResume(Operator operator, Page page, @PathVariable long id) {
        return ask(operator, page, id, "resume");
    }

    @GetMapping("/campaigns/{id}/end")
    @Allowed(Function.CAMPAIGN_SEND)
    View askEnd(Operator operator, Page page, @PathVariable long id) {
        return ask(operator, page, id, "end");
    }

    @PostMapping("/campaigns/{id}/end")
    @Allowed(Function.CAMPAIGN_SEND)
    View end(Operator operator, Page page, @PathVariable long id) {
        Campaign campaign = desk.findToHold(id, operator);
        Long mailing = campaign.mailingId();
        if (campaign.isRestored() && mailing != null) restored.endAsUnknown(new MailingId(mailing));
        return hold(operator, page, id, "end", () -> campaigns.ended(id, operator.id()));
    }

    @GetMapping("/campaigns/{id}/stop")
    @Allowed(Function.CAMPAIGN_SEND)
    View askStop(Operator operator, Page page, @PathVariable long id) {
        return ask(operator, page, id, "stop");
    }

    @PostMapping("/campaigns/{id}/stop")
    @Allowed(Function.CAMPAIGN_SEND)
    View stop(Operator operator, Page page, @PathVariable long id) {
        return hold(operator, page, id, "stop", () -> campaigns.stop(id, operator.id()));
    }

    @GetMapping("/campaigns/{id}/cancel")
    @Allowed(Function.CAMPAIGN_SEND)
    View askCancel(Operator operator, Page page, @PathVariable long id) {
        return ask(operator, page, id, "cancel");
    }

    @PostMapping("/campaigns/{id}/cancel")
    @Allowed(Function.CAMPAIGN_SEND)
    View cancel(Operator operator, Page page, @PathVariable long id) {
        return hold(operator, page, id, "cancel", () -> campaigns.cancel(id, operator.id()));
    }

    @PostMapping("/campaigns/{id}/release")
    @Allowed(Function.CAMPAIGN_SEND)
    View release(Operator operator, Page page, @PathVariable long id) {
        return act(operator, page, id, "release", () -> campaigns.release(id, operator.id()));
    }

    @PostMapping("/campaigns/{id}/reopen")
    @Allowed(Function.CAMPAIGN_EDIT)
    View reopen(Operator operator, Page page, @PathVariable long id) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        return answer(operator, page, "reopen", desk.change(operator, campaign, "reopen", () -> campaigns.reopen(id, operator.id())));
    }

    @PostMapping("/campaigns/{id}/copy")
    @Allowed(Function.CAMPAIGN_EDIT)
    View copy(Operator operator, Page page, @PathVariable long id) {
        Campaign from = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        String name = page.t("campaign.copy.name", from.draft().name());
        Campaign fresh = desk.copy(operator, from, name.substring(0, Math.min(name.length(), Campaign.Draft.NAME_LIMIT_CHARS)));
        return Redirect.to("/campaigns/" + fresh.id() + "/target").saying(page.t("campaign.said.copy"));
    }

    private View hold(Operator operator, Page page, long id, String act, Supplier<Change> change) {
        return answer(operator, page, act, desk.change(operator, desk.findToHold(id, operator), act, change));
    }

    private View act(Operator operator, Page page, long id, String act, Supplier<Change> change) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_SEND);
        return answer(operator, page, act, desk.change(operator, campaign, act, change));
    }

    private View answer(Operator operator, Page page, String act, Change change) {
        return switch (change) {
            case Change.Done(Campaign now) ->
                Redirect.to("/campaigns/" + now.id()).saying(page.t("campaign.said." + act));
            case Change.Stale(Campaign stands) ->
                shown(operator, page, stands, page.t("web.stale", stands.draft().name())).status(HttpStatus.CONFLICT);
            case Change.Refused(Campaign stands, Change.Refusal why, String detail) ->
                shown(operator, page, stands, page.t(why.key(), detail)).status(HttpStatus.CONFLICT);
        };
    }

    private View ask(Operator operator, Page page, long id, String act) {
        Campaign campaign = desk.findToHold(id, operator);
        Live live = live(operator, page, campaign, null);
        boolean possible = switch (act) {
            case "stop" -> campaign.state().mayBecome(CampaignState.STOPPED) && !campaign.isRestored();
            case "cancel" -> campaign.state().mayBecome(CampaignState.CANCELLED);
            default -> campaign.isRestored();
        };
        if (!possible) return Redirect.to("/campaigns/" + id);
        return Screen.of("campaign/ask").with("live", live).with("act", act);
    }
}
