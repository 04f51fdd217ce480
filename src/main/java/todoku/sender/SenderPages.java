package todoku.sender;

import java.util.LinkedHashMap;
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
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;
import todoku.sender.doctor.Check;
import todoku.sender.doctor.ForeignDomains;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 差出人: in whose name mail goes out, and what their domains must publish.
@Controller
class SenderPages {
    private static final int LONGEST_NAME = 100;

    private final Database database;
    private final Senders senders;
    private final DomainReports reports;
    private final Audit audit;
    private final SenderScreen screen;

    SenderPages(Database database, Senders senders, DomainReports reports, Audit audit, SenderScreen screen) {
        this.database = database;
        this.senders = senders;
        this.reports = reports;
        this.audit = audit;
        this.screen = screen;
    }

    @GetMapping("/senders")
    @Allowed(Function.MAIL_VIEW)
    View list() {
        return Screen.of("sender/senders").with("senders", senders.all());
    }

    @GetMapping("/senders/new")
    @Allowed(Function.SENDER_EDIT)
    View form() {
        return screen.of(new SenderProfile(0, "", "", null, ""), null, 0, Map.of());
    }

    @PostMapping("/senders")
    @Allowed(Function.SENDER_EDIT)
    View add(
            Operator operator,
            Page page,
            @RequestParam String name,
            @RequestParam String address,
            @RequestParam String replyTo,
            @RequestParam String returnPath,
            @RequestParam(required = false) @Nullable Long pool) {
        SenderProfile typed = typed(0, name, address, replyTo, returnPath, known(pool));
        Map<String, String> errors = errors(typed, page);
        if (!errors.isEmpty()) return screen.of(typed, null, 0, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        long id = database.inTransaction(() -> {
            SenderProfile added = senders.add(typed.name(), typed.address(), typed.returnPath());
            SenderProfile whole = new SenderProfile(added.id(), typed.name(), typed.address(), typed.replyTo(), typed.returnPath(), typed.pool());
            senders.edit(whole, 1);
            audit.write(operator, "sender.add", "sender:" + added.id(), null, whole);
            return added.id();
        });
        reports.examineSoon(id);
        return Redirect.to("/senders/" + id).saying(page.t("sender.added"));
    }

    @GetMapping("/senders/{id}")
    @Allowed(Function.MAIL_VIEW)
    View show(@PathVariable long id) {
        Senders.Row row = senders.find(id).orElseThrow(NotFound::new);
        return screen.of(row.profile(), row, row.version(), Map.of());
    }

    @PostMapping("/senders/{id}")
    @Allowed(Function.SENDER_EDIT)
    View save(
            Operator operator,
            Page page,
            @PathVariable long id,
            @RequestParam int version,
            @RequestParam String name,
            @RequestParam String address,
            @RequestParam String replyTo,
            @RequestParam String returnPath,
            @RequestParam(required = false) @Nullable Long pool) {
        Senders.Row before = senders.find(id).orElseThrow(NotFound::new);
        SenderProfile typed = typed(id, name, address, replyTo, returnPath, known(pool));
        Map<String, String> errors = errors(typed, page);
        if (!errors.isEmpty()) return screen.of(typed, before, version, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        boolean done = database.inTransaction(() -> {
            if (!senders.edit(typed, version)) return false;
            SenderProfile old = before.profile();
            if (!typed.address().equals(old.address()) || !typed.returnPath().equals(old.returnPath())) reports.forget(id);
            audit.write(operator, "sender.edit", "sender:" + id, before.profile(), typed);
            return true;
        });
        if (!done)
            return screen.of(typed, before, before.version(), Map.of("version", page.t("web.stale", before.profile().name())))
                    .status(HttpStatus.CONFLICT);
        reports.examineSoon(id);
        return Redirect.to("/senders/" + id).saying(page.t("sender.saved"));
    }

    /// Asks DNS while the operator waits; a few seconds.
    @PostMapping("/senders/{id}/examine")
    @Allowed(Function.SENDER_EDIT)
    View examine(Operator operator, Page page, @PathVariable long id) {
        DomainReports.Report report = reports.examine(id).orElseThrow(NotFound::new);
        database.inTransaction(() -> audit.write(
                operator, "sender.examine", "sender:" + id, null, Map.of("failing", report.failing().stream().map(Check::name).toList())));
        return Redirect.to("/senders/" + id + "#doctor").saying(page.t("sender.doctor.examined"));
    }

    /// One that is gone is as none.
    private @Nullable Long known(@Nullable Long pool) {
        return senders.pools().stream().map(Senders.Pool::id).filter(id -> id.equals(pool)).findFirst().orElse(null);
    }

    private static SenderProfile typed(
            long id, String name, String address, String replyTo, String returnPath, @Nullable Long pool) {
        String reply = written(replyTo);
        return new SenderProfile(id, name.strip(), written(address), reply.isEmpty() ? null : reply, written(returnPath), pool);
    }

    /// An address as mail servers write it; anything else as it was typed, to be told what is wrong with it.
    private static String written(String typed) {
        return MailAddress.parse(typed) instanceof Parsing.Parsed parsed ? parsed.address().toString() : typed.strip();
    }

    private static Map<String, String> errors(SenderProfile typed, Page page) {
        Map<String, String> errors = new LinkedHashMap<>();
        if (typed.name().isEmpty() || typed.name().length() > LONGEST_NAME || typed.name().chars().anyMatch(Character::isISOControl))
            errors.put("name", page.t("sender.bad-name", LONGEST_NAME));
        if (!isAddress(typed.address())) errors.put("address", page.t("sender.bad-address"));
        ForeignDomains.of(typed.address())
                .ifPresent(foreign -> errors.put(
                        "address", page.t("sender.foreign." + foreign.kind(), foreign.domain(), foreign.operator())));
        if (typed.replyTo() != null && !isAddress(typed.replyTo())) errors.put("replyTo", page.t("sender.bad-address"));
        if (!isAddress(typed.returnPath())) errors.put("returnPath", page.t("sender.bad-address"));
        return errors;
    }

    private static boolean isAddress(String typed) {
        return MailAddress.parse(typed) instanceof Parsing.Parsed parsed && !parsed.rfcViolating();
    }
}
