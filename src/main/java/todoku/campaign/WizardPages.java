package todoku.campaign;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.util.LinkedMultiValueMap;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.customer.SharedAddresses;
import todoku.database.Database;
import todoku.mailing.Category;
import todoku.segment.Builder;
import todoku.segment.Rules;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// A campaign on its way from the first click to the reservation: ①配信先 ②内容 ③日時 ④テスト ⑤確認. Leaving a step in any
/// direction keeps what was entered; what is missing is said on the last one.
@Controller
class WizardPages {
    private static final DateTimeFormatter FIELD = DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm");

    private final Desk desk;
    private final Campaigns campaigns;
    private final Audience audience;
    private final Rules rules;
    private final Builder builder;
    private final Choices choices;
    private final Steps steps;
    private final SharedAddresses sharing;
    private final InstantSource clock;
    private final ZoneId zone;

    WizardPages(
            Desk desk,
            Campaigns campaigns,
            Audience audience,
            Rules rules,
            Builder builder,
            Choices choices,
            Steps steps,
            Database database,
            InstantSource clock,
            ZoneId zone) {
        this.desk = desk;
        this.campaigns = campaigns;
        this.audience = audience;
        this.rules = rules;
        this.builder = builder;
        this.choices = choices;
        this.steps = steps;
        this.sharing = new SharedAddresses(database.client());
        this.clock = clock;
        this.zone = zone;
    }

    // ── ① 配信先 ──

    @GetMapping("/campaigns/new")
    @Allowed(Function.CAMPAIGN_EDIT)
    View fresh(Operator operator, Page page) {
        return fresh(operator, page, page.t("campaign.new.name", page.time(page.now())), null);
    }

    @GetMapping("/campaigns/new/spot")
    @Allowed(Function.SPOT)
    View freshSpot(Operator operator, Page page) {
        return fresh(operator, page, page.t("campaign.new-spot.name", page.time(page.now())), SpotForm.EMPTY);
    }

    private View fresh(Operator operator, Page page, String name, @Nullable SpotForm spot) {
        Builder.Draft draft = builder.of(Target.NOBODY.rule(), departments(operator, spot), page.locale());
        return targetScreen(operator, page, null, name, null, target(operator, new LinkedMultiValueMap<>(), draft, spot, true), spot, draft, Map.of(), "");
    }

    @PostMapping("/campaigns")
    @Allowed(Function.CAMPAIGN_EDIT)
    View create(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        SpotForm spot = spot(operator, form);
        Builder.Draft draft = builder.read(form, departments(operator, spot), page.locale());
        Target target = target(operator, form, draft, spot, true);
        String name = name(form);
        Long category = category(form, null, spot);
        String act = one(form, "act");
        Map<String, String> errors = errors(page, name, spot);
        if (!act.isEmpty() || !errors.isEmpty() || !draft.usable())
            return targetScreen(operator, page, null, name, category, target, spot, draft, errors, "").status(status(act));
        long department = departments(operator, spot).stream()
                .min(Long::compare)
                .orElseThrow(() -> new NotAllowed(Function.CAMPAIGN_EDIT));
        Campaign campaign = desk.create(operator, department, new Campaign.Draft(
                name, category, target, null, onlySender(), null, Campaign.EXPIRY_HOURS, spot == null ? null : spot.spot()));
        return onward(campaign.id(), form, "content");
    }

    /// Where there is nothing to choose, it is chosen.
    private @Nullable Long onlySender() {
        List<SenderChoice> senders = choices.senders();
        return senders.size() == 1 ? senders.getFirst().id() : null;
    }

