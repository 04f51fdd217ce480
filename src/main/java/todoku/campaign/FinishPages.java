package todoku.campaign;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import todoku.content.Check;
import todoku.content.Mails;
import todoku.customer.Customers;
import todoku.customer.MergeValues;
import todoku.segment.Rules;
import todoku.sender.DomainReports;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// The last two steps of the wizard: ④テスト, which sends to those who check, and ⑤確認, which reserves.
@Controller
class FinishPages {
    /// From this number of mails on it is typed (誤操作防止).
    static final int TYPED_FROM = 10_000;
    /// People offered to read the test as.
    private static final int READERS = 5;

    private final Desk desk;
    private final Campaigns campaigns;
    private final Audience audience;
    private final Rules rules;
    private final Choices choices;
    private final Steps steps;
    private final TestMail testMail;
    private final MergeValues values;
    private final Mails mails;
    private final TestAddresses registered;
    private final Customers customers;
    private final DomainReports domains;

    FinishPages(
            Desk desk,
            Campaigns campaigns,
            Audience audience,
            Rules rules,
            Choices choices,
            Steps steps,
            TestMail testMail,
            MergeValues values,
            Mails mails,
            TestAddresses registered,
            Customers customers,
            DomainReports domains) {
        this.desk = desk;
        this.campaigns = campaigns;
        this.audience = audience;
        this.rules = rules;
        this.choices = choices;
        this.steps = steps;
        this.testMail = testMail;
        this.values = values;
        this.mails = mails;
        this.registered = registered;
        this.customers = customers;
        this.domains = domains;
    }

