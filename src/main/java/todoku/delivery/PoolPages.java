package todoku.delivery;

import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;

/// The pools of the page 送信IP: made, named, chosen for kinds of mail, and taken away. What cannot be is said there.
@Controller
class PoolPages {
    private static final String ROOT = "/engine/pools";
    private static final int LONGEST_NAME = 60;

    private final Database database;
    private final SendingPools pools;
    private final Audit audit;

    PoolPages(Database database, Audit audit) {
        this.database = database;
        this.pools = new SendingPools(database.client());
        this.audit = audit;
    }

    @PostMapping(ROOT)
    @Allowed(Function.SETTINGS)
    View add(Operator operator, Page page, @RequestParam String name) {
        String typed = name.strip();
        if (!isName(typed)) return back(page.t("delivery.pool.bad-name", LONGEST_NAME));
        boolean done = database.inTransaction(() -> {
            var id = pools.add(typed);
            id.ifPresent(each -> audit.write(operator, "pool.add", "sending_pool:" + each, null, typed));
            return id.isPresent();
        });
        return back(page.t(done ? "delivery.pool.added" : "delivery.pool.twice", typed));
    }

    @PostMapping(ROOT + "/{id}")
    @Allowed(Function.SETTINGS)
    View rename(Operator operator, Page page, @PathVariable long id, @RequestParam int version, @RequestParam String name) {
        SendingPool before = find(id);
        String typed = name.strip();
        if (!isName(typed)) return back(page.t("delivery.pool.bad-name", LONGEST_NAME));
        if (!pools.isFree(typed, id)) return back(page.t("delivery.pool.twice", typed));
        boolean done = database.inTransaction(() -> {
            if (!pools.rename(id, typed, version)) return false;
            audit.write(operator, "pool.edit", "sending_pool:" + id, before.name(), typed);
            return true;
        });
        return back(done ? page.t("delivery.pool.saved") : page.t("web.stale", before.name(page)));
    }

    @PostMapping(ROOT + "/{id}/remove")
    @Allowed(Function.SETTINGS)
    View remove(Operator operator, Page page, @PathVariable long id, @RequestParam int version) {
        SendingPool before = find(id);
        boolean done = before.canGo(pools.defaults()) && database.inTransaction(() -> {
            if (!pools.remove(id, version)) return false;
            audit.write(operator, "pool.remove", "sending_pool:" + id, before.name(), null);
            return true;
        });
        return back(page.t(done ? "delivery.pool.removed" : "delivery.pool.needed", before.name(page)));
    }

    /// Through which pools mail goes whose sender and category have none.
    @PostMapping(ROOT + "/defaults")
    @Allowed(Function.SETTINGS)
    View choose(
            Operator operator, Page page, @RequestParam int version, @RequestParam long marketing, @RequestParam long transactional) {
        find(marketing);
        find(transactional);
        var before = pools.defaults();
        var wanted = new SendingPool.Defaults(marketing, transactional, version);
        boolean done = database.inTransaction(() -> {
            if (!pools.choose(wanted)) return false;
            audit.write(operator, "pool.defaults", "egress_setting", before, wanted);
            return true;
        });
        return back(page.t(done ? "delivery.pool.chosen" : "web.stale", page.t("delivery.pool.defaults")));
    }

    private SendingPool find(long id) {
        return pools.all().stream().filter(pool -> pool.id() == id).findFirst().orElseThrow(NotFound::new);
    }

    private static boolean isName(String typed) {
        return !typed.isEmpty() && typed.length() <= LONGEST_NAME && typed.chars().noneMatch(Character::isISOControl);
    }

    private static View back(String saying) {
        return Redirect.to(AddressPages.ROOT).saying(saying);
    }
}
