package todoku.customer;

import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.suppression.By;
import todoku.suppression.Lifting;
import todoku.suppression.Suppressions.Reason;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 配信停止・配信禁止リスト, and the same for one customer.
@Controller
class BanPages {
    private static final int PAGE = 50;
    private static final DateTimeFormatter SECOND = DateTimeFormatter.ofPattern("uuuu/MM/dd HH:mm:ss");

    private final Database database;
    private final Customers customers;
    private final BanDesk desk;
    private final Audit audit;
    private final ZoneId zone;

    BanPages(Database database, Customers customers, BanDesk desk, Audit audit, ZoneId zone) {
        this.database = database;
        this.customers = customers;
        this.desk = desk;
        this.audit = audit;
        this.zone = zone;
    }

    /// @param of `domains`: the domains instead of the addresses
    @GetMapping("/customers/bans")
    @Allowed(Function.CUSTOMER_VIEW)
    View list(
            Page page,
            @RequestParam(defaultValue = "") String q,
            @RequestParam(defaultValue = "") String of,
            @RequestParam(defaultValue = "") String reason,
            @RequestParam(defaultValue = "") String after) {
        return screen(page, new BanView(q.strip(), of.equals("domains"), reason(reason).orElse(null), "", "", "", null), after);
    }

    private Screen screen(Page page, BanView view, String after) {
        List<BanRow> found = view.domains()
                ? desk.domains(view.q(), after, PAGE + 1)
                : desk.page(new BanDesk.Find(view.q(), page.mask().masked(), view.reason()), after, PAGE + 1);
        boolean more = found.size() > PAGE;
        List<BanRow> rows = more ? found.subList(0, PAGE) : found;
        return Screen.of("customer/bans")
                .with("view", view)
                .with("rows", rows)
                .with("older", more ? view.href(view.domains() ? rows.getLast().text() : rows.getLast().place()) : null)
                .status(view.error() == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    @PostMapping("/customers/bans")
    @Allowed(Function.CUSTOMER_EDIT)
    View add(Operator operator, Page page, @RequestParam String pasted, @RequestParam String reason, @RequestParam String note) {
        Optional<Reason> chosen = reason(reason).filter(each -> each != Reason.COMPLAINT);
        BanText text = BanText.of(pasted);
        @Nullable String error = null;
        if (!text.bad().isEmpty()) error = page.t("customer.ban.bad", String.join("、", text.bad()));
        else if (text.size() == 0) error = page.t("customer.ban.empty");
        else if (text.size() > BanText.MOST) error = page.t("customer.ban.too-many", page.number(BanText.MOST));
        else if (!isNote(note)) error = page.t("customer.ban.no-note", By.NOTE_LIMIT_CHARS);
        if (error != null || chosen.isEmpty())
            return screen(page, new BanView("", false, null, pasted, reason, note, error == null ? page.t("customer.ban.no-reason") : error), "");
        int added = desk.add(operator, text, chosen.get(), note.strip());
        return Redirect.to(text.addresses().isEmpty() ? "/customers/bans?of=domains" : "/customers/bans")
                .saying(page.t("customer.ban.added", page.number(added), page.number(text.size() - added)));
    }

    @PostMapping("/customers/bans/lift")
    @Allowed(Function.CUSTOMER_EDIT)
    View lift(Operator operator, Page page, @RequestParam long address, @RequestParam String reason, @RequestParam String note) {
        return lifted(operator, page, address, reason, note, "/customers/bans");
    }

    private View lifted(Operator operator, Page page, long address, String reason, String note, String back) {
        if (!isNote(note)) return Redirect.to(back).saying(page.t("customer.ban.no-note", By.NOTE_LIMIT_CHARS));
        return Redirect.to(back).saying(switch (desk.lift(operator, address, reason(reason).orElseThrow(NotFound::new), note.strip())) {
            case Lifting.Lifted() -> page.t("customer.ban.lifted");
            case Lifting.NotListed() -> page.t("customer.ban.not-listed");
            case Lifting.Kept kept -> page.t("customer.ban.stays");
        });
    }

    @PostMapping("/customers/bans/lift-domain")
    @Allowed(Function.CUSTOMER_EDIT)
    View liftDomain(Operator operator, Page page, @RequestParam long domain, @RequestParam String note) {
        String back = "/customers/bans?of=domains";
        if (!isNote(note)) return Redirect.to(back).saying(page.t("customer.ban.no-note", By.NOTE_LIMIT_CHARS));
        boolean lifted = desk.liftDomain(operator, domain, note.strip());
        return Redirect.to(back).saying(page.t(lifted ? "customer.ban.lifted" : "customer.ban.not-listed"));
    }

    /// Sets クリーニングフラグ, 配信停止 or 配信禁止 for one customer's address.
    @PostMapping("/customers/{id}/ban")
    @Allowed(Function.CUSTOMER_EDIT)
    View ban(Operator operator, Page page, @PathVariable long id, @RequestParam String reason, @RequestParam String note) {
        Customer customer = customers.find(id).orElseThrow(NotFound::new);
        Reason chosen = reason(reason).filter(each -> each != Reason.COMPLAINT).orElseThrow(NotFound::new);
        if (!isNote(note)) return Redirect.to("/customers/" + id).saying(page.t("customer.ban.no-note", By.NOTE_LIMIT_CHARS));
        desk.add(operator, customer.addressId(), chosen, note.strip());
        return Redirect.to("/customers/" + id).saying(page.t("customer.ban.set"));
    }

    @PostMapping("/customers/{id}/unban")
    @Allowed(Function.CUSTOMER_EDIT)
    View unban(Operator operator, Page page, @PathVariable long id, @RequestParam String reason, @RequestParam String note) {
        Customer customer = customers.find(id).orElseThrow(NotFound::new);
        return lifted(operator, page, customer.addressId(), reason, note, "/customers/" + id);
    }

    @GetMapping("/customers/bans/history")
    @Allowed(Function.CUSTOMER_VIEW)
    View history(@RequestParam(defaultValue = "9223372036854775807") long before) {
        List<BanChange> changes = desk.changes(null, before, PAGE + 1);
        boolean more = changes.size() > PAGE;
        List<BanChange> shown = more ? changes.subList(0, PAGE) : changes;
        return Screen.of("customer/ban-history")
                .with("changes", shown)
                .with("older", more ? "/customers/bans/history?before=" + shown.getLast().id() : null);
    }

    @GetMapping("/customers/bans.csv")
    @Allowed(Function.DOWNLOAD)
    ResponseEntity<StreamingResponseBody> csv(Operator operator, Page page) {
        if (!operator.may(Function.PERSONAL_DATA)) throw new NotAllowed(Function.PERSONAL_DATA);
        database.inTransaction(() -> audit.write(operator, "customer.ban-file", "bans", null, null));
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "text/csv;charset=windows-31j")
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename("bans.csv", StandardCharsets.UTF_8).build().toString())
                .body(out -> {
                    try (var lines = new ExportLines(out, ExportFormat.CP932)) {
                        lines.write(List.of("メールアドレス", "ドメイン", "理由", "日時", "メモ", "登録者"));
                        desk.each(row -> lines.write(cells(page, row, false)), row -> lines.write(cells(page, row, true)));
                    }
                });
    }

    private List<String> cells(Page page, BanRow row, boolean domain) {
        return Arrays.asList(domain ? "" : Spreadsheet.harmless(row.text()), domain ? row.text() : "", page.t("customer.ban.reason." + row.reason()),
                SECOND.format(row.since().atZone(zone)), row.note() == null ? "" : Spreadsheet.harmless(row.note()),
                row.by() == null ? "" : Spreadsheet.harmless(row.by()));
    }

    private static boolean isNote(String note) {
        return !note.isBlank() && note.strip().length() <= By.NOTE_LIMIT_CHARS;
    }

    private static Optional<Reason> reason(String typed) {
        return Arrays.stream(Reason.values()).filter(each -> each.name().equals(typed)).findFirst();
    }
}
