package todoku.report;

import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.delivery.TranscriptTable;
import todoku.delivery.standing.Standings;
import todoku.event.MailingId;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;
import tools.jackson.databind.ObjectMapper;

/// 配信履歴 and the report of one campaign.
@Controller
class ReportPages {
    private static final int PAGE = 50;
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database;
    private final Reports reports;
    private final Standings standings;
    private final TranscriptTable transcripts;
    private final Audit audit;

    ReportPages(Database database, Reports reports, Standings standings, TranscriptTable transcripts, Audit audit) {
        this.database = database;
        this.reports = reports;
        this.standings = standings;
        this.transcripts = transcripts;
        this.audit = audit;
    }

    @GetMapping("/reports")
    @Allowed(Function.REPORT_VIEW)
    View list(Operator operator, @RequestParam(defaultValue = "" + Long.MAX_VALUE) long before) {
        List<Report> page = reports.page(operator.departments(Function.REPORT_VIEW), before, PAGE + 1);
        boolean more = page.size() > PAGE;
        return Screen.of("report/list")
                .with("reports", more ? page.subList(0, PAGE) : page)
                .with("older", more ? page.get(PAGE - 1).campaign() : 0L)
                .with("first", before == Long.MAX_VALUE);
    }

    @GetMapping("/reports/{campaign}")
    @Allowed(Function.REPORT_VIEW)
    View show(Operator operator, Page page, @PathVariable long campaign) {
        Report report = report(operator, campaign);
        Report.Lists lists = reports.lists(report);
        List<Report.Moment> moments = lists.moments();
        return Screen.of("report/report")
                .with("report", report)
                .with("links", lists.links())
                .with("causes", lists.causes())
                .with("replies", lists.replies())
                .with("moments", moments)
                .with("openChart", chart(page, moments, true))
                .with("clickChart", chart(page, moments, false));
    }

    /// Joins everybody with their domain: the page does not wait for it.
    @GetMapping("/reports/{campaign}/destinations")
    @Allowed(Function.REPORT_VIEW)
    View destinations(Operator operator, @PathVariable long campaign) {
        Report report = report(operator, campaign);
        return Screen.of("report/destinations").with("destinations", reports.destinations(report));
    }

    @GetMapping("/reports/{campaign}/recipients")
    @Allowed(Function.REPORT_VIEW)
    View recipients(
            Operator operator,
            @PathVariable long campaign,
            @RequestParam(defaultValue = "ALL") Reports.Shown shown,
            @RequestParam(required = false) @Nullable String reason,
            @RequestParam(defaultValue = "0") int after) {
        Report report = report(operator, campaign);
        List<Report.Recipient> page = reports.recipients(report.mailing(), shown, reason, after, PAGE + 1);
        boolean more = page.size() > PAGE;
        return Screen.of("report/recipients")
                .with("report", report)
                .with("recipients", more ? page.subList(0, PAGE) : page)
                .with("shown", shown)
                .with("reason", reason)
                .with("counts", reports.counts(report))
                .with("next", more ? page.get(PAGE - 1).no() : 0)
                .with("after", after);
    }

    /// One recipient: where it stands, and the reply and the rule behind that.
    @GetMapping("/reports/{campaign}/recipients/{no}")
    @Allowed(Function.REPORT_VIEW)
    View recipient(Operator operator, @PathVariable long campaign, @PathVariable int no) {
        Report report = report(operator, campaign);
        if (!report.hasDetails()) return Redirect.to("/reports/" + campaign + "/recipients");
        return Screen.of("report/recipient")
                .with("report", report)
                .with("recipient", reports.recipient(report.mailing(), no).orElseThrow(NotFound::new))
                .with("standing", standings.of(new MailingId(report.mailing()), no).orElseThrow(NotFound::new))
                .with("kept", transcripts.of(new MailingId(report.mailing()), no).orElse(null));
    }

    @GetMapping("/reports/{campaign}/log.csv")
    @Allowed(Function.DOWNLOAD)
    ResponseEntity<StreamingResponseBody> log(
            Operator operator, Page page, @PathVariable long campaign, @RequestParam(defaultValue = "cp932") String charset) {
        Report report = report(operator, campaign);
        if (!report.hasDetails())
            return ResponseEntity.status(HttpStatus.SEE_OTHER).location(URI.create("/reports/" + campaign + "/recipients")).build();
        database.inTransaction(() -> audit.write(operator, "report.log", "campaign:" + campaign, null, Map.of("charset", charset)));
        boolean utf8 = charset.equals("utf8");
        String file = page.t("report.log.file", campaign);
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "text/csv;charset=" + (utf8 ? "UTF-8" : "windows-31j"))
                .header(HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(file, StandardCharsets.UTF_8).build().toString())
                .body(out -> LogCsv.write(reports, report, page, utf8, out));
    }

    private Report report(Operator operator, long campaign) {
        Set<Long> departments = operator.departments(Function.REPORT_VIEW);
        return reports.find(departments, campaign).orElseThrow(NotFound::new);
    }

    private static String chart(Page page, List<Report.Moment> moments, boolean opens) {
        Map<String, Object> chart = new LinkedHashMap<>();
        chart.put("kind", "bar");
        chart.put("labels", moments.stream().map(moment -> page.shortTime(moment.from())).toList());
        chart.put("series", List.of(Map.of(
                "name", page.t(opens ? "report.openers" : "report.clickers"),
                "values", moments.stream().map(moment -> opens ? moment.opens() : moment.clicks()).toList(),
                "color", opens ? "chart-1" : "chart-2")));
        return JSON.writeValueAsString(chart);
    }
}