    @GetMapping("/campaigns/{id}/test")
    @Allowed(Function.CAMPAIGN_EDIT)
    View test(Operator operator, Page page, @PathVariable long id) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        if (campaign.state() != CampaignState.DRAFT) return Redirect.to("/campaigns/" + id);
        return testScreen(page, campaign, "", "", "", Map.of());
    }

    @PostMapping("/campaigns/{id}/test")
    @Allowed(Function.CAMPAIGN_EDIT)
    View send(
            Operator operator,
            Page page,
            @PathVariable long id,
            @RequestParam(defaultValue = "") String addresses,
            @RequestParam(defaultValue = "") String as,
            @RequestParam(defaultValue = "") String other,
            @RequestParam(defaultValue = "") List<Long> known,
            @RequestParam(defaultValue = "false") boolean keep) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        Long mail = campaign.draft().mailId();
        Long sender = campaign.draft().senderId();
        if (mail == null || sender == null)
            return testScreen(page, campaign, addresses, as, other, Map.of("mail", page.t("campaign.test.no-mail")))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        Long reader = other.isBlank() ? WizardPages.number(as) : found(other);
        if (!other.isBlank() && reader == null)
            return testScreen(page, campaign, addresses, as, other, Map.of("other", page.t("campaign.test.no-such", other)))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        TestMail.Outcome outcome = testMail.send(new TestMail.Test(
                campaign.departmentId(), mail, sender, registered.with(campaign.departmentId(), known, addresses), reader));
        if (!(outcome instanceof TestMail.Outcome.Sent sent))
            return testScreen(page, campaign, addresses, as, other, Map.of("addresses", WizardPages.said(page, outcome)))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        desk.tested(operator, campaign, sent);
        if (keep) registered.keep(campaign.departmentId(), addresses);
        return Redirect.to("/campaigns/" + id + "/test").saying(page.t("campaign.said.test"));
    }

    private @Nullable Long found(String typed) {
        var hits = customers.search(typed, 2);
        return hits.isEmpty() ? null : hits.getFirst().id();
    }

    @PostMapping("/campaigns/{id}/test/forget")
    @Allowed(Function.CAMPAIGN_EDIT)
    View forget(Operator operator, @PathVariable long id, @RequestParam long address) {
        registered.forget(desk.find(id, operator, Function.CAMPAIGN_EDIT).departmentId(), address);
        return Redirect.to("/campaigns/" + id + "/test");
    }

    /// How the test arrives; part of the page.
    @GetMapping("/campaigns/{id}/tested")
    @Allowed(Function.CAMPAIGN_EDIT)
    View tested(Operator operator, @PathVariable long id) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_EDIT);
        return Screen.of("campaign/tested").with("tested", choices.tested(campaign)).with("id", id);
    }

    private Screen testScreen(
            Page page, Campaign campaign, String addresses, String as, String other, Map<String, String> errors) {
        Target target = campaign.draft().target();
        boolean usable = rules.problems(target.rule()).isEmpty();
        List<Long> ids = usable ? audience.some(target, READERS) : List.of();
        Map<Long, MergeValues.Person> people = values.of(ids);
        List<Reader> readers = ids.stream()
                .filter(people::containsKey)
                .map(people::get)
                .map(person -> new Reader(
                        person.id(), page.mask().name(person.name()), page.mask().address(person.address())))
                .toList();
        return Screen.of("campaign/test")
                .with("campaign", campaign)
                .with("steps", steps.of(page, campaign, "test"))
                .with("readers", readers)
                .with("registered", registered.of(campaign.departmentId()))
                .with("tested", choices.tested(campaign))
                .with("addresses", addresses)
                .with("as", as.isEmpty() && !readers.isEmpty() ? String.valueOf(readers.getFirst().id()) : as)
                .with("other", other)
                .with("errors", errors);
    }

    @GetMapping("/campaigns/{id}/confirm")
    @Allowed(Function.CAMPAIGN_VIEW)
    View confirm(Operator operator, Page page, @PathVariable long id) {
        Campaign campaign = desk.find(id, operator);
        if (campaign.state() != CampaignState.DRAFT) return Redirect.to("/campaigns/" + id);
        return confirmScreen(operator, page, campaign, "", "");
    }

    @PostMapping("/campaigns/{id}/reserve")
    @Allowed(Function.CAMPAIGN_SEND)
    View reserve(
            Operator operator,
            Page page,
            @PathVariable long id,
            @RequestParam int version,
            @RequestParam(defaultValue = "") String typed,
            @RequestParam(defaultValue = "false") boolean atOnce) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_SEND);
        Audience.Count count = count(campaign);
        if (count != null && count.planned() == 0)
            return confirmScreen(operator, page, campaign, typed, page.t("campaign.refused.nobody")).status(HttpStatus.UNPROCESSABLE_CONTENT);
        if (count != null && count.planned() >= TYPED_FROM && !plain(typed).equals(String.valueOf(count.planned())))
            return confirmScreen(operator, page, campaign, typed, page.t("campaign.typed.wrong", page.number(count.planned())))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        Change change = desk.change(
                operator, campaign, reserving(campaign, atOnce), () -> campaigns.reserve(id, version, operator.id(), atOnce));
        return switch (change) {
            case Change.Done(Campaign now) -> Redirect.to("/campaigns/" + id)
                    .saying(page.t(now.draft().scheduledAt() == null || campaign.draft().scheduledAt() == null
                            ? "campaign.said.now" : "campaign.said.reserve"));
            case Change.Stale(Campaign stands) ->
                confirmScreen(operator, page, stands, typed, WizardPages.said(page, change)).status(HttpStatus.CONFLICT);
            case Change.Refused(Campaign stands, Change.Refusal why, String _) ->
                confirmScreen(operator, page, stands, typed, WizardPages.said(page, change))
                        .with("mayInsist", why == Change.Refusal.FIRST_TOO_LARGE)
                        .status(HttpStatus.UNPROCESSABLE_CONTENT);
        };
    }

    /// How many it would reach now: what somebody needs who is to let it go after all.
    @GetMapping("/campaigns/{id}/count")
    @Allowed(Function.CAMPAIGN_VIEW)
    View countNow(Operator operator, @PathVariable long id) {
        return Screen.of("campaign/count-now").with("count", count(desk.find(id, operator)));
    }

    private static String reserving(Campaign campaign, boolean atOnce) {
        return switch (campaign.draft().target().reach()) {
            case OPTED_OUT -> "reserve-opted-out";
            case MEMBERS -> "reserve-spot";
            case WILLING -> atOnce ? "reserve-at-once" : "reserve";
        };
    }

    private Audience.@Nullable Count count(Campaign campaign) {
        Target target = campaign.draft().target();
        boolean usable = !target.groups().isEmpty() && rules.problems(target.rule()).isEmpty();
        return usable ? audience.count(target) : null;
    }

    private Screen confirmScreen(Operator operator, Page page, Campaign campaign, String typed, String error) {
        Campaign.Draft draft = campaign.draft();
        return Screen.of("campaign/confirm")
                .with("campaign", campaign)
                .with("steps", steps.of(page, campaign, "confirm"))
                .with("count", count(campaign))
                .with("sentence", choices.target(page, draft.target()))
                .with("category", choices.categoryName(draft.categoryId()))
                .with("mail", choices.mail(draft.mailId()))
                .with("sender", choices.sender(draft.senderId()))
                .with("when", Steps.when(page, draft.scheduledAt()))
                .with("tested", choices.tested(campaign))
                .with("findings", findings(page, campaign))
                .with("typedFrom", TYPED_FROM)
                .with("typed", typed)
                .with("mayInsist", false)
                .with("maySend", operator.may(Function.CAMPAIGN_SEND, campaign.departmentId()) && CampaignPages.mayHandle(operator, campaign))
                .with("error", error);
    }

    /// 送信前のチェック: what the mail says of itself, and what the campaign adds.
    private List<Finding> findings(Page page, Campaign campaign) {
        List<Finding> findings = new ArrayList<>();
        String path = "/campaigns/" + campaign.id();
        Long mail = campaign.draft().mailId();
        if (mail != null)
            for (Check check : mails.checks(mail, values.names())) {
                if (campaign.isSpot() && check.asksForUnsubscribe()) continue;
                String place = check.place().isEmpty() ? "" : check.place() + "：";
                findings.add(new Finding(
                        check.error(), page.english() ? check.english() : place + check.japanese(), "/mails/" + mail));
            }
        spot(page, campaign, findings);
        SenderChoice sender = choices.sender(campaign.draft().senderId());
        if (sender != null && !sender.signs()) findings.add(new Finding(false, page.t("campaign.check.unsigned"), path + "/content"));
        if (sender != null && domains.isUnexamined(sender.id()))
            findings.add(new Finding(false, page.t("campaign.check.unexamined"), "/senders/" + sender.id() + "#doctor"));
        if (sender != null) {
            List<String> failing = domains.warnings(sender.id()).stream().map(found -> page.t(found.title())).toList();
            if (!failing.isEmpty())
                findings.add(new Finding(
                        false, page.t("campaign.check.domain", String.join("・", failing)), "/senders/" + sender.id() + "#doctor"));
        }
        TestedMail tested = choices.tested(campaign);
        if (mail != null && tested == null) findings.add(new Finding(false, page.t("campaign.check.untested"), path + "/test"));
        if (tested != null && !tested.same()) findings.add(new Finding(false, page.t("campaign.check.changed"), path + "/test"));
        if (tested != null && tested.failed() > 0) findings.add(new Finding(false, page.t("campaign.check.failed"), path + "/test"));
        findings.sort(Comparator.comparing(Finding::error).reversed());
        return findings;
    }

    private void spot(Page page, Campaign campaign, List<Finding> findings) {
        Spot spot = campaign.draft().spot();
        if (spot == null) return;
        String target = "/campaigns/" + campaign.id() + "/target#h-spot";
        if (spot.reason().isBlank()) findings.add(new Finding(true, page.t(Change.Refusal.NO_REASON.key()), target));
        if (!spot.noAdvertising()) findings.add(new Finding(true, page.t(Change.Refusal.NOT_DECLARED.key()), target));
        Long mail = campaign.draft().mailId();
        if (mail != null && mails.find(mail).orElseThrow().draft().hasUnsubscribeLink())
            findings.add(new Finding(true, page.t(Change.Refusal.SPOT_UNSUBSCRIBE.key()), "/mails/" + mail));
    }

    /// １２４，６１８ and 124,618通 are 124618.
    static String plain(String typed) {
        return Normalizer.normalize(typed, Normalizer.Form.NFKC).toLowerCase(Locale.ROOT).replaceAll("[^0-9]", "");
    }
}
