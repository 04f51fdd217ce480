package todoku.campaign;

import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.springframework.stereotype.Component;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.web.NotFound;

/// Where operators handle campaigns: only those of their departments, and nothing without its line in the log.
@Component
class Desk {
    private final Database database;
    private final Campaigns campaigns;
    private final Audit audit;

    Desk(Database database, Campaigns campaigns, Audit audit) {
        this.database = database;
        this.campaigns = campaigns;
        this.audit = audit;
    }

    /// @throws NotFound when there is none, or it is of a department the operator may not look into
    Campaign find(long id, Operator operator) {
        return campaigns
                .find(id)
                .filter(campaign -> operator.may(Function.CAMPAIGN_VIEW, campaign.departmentId()))
                .orElseThrow(NotFound::new);
    }

    /// As above, for somebody who wants to change it: a spot mail needs its own function as well.
    Campaign find(long id, Operator operator, Function function) {
        Campaign campaign = find(id, operator);
        operator.require(function, campaign.departmentId());
        if (campaign.isSpot()) operator.require(Function.SPOT, campaign.departmentId());
        return campaign;
    }

    /// For somebody who wants it to send less: whoever sends may always do that.
    Campaign findToHold(long id, Operator operator) {
        Campaign campaign = find(id, operator);
        operator.require(Function.CAMPAIGN_SEND, campaign.departmentId());
        return campaign;
    }

    /// Makes the change and writes it down, both or neither.
    Change change(Operator operator, Campaign before, String act, Supplier<Change> change) {
        return database.inTransaction(() -> {
            Change made = change.get();
            if (made instanceof Change.Done(Campaign after))
                audit.write(operator, "campaign." + act, "campaign:" + before.id(), said(before), said(after));
            return made;
        });
    }

    Campaign create(Operator operator, long department, Campaign.Draft draft) {
        operator.require(Function.CAMPAIGN_EDIT, department);
        if (draft.spot() != null) operator.require(Function.SPOT, department);
        return database.inTransaction(() -> {
            Campaign campaign = campaigns.create(department, draft, operator.id());
            audit.write(operator, "campaign.create", "campaign:" + campaign.id(), null, said(campaign));
            return campaign;
        });
    }

    Campaign copy(Operator operator, Campaign from, String name) {
        return database.inTransaction(() -> {
            Campaign campaign = campaigns.copy(from, name, operator.id());
            audit.write(operator, "campaign.copy", "campaign:" + campaign.id(), said(from), said(campaign));
            return campaign;
        });
    }

    void tested(Operator operator, Campaign campaign, TestMail.Outcome.Sent sent) {
        database.inTransaction(() -> {
            campaigns.tested(campaign.id(), sent.mailing());
            audit.write(
                    operator, "campaign.test", "campaign:" + campaign.id(), null,
                    Map.of("mailing", sent.mailing().value(), "addresses", sent.addresses()));
        });
    }

    private static Map<String, Object> said(Campaign campaign) {
        Map<String, Object> said = new TreeMap<>(
                Map.of("state", campaign.state().name(), "version", campaign.version(), "draft", campaign.draft().toString()));
        Spot spot = campaign.draft().spot();
        if (spot != null) {
            said.put("spotReason", spot.reason());
            said.put("noAdvertising", spot.noAdvertising());
            said.put("reach", campaign.draft().target().reach().name());
        }
        if (campaign.optedOutCount() != null) said.put("optedOut", campaign.optedOutCount());
        return said;
    }
}
