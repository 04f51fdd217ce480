package todoku.guard;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
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
import todoku.access.Operator;
import todoku.database.Database;
import todoku.guard.SystemEvent.Severity;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// システムログ, and its notices.
@Controller
class SystemLogPages {
    private static final int PAGE = 50;
    private static final int FILE = 10_000;

    private final Database database;
    private final SystemLog log;
    private final Audit audit;

    SystemLogPages(Database database, SystemLog log, Audit audit) {
        this.database = database;
        this.log = log;
        this.audit = audit;
    }

    @GetMapping("/system-log")
    @Allowed(Function.AUDIT_VIEW)
    View list(
            @RequestParam(defaultValue = "INFO") Severity least,
            @RequestParam(defaultValue = "" + Long.MAX_VALUE) long before) {
        List<SystemEvent> events = log.page(least, before, PAGE + 1);
        boolean more = events.size() > PAGE;
        return Screen.of("guard/log")
                .with("events", more ? events.subList(0, PAGE) : events)
                .with("least", least)
                .with("older", more ? events.get(PAGE - 1).id() : 0L)
                .with("first", before == Long.MAX_VALUE);
    }

    @GetMapping("/system-log.csv")
    @Allowed(Function.AUDIT_VIEW)
    ResponseEntity<StreamingResponseBody> csv(Operator operator, Page page, @RequestParam(defaultValue = "INFO") Severity least) {
        database.inTransaction(() -> audit.write(operator, "guard.log", "system-log", null, null));
        List<SystemEvent> events = log.page(least, Long.MAX_VALUE, FILE);
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "text/csv;charset=UTF-8")
                .header(HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(page.t("guard.log.file"), StandardCharsets.UTF_8).build().toString())
                .body(out -> write(events, page, out));
    }

    /// Somebody knows: it is no notice any more.
    @PostMapping("/system-log/{id}/seen")
    @Allowed(Function.HOME)
    View seen(Operator operator, Page page, @PathVariable long id, @RequestParam(defaultValue = "/") String back) {
        SystemEvent event = log.find(id).filter(found -> Notices.mayBeSeenBy(found, operator)).orElseThrow(NotFound::new);
        database.inTransaction(() -> {
            if (log.seen(id, operator.id())) audit.write(operator, "guard.seen", "system-event:" + id, null, event.kind());
        });
        return Redirect.to(back.equals("/system-log") ? "/system-log" : "/").saying(page.t("guard.seen"));
    }

    private static void write(List<SystemEvent> events, Page page, OutputStream out) throws IOException {
        out.write(new byte[] {(byte) 0xEF, (byte) 0xBB, (byte) 0xBF});
        Writer text = new OutputStreamWriter(out, StandardCharsets.UTF_8);
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(text);
        csv.writeRecord(
                page.t("guard.log.at"), page.t("guard.log.over"), page.t("guard.log.severity"), page.t("guard.log.what"),
                page.t("guard.log.about"), page.t("guard.log.detail"));
        for (SystemEvent event : events) {
            SystemEvent.Named campaign = event.campaign();
            csv.writeRecord(
                    page.second(event.at()),
                    event.overAt() == null ? "" : page.second(event.overAt()),
                    page.t("guard.severity." + event.severity()),
                    sentence(page, event),
                    safe(campaign == null ? event.subject() : campaign.id() + " " + campaign.name()),
                    safe(event.detail()));
        }
        csv.flush();
    }

    /// What happened, as a sentence.
    static String sentence(Page page, SystemEvent event) {
        return page.t("guard.event." + event.kind(), event.figures().toArray());
    }

    /// A text that a spreadsheet would take for a formula gets an apostrophe.
    private static String safe(String text) {
        return !text.isEmpty() && "=+-@\t\r".indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }
}
