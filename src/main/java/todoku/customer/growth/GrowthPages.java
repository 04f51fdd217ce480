package todoku.customer.growth;

import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.Group;
import todoku.customer.Groups;
import todoku.customer.growth.Growth.Row;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Screen;
import tools.jackson.databind.json.JsonMapper;

/// レコード数推移: 月別最大顧客レコード数, and how many came and went, for all customers and for one group.
@Controller
class GrowthPages {
    private static final Charset CP932 = Charset.forName("windows-31j");
    private static final JsonMapper JSON = JsonMapper.builder().build();

    private final Growth growth;
    private final Groups groups;

    GrowthPages(Growth growth, Groups groups) {
        this.growth = growth;
        this.groups = groups;
    }

    /// @param until the newest day to show, `2026-11-22`; today when absent
    /// @param group 0 = all customers
    @GetMapping("/reports/records")
    @Allowed(Function.REPORT_VIEW)
    View records(
            Operator operator,
            Page page,
            @RequestParam(defaultValue = "day") String span,
            @RequestParam(defaultValue = "") String until,
            @RequestParam(defaultValue = "0") long group) {
        GrowthQuestion asked = asked(operator, span, until, group);
        List<Row> rows = growth.rows(asked.span(), asked.until(), group);
        return Screen.of("customer/growth/records")
                .with("asked", asked)
                .with("groups", mine(operator))
                .with("months", growth.months())
                .with("rows", rows)
                .with("sources", group == 0 ? List.of() : growth.sources(asked.span(), asked.until(), group))
                .with("begun", growth.begun())
                .with("chart", chart(page, asked.span(), rows.reversed()));
    }

    @GetMapping("/reports/records.csv")
    @Allowed(Function.DOWNLOAD)
    ResponseEntity<byte[]> csv(
            Operator operator,
            Page page,
            @RequestParam(defaultValue = "day") String span,
            @RequestParam(defaultValue = "") String until,
            @RequestParam(defaultValue = "0") long group)
            throws IOException {
        GrowthQuestion asked = asked(operator, span, until, group);
        var text = new StringWriter();
        CsvWriter csv = CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(text);
        csv.writeRecord(
                page.t("customer.growth.span." + asked.span().key()), page.t("customer.growth.count"), page.t("customer.growth.came"),
                page.t("customer.growth.went"));
        growth.rows(asked.span(), asked.until(), group).reversed().forEach(row -> csv.writeRecord(
                asked.span().label(row.from()), Long.toString(row.count()), Long.toString(row.came()), Long.toString(row.went())));
        csv.flush();
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "text/csv;charset=windows-31j")
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment()
                                .filename(page.t("customer.growth.file"), StandardCharsets.UTF_8)
                                .build()
                                .toString())
                .body(text.toString().getBytes(CP932));
    }

    private GrowthQuestion asked(Operator operator, String spanKey, String until, long group) {
        Span span = Span.of(spanKey);
        @Nullable LocalDateTime last = null;
        try {
            if (!until.isEmpty()) last = LocalDate.parse(until).atTime(23, 0);
        } catch (DateTimeException notADay) {
            throw new NotFound();
        }
        LocalDateTime now = growth.now();
        if (last != null && last.isAfter(now)) last = null;
        LocalDateTime newest = span.begin(last == null ? now : last);
        String older = span.next(newest, 1 - span.rows).minusDays(1).toLocalDate().toString();
        String name = group == 0
                ? null
                : mine(operator).stream().filter(each -> each.id() == group).findFirst().orElseThrow(NotFound::new).name();
        return new GrowthQuestion(span, last, last == null ? "" : until, group, name, older);
    }

    private List<Group> mine(Operator operator) {
        Set<Long> departments = operator.departments(Function.REPORT_VIEW);
        return groups.all().stream().filter(group -> departments.contains(group.departmentId())).toList();
    }

    private record Series(String name, String kind, List<Long> values) {}

    private static String chart(Page page, Span span, List<Row> rows) {
        return JSON.writeValueAsString(Map.of(
                "kind", "line",
                "labels", rows.stream().map(row -> span.label(row.from())).toList(),
                "series", List.of(new Series(page.t("customer.growth.count"), "line", rows.stream().map(Row::count).toList()))));
    }
}