    @GetMapping("/campaigns/{id}/target")
    @Allowed(Function.CAMPAIGN_EDIT)
    View target(Operator operator, Page page, @PathVariable long id) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        if (campaign.state() != CampaignState.DRAFT) return Redirect.to("/campaigns/" + id);
        Target target = campaign.draft().target();
        Spot said = campaign.draft().spot();
        SpotForm spot = said == null ? null : SpotForm.of(said, target.reach());
        Builder.Draft draft = builder.of(target.rule(), departments(operator, spot), page.locale());
        return targetScreen(operator, page, campaign, campaign.draft().name(), campaign.draft().categoryId(), target, spot, draft, Map.of(), "");
    }

    @PostMapping("/campaigns/{id}/target")
    @Allowed(Function.CAMPAIGN_EDIT)
    View saveTarget(Operator operator, Page page, @PathVariable long id, @RequestParam MultiValueMap<String, String> form) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        SpotForm spot = campaign.isSpot() ? SpotForm.read(form) : null;
        Builder.Draft draft = builder.read(form, departments(operator, spot), page.locale());
        Target target = target(operator, form, draft, spot, campaign.draft().target().once());
        String name = name(form);
        Long category = category(form, campaign.draft().categoryId(), spot);
        String act = one(form, "act");
        Map<String, String> errors = errors(page, name, spot);
        if (!act.isEmpty() || !errors.isEmpty() || !draft.usable())
            return targetScreen(operator, page, campaign, name, category, target, spot, draft, errors, "").status(status(act));
        Change change = edit(operator, campaign, form, old -> new Campaign.Draft(
                name, category, target, old.mailId(), old.senderId(), old.scheduledAt(), old.expiryHours(),
                spot == null ? null : spot.spot()));
        if (change instanceof Change.Done) return onward(id, form, "content");
        return targetScreen(operator, page, stands(change), name, category, target, spot, draft, Map.of(), said(page, change))
                .status(HttpStatus.CONFLICT);
    }

    /// How many it would reach now; part of the page.
    @PostMapping("/campaigns/count")
    @Allowed(Function.CAMPAIGN_EDIT)
    View count(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        return counted(operator, page, form, audience::soon);
    }

    private View counted(
            Operator operator, Page page, MultiValueMap<String, String> form, Counting counting) {
        SpotForm spot = spot(operator, form);
        Map<String, List<String>> still = new HashMap<>(form);
        still.remove("act");
        Target target = target(operator, form, builder.read(still, departments(operator, spot), page.locale()), spot, true);
        return Screen.of("campaign/count")
                .with("count", count(target, counting))
                .with("spot", spot != null)
                .with("sentence", choices.target(page, target));
    }

    /// Of everybody, where a sample has answered.
    @PostMapping("/campaigns/count/whole")
    @Allowed(Function.CAMPAIGN_EDIT)
    View whole(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        return counted(operator, page, form, audience::count);
    }

    private interface Counting {
        Audience.Count of(Target target);
    }

    /// Null while a condition is unfinished.
    private Audience.@Nullable Count count(Target target, Counting counting) {
        return rules.problems(target.rule()).isEmpty() ? counting.of(target) : null;
    }

    private Screen targetScreen(
            Operator operator,
            Page page,
            @Nullable Campaign campaign,
            String name,
            @Nullable Long category,
            Target target,
            @Nullable SpotForm spot,
            Builder.Draft draft,
            Map<String, String> errors,
            String stale) {
        return Screen.of("campaign/target")
                .with("id", campaign == null ? 0L : campaign.id())
                .with("version", campaign == null ? 0 : campaign.version())
                .with("steps", steps.of(page, campaign, "target"))
                .with("name", name)
                .with("categories", categories(campaign == null ? null : campaign.draft().categoryId(), spot))
                .with("category", category == null ? 0L : category)
                .with("groups", choices.groups(departments(operator, spot)))
                .with("chosen", target.groups())
                .with("spot", spot)
                .with("sharing", sharing.allowed())
                .with("once", target.once())
                .with("draft", draft)
                .with("palette", builder.palette(draft, departments(operator, spot)))
                .with("count", count(target, audience::soon))
                .with("sentence", choices.target(page, target))
                .with("errors", errors)
                .with("stale", stale);
    }

    /// Where the operator may make such a campaign.
    private static Set<Long> departments(Operator operator, @Nullable SpotForm spot) {
        Set<Long> departments = new HashSet<>(operator.departments(Function.CAMPAIGN_EDIT));
        if (spot != null) departments.retainAll(operator.departments(Function.SPOT));
        return departments;
    }

    /// Null unless the form makes a spot mail.
    private static @Nullable SpotForm spot(Operator operator, MultiValueMap<String, String> form) {
        if (!one(form, "spot").equals("true")) return null;
        if (!operator.may(Function.SPOT)) throw new NotAllowed(Function.SPOT);
        return SpotForm.read(form);
    }

    /// Groups of other departments are not taken, whatever was sent.
    ///
    /// @param once what stands already, where the form does not ask
    private Target target(
            Operator operator, MultiValueMap<String, String> form, Builder.Draft draft, @Nullable SpotForm spot, boolean once) {
        List<String> asked = form.getOrDefault("group", List.of());
        List<Long> groups = choices.groups(departments(operator, spot)).stream()
                .map(group -> group.id())
                .filter(id -> asked.contains(String.valueOf(id)))
                .toList();
        return new Target(
                groups, draft.rule(), spot == null ? Reach.WILLING : spot.reach(),
                form.containsKey("once") ? one(form, "once").equals("true") : once);
    }

    /// What stands already, where the form does not ask.
    private @Nullable Long category(MultiValueMap<String, String> form, @Nullable Long before, @Nullable SpotForm spot) {
        if (!form.containsKey("category")) return before;
        Long asked = number(one(form, "category"));
        return categories(before, spot).stream().map(Category::id).filter(id -> id.equals(asked)).findFirst().orElse(null);
    }

    /// A spot mail is no advertising: of the categories it has those that are none.
    private List<Category> categories(@Nullable Long before, @Nullable SpotForm spot) {
        return choices.categories(before).stream().filter(each -> spot == null || !each.advertising()).toList();
    }

    private static Map<String, String> errors(Page page, String name, @Nullable SpotForm spot) {
        Map<String, String> errors = new HashMap<>();
        if (name.isBlank() || name.length() > Campaign.Draft.NAME_LIMIT_CHARS)
            errors.put("name", page.t("campaign.bad-name", Campaign.Draft.NAME_LIMIT_CHARS));
        if (spot != null && !spot.fits())
            errors.put("reason", page.t("campaign.spot.long-reason", Spot.REASON_LIMIT_CHARS, spot.reason().length()));
        return errors;
    }

    // ── ② 内容 ──

    @GetMapping("/campaigns/{id}/content")
    @Allowed(Function.CAMPAIGN_EDIT)
    View content(Operator operator, Page page, @PathVariable long id) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        if (campaign.state() != CampaignState.DRAFT) return Redirect.to("/campaigns/" + id);
        return contentScreen(operator, page, campaign, campaign.draft().mailId(), campaign.draft().senderId(), "");
    }

    @PostMapping("/campaigns/{id}/content")
    @Allowed(Function.CAMPAIGN_EDIT)
    View saveContent(Operator operator, Page page, @PathVariable long id, @RequestParam MultiValueMap<String, String> form) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        Set<Long> departments = operator.departments(Function.CAMPAIGN_EDIT);
        Long typed = number(one(form, "mail"));
        Long mail = choices.mails(departments, typed).stream().map(MailChoice::id).filter(known -> known.equals(typed)).findFirst().orElse(null);
        SenderChoice sender = choices.sender(number(one(form, "sender")));
        Long senderId = sender == null ? null : sender.id();
        Change change = edit(operator, campaign, form, old -> new Campaign.Draft(
                old.name(), old.categoryId(), old.target(), mail, senderId, old.scheduledAt(), old.expiryHours(), old.spot()));
        if (change instanceof Change.Done) return onward(id, form, "time");
        return contentScreen(operator, page, stands(change), mail, senderId, said(page, change)).status(HttpStatus.CONFLICT);
    }

    private Screen contentScreen(
            Operator operator, Page page, Campaign campaign, @Nullable Long mail, @Nullable Long sender, String stale) {
        return Screen.of("campaign/content")
                .with("campaign", campaign)
                .with("steps", steps.of(page, campaign, "content"))
                .with("mails", choices.mails(operator.departments(Function.CAMPAIGN_EDIT), mail))
                .with("senders", choices.senders())
                .with("mail", mail == null ? 0L : mail)
                .with("sender", sender == null ? 0L : sender)
                .with("stale", stale);
    }

    // ── ③ 日時 ──

    @GetMapping("/campaigns/{id}/time")
    @Allowed(Function.CAMPAIGN_EDIT)
    View time(Operator operator, Page page, @PathVariable long id) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        if (campaign.state() != CampaignState.DRAFT) return Redirect.to("/campaigns/" + id);
        Instant at = campaign.draft().scheduledAt();
        return timeScreen(page, campaign, at == null ? "now" : "at", page.field(at), String.valueOf(campaign.draft().expiryHours()), Map.of(), "");
    }

    @PostMapping("/campaigns/{id}/time")
    @Allowed(Function.CAMPAIGN_EDIT)
    View saveTime(Operator operator, Page page, @PathVariable long id, @RequestParam MultiValueMap<String, String> form) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        boolean now = !one(form, "when").equals("at");
        String typed = one(form, "at");
        Map<String, String> errors = new HashMap<>();
        Optional<Instant> at = now ? Optional.empty() : moment(typed);
        if (!now && at.isEmpty()) errors.put("at", page.t("campaign.bad-time"));
        if (at.isPresent() && at.get().isBefore(clock.instant())) errors.put("at", page.t("campaign.past-time", page.clock()));
        Long hours = number(one(form, "expiry"));
        if (hours == null || hours < 1 || hours > Campaign.EXPIRY_LIMIT_HOURS)
            errors.put("expiry", page.t("campaign.bad-expiry", Campaign.EXPIRY_LIMIT_HOURS));
        if (!errors.isEmpty() || hours == null)
            return timeScreen(page, campaign, now ? "now" : "at", typed, one(form, "expiry"), errors, "")
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        Change change = edit(operator, campaign, form, old -> new Campaign.Draft(
                old.name(), old.categoryId(), old.target(), old.mailId(), old.senderId(), at.orElse(null), hours.intValue(),
                old.spot()));
        if (change instanceof Change.Done) return onward(id, form, "test");
        return timeScreen(page, stands(change), now ? "now" : "at", typed, String.valueOf(hours), Map.of(), said(page, change))
                .status(HttpStatus.CONFLICT);
    }

    private Screen timeScreen(
            Page page, Campaign campaign, String when, String at, String expiry, Map<String, String> errors, String stale) {
        return Screen.of("campaign/time")
                .with("campaign", campaign)
                .with("steps", steps.of(page, campaign, "time"))
                .with("when", when)
                .with("at", at)
                .with("expiry", expiry)
                .with("errors", errors)
                .with("stale", stale);
    }

    private Optional<Instant> moment(String typed) {
        try {
            return Optional.of(LocalDateTime.parse(typed.length() > 16 ? typed.substring(0, 16) : typed, FIELD).atZone(zone).toInstant());
        } catch (DateTimeException notATime) {
            return Optional.empty();
        }
    }

    // ── between the steps ──

    private Change edit(
            Operator operator, Campaign campaign, MultiValueMap<String, String> form, UnaryOperator<Campaign.Draft> edited) {
        Long version = number(one(form, "version"));
        int read = version == null ? -1 : version.intValue();
        Campaign.Draft draft = edited.apply(campaign.draft());
        if (read == campaign.version() && draft.equals(campaign.draft())) return new Change.Done(campaign);
        return desk.change(operator, campaign, "edit", () -> campaigns.edit(campaign.id(), read, draft, operator.id()));
    }

    private static Campaign stands(Change change) {
        return switch (change) {
            case Change.Done(Campaign now) -> now;
            case Change.Stale(Campaign stands) -> stands;
            case Change.Refused(Campaign stands, var _, var _) -> stands;
        };
    }

    static String said(Page page, Change change) {
        return switch (change) {
            case Change.Done(Campaign _) -> "";
            case Change.Stale(Campaign stands) -> page.t("web.stale", stands.draft().name());
            case Change.Refused(Campaign _, Change.Refusal why, String detail) -> page.t(why.key(), detail);
        };
    }

    /// Why a test mail was not sent; nothing when it was.
    static String said(Page page, TestMail.Outcome outcome) {
        return switch (outcome) {
            case TestMail.Outcome.Sent _ -> "";
            case TestMail.Outcome.Nobody() -> page.t("campaign.test.nobody");
            case TestMail.Outcome.TooMany(int typed) -> page.t("campaign.test.too-many", TestMail.ADDRESSES_LIMIT, typed);
            case TestMail.Outcome.BadAddresses(var problems) -> problems.entrySet().stream()
                    .map(bad -> page.t("campaign.test.bad", bad.getKey(), page.t("campaign.address." + bad.getValue().name())))
                    .collect(Collectors.joining(" "));
            case TestMail.Outcome.Broken(String why) -> page.t("campaign.refused.MAIL_BROKEN", why);
        };
    }

    /// To the step asked for by its button; 「中断」 leads to the list.
    private static View onward(long id, MultiValueMap<String, String> form, String next) {
        String go = one(form, "go");
        if (go.equals("list")) return Redirect.to("/campaigns?shown=DRAFTS");
        return Redirect.to("/campaigns/" + id + "/" + (Steps.NAMES.contains(go) ? go : next));
    }

    private static HttpStatus status(String act) {
        return act.isEmpty() ? HttpStatus.UNPROCESSABLE_CONTENT : HttpStatus.OK;
    }

    private static String name(MultiValueMap<String, String> form) {
        return one(form, "name").strip();
    }

    static String one(MultiValueMap<String, String> form, String name) {
        List<String> values = form.getOrDefault(name, new ArrayList<>());
        return values.isEmpty() ? "" : values.getFirst();
    }

    static @Nullable Long number(String typed) {
        return typed.matches("[0-9]{1,18}") ? Long.valueOf(typed) : null;
    }
}
