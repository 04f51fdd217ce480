package todoku.delivery;

import java.net.InetAddress;
import java.time.Instant;
import java.time.InstantSource;
import java.time.LocalDate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.sender.Installations;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 送信IP: from which addresses mail goes out, in which pools, and how far new ones have come.
@Controller
class AddressPages {
    static final String ROOT = "/engine/addresses";

    private final Database database;
    private final Engine engine;
    private final SendingIps ips;
    private final SendingPools pools;
    private final AddressNames names;
    private final Installations installations;
    private final Audit audit;
    private final InstantSource clock;

    AddressPages(
            Database database, Engine engine, AddressNames names, Installations installations, Audit audit, InstantSource clock) {
        this.database = database;
        this.engine = engine;
        this.ips = new SendingIps(database.client());
        this.pools = new SendingPools(database.client());
        this.names = names;
        this.installations = installations;
        this.audit = audit;
        this.clock = clock;
    }

    @GetMapping(ROOT)
    @Allowed(Function.SETTINGS)
    View list() {
        Map<Long, List<Warmup>> warmups = engine.warmups().stream().collect(Collectors.groupingBy(Warmup::ip));
        List<AddressRow> rows = ips.all().stream()
                .map(ip -> new AddressRow(ip, engine.isMissing(ip), warmups.getOrDefault(ip.id(), List.of())))
                .toList();
        return Screen.of("delivery/addresses")
                .with("rows", rows)
                .with("matrix", WarmupMatrix.of(rows))
                .with("pools", pools.all())
                .with("defaults", pools.defaults())
                .with("ourName", ourName());
    }

    @GetMapping(ROOT + "/new")
    @Allowed(Function.SETTINGS)
    View form(@RequestParam(defaultValue = "1") long pool) {
        return screen(null, Map.of("pool", Long.toString(pool), "weight", "100", "warmup", "true"), 0, Map.of());
    }

    @PostMapping(ROOT)
    @Allowed(Function.SETTINGS)
    View add(Operator operator, Page page, @RequestParam Map<String, String> typed) {
        AddressEdit edit = AddressEdit.of(typed, null, pools.all(), today(page));
        InetAddress address = edit.address();
        if (!edit.problems().isEmpty() || address == null) return refused(null, typed, 0, edit, page);
        Optional<Long> added = database.inTransaction(() -> {
            Optional<Long> id =
                    ips.add(edit.pool(), address, edit.heloName(), edit.weight(), edit.warmupFrom(), operator.id(), now());
            id.ifPresent(each -> audit.write(operator, "address.add", "sending_ip:" + each, null, told(ips.find(each).orElseThrow())));
            return id;
        });
        if (added.isEmpty())
            return screen(null, typed, 0, Map.of("ip", page.t("delivery.address.twice")))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        engine.wake();
        return Redirect.to(ROOT).saying(page.t("delivery.address.added", address.getHostAddress()));
    }

    @GetMapping(ROOT + "/{id}")
    @Allowed(Function.SETTINGS)
    View show(@PathVariable long id) {
        SendingIp ip = ips.find(id).orElseThrow(NotFound::new);
        return screen(ip, values(ip), ip.version(), Map.of());
    }

    @PostMapping(ROOT + "/{id}")
    @Allowed(Function.SETTINGS)
    View save(
            Operator operator, Page page, @PathVariable long id, @RequestParam int version,
            @RequestParam Map<String, String> typed) {
        SendingIp before = ips.find(id).orElseThrow(NotFound::new);
        AddressEdit edit = AddressEdit.of(typed, before, pools.all(), today(page));
        if (!edit.problems().isEmpty()) return refused(before, typed, version, edit, page);
        boolean done = database.inTransaction(() -> {
            if (!ips.edit(id, edit.pool(), edit.heloName(), edit.weight(), edit.warmupFrom(), version, operator.id(), now())) return false;
            audit.write(operator, "address.edit", "sending_ip:" + id, told(before), told(ips.find(id).orElseThrow()));
            return true;
        });
        if (!done) return stale(id, typed, page);
        engine.wake();
        return Redirect.to(ROOT).saying(page.t("delivery.address.saved"));
    }

