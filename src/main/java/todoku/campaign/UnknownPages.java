package todoku.campaign;

import java.util.List;
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
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 不明: who they are, and the two ways on, each behind its count.
@Controller
class UnknownPages {
    private static final int ROWS = 50;

    private final Desk desk;
    private final UnknownDesk unknown;

    UnknownPages(Desk desk, UnknownDesk unknown) {
        this.desk = desk;
        this.unknown = unknown;
    }

    @GetMapping("/campaigns/{id}/unknown")
    @Allowed(Function.CAMPAIGN_VIEW)
    View list(Operator operator, @PathVariable long id, @RequestParam(defaultValue = "0") int after) {
        return shown(operator, desk.find(id, operator), after, null);
    }

    private Screen shown(Operator operator, Campaign campaign, int after, @Nullable String error) {
        List<UnknownRecipient> rows = unknown.list(campaign, after, ROWS + 1);
        boolean more = rows.size() > ROWS;
        return Screen.of("campaign/unknown")
                .with("view", unknown.view(campaign, operator))
                .with("rows", more ? rows.subList(0, ROWS) : rows)
                .with("after", after)
                .with("next", more ? rows.get(ROWS - 1).no() : 0)
                .with("error", error);
    }

    @GetMapping("/campaigns/{id}/unknown/release")
    @Allowed(Function.CAMPAIGN_SEND)
    View askRelease(Operator operator, @PathVariable long id) {
        UnknownView view = unknown.view(desk.find(id, operator, Function.CAMPAIGN_SEND), operator);
        return view.mayRelease() ? ask(view, "release", view.unknown()) : list(id);
    }

    @PostMapping("/campaigns/{id}/unknown/release")
    @Allowed(Function.CAMPAIGN_SEND)
    View release(Operator operator, Page page, @PathVariable long id, @RequestParam int count) {
        Campaign campaign = desk.find(id, operator, Function.CAMPAIGN_SEND);
        if (count > 0 && unknown.release(operator, campaign, count))
            return Redirect.to("/campaigns/" + id).saying(page.t("campaign.unknown.released", page.number(count)));
        return shown(operator, campaign, 0, page.t("campaign.unknown.moved")).status(HttpStatus.CONFLICT);
    }

    @GetMapping("/campaigns/{id}/unknown/settle")
    @Allowed(Function.CAMPAIGN_SEND)
    View askSettle(Operator operator, @PathVariable long id) {
        UnknownView view = unknown.view(desk.find(id, operator, Function.CAMPAIGN_SEND), operator);
        return view.maySettle() ? ask(view, "settle", view.again()) : list(id);
    }

    @PostMapping("/campaigns/{id}/unknown/settle")
    @Allowed(Function.CAMPAIGN_SEND)
    View settle(Operator operator, Page page, @PathVariable long id) {
        int settled = unknown.settle(operator, desk.find(id, operator, Function.CAMPAIGN_SEND));
        return Redirect.to("/campaigns/" + id + "/unknown").saying(page.t("campaign.unknown.settled", page.number(settled)));
    }

    private static View list(long id) {
        return Redirect.to("/campaigns/" + id + "/unknown");
    }

    private static View ask(UnknownView view, String act, int count) {
        return Screen.of("campaign/unknown-ask").with("view", view).with("act", act).with("count", count);
    }
}