    /// 外す
    @PostMapping(ROOT + "/{id}/out")
    @Allowed(Function.SETTINGS)
    View takeOut(Operator operator, Page page, @PathVariable long id, @RequestParam int version) {
        return change(operator, page, id, "address.out", () -> ips.takeOut(id, version, operator.id(), now()), "delivery.address.was-taken-out");
    }

    /// 戻す
    @PostMapping(ROOT + "/{id}/back")
    @Allowed(Function.SETTINGS)
    View putBack(Operator operator, Page page, @PathVariable long id, @RequestParam int version) {
        return change(operator, page, id, "address.back", () -> ips.putBack(id, version, operator.id(), now()), "delivery.address.was-put-back");
    }

    @PostMapping(ROOT + "/{id}/remove")
    @Allowed(Function.SETTINGS)
    View remove(Operator operator, Page page, @PathVariable long id, @RequestParam int version) {
        return change(operator, page, id, "address.remove", () -> ips.remove(id, version), "delivery.address.removed");
    }

    /// Asks DNS while the operator waits; a few seconds.
    @PostMapping(ROOT + "/{id}/examine")
    @Allowed(Function.SETTINGS)
    View examine(Operator operator, Page page, @PathVariable long id) {
        SendingIp ip = ips.find(id).orElseThrow(NotFound::new);
        InetAddress address = ip.address();
        if (address == null) throw new NotFound();
        AddressNames.Found found = names.of(address, ip.heloName().isEmpty() ? ourName() : ip.heloName());
        database.inTransaction(() -> {
            ips.named(id, found, now());
            audit.write(operator, "address.examine", "sending_ip:" + id, null, Map.of("names", found.state().name()));
        });
        return Redirect.to(ROOT).saying(page.t("delivery.address.examined", ip.text()));
    }

    private View change(
            Operator operator, Page page, long id, String what, BooleanSupplier change, String toast) {
        SendingIp before = ips.find(id).orElseThrow(NotFound::new);
        boolean done = database.inTransaction(() -> {
            if (!change.getAsBoolean()) return false;
            audit.write(operator, what, "sending_ip:" + id, told(before), ips.find(id).map(AddressPages::told).orElse(null));
            return true;
        });
        if (!done) return stale(id, Map.of(), page);
        engine.wake();
        return Redirect.to(ROOT).saying(page.t(toast, name(before, page)));
    }

    private View refused(@Nullable SendingIp before, Map<String, String> typed, int version, AddressEdit edit, Page page) {
        Map<String, String> errors = new LinkedHashMap<>();
        edit.problems().forEach((field, problem) -> errors.put(field, page.t(problem)));
        return screen(before, typed, version, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
    }

    /// What was typed stays; the form now has the version of whoever was faster.
    private View stale(long id, Map<String, String> typed, Page page) {
        SendingIp now = ips.find(id).orElseThrow(NotFound::new);
        Map<String, String> values = typed.isEmpty() ? values(now) : typed;
        return screen(now, values, now.version(), Map.of("version", page.t("web.stale", name(now, page)))).status(HttpStatus.CONFLICT);
    }

    private Screen screen(@Nullable SendingIp ip, Map<String, String> values, int version, Map<String, String> errors) {
        return Screen.of("delivery/address")
                .with("form", new AddressForm(ip, pools.all(), values, version))
                .with("ourName", ourName())
                .with("courses", ip == null || ip.warmupFrom() == null ? List.of() : engine.courses(ip))
                .with("errors", errors);
    }

    private static Map<String, String> values(SendingIp ip) {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("ip", ip.text());
        values.put("helo", ip.heloName());
        values.put("weight", Integer.toString(ip.weight()));
        values.put("pool", Long.toString(ip.pool()));
        if (ip.warmupFrom() != null) values.put("warmup", "true");
        return values;
    }

    private static Map<String, String> told(SendingIp ip) {
        Map<String, String> told = values(ip);
        SendingIp.Out out = ip.out();
        told.put("state", out == null ? "IN_USE" : out.cause().name());
        return told;
    }

    static String name(SendingIp ip, Page page) {
        return ip.isAny() ? page.t("delivery.address.any") : ip.text();
    }

    private String ourName() {
        String name = installations.get().heloName();
        return name.isEmpty() ? "localhost" : name;
    }

    private LocalDate today(Page page) {
        return now().atZone(page.zone()).toLocalDate();
    }

    private Instant now() {
        return clock.instant();
    }
}
