package todoku.customer;

import jakarta.servlet.http.HttpServletRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.servlet.View;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// Customers as CSV: columns are chosen, the file is written in the background and kept ten days.
@Controller
class ExportPages {
    private static final int SHOWN = 50;

    /// How many customers are counted before the form says "more than that".
    private static final int COUNTED = 10_000;

    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("uuuuMMdd-HHmm");

    private final Database database;
    private final Exports exports;
    private final SelectionWords words;
    private final Audit audit;
    private final ZoneId zone;

    ExportPages(Database database, Exports exports, SelectionWords words, Audit audit, ZoneId zone) {
        this.database = database;
        this.exports = exports;
        this.words = words;
        this.audit = audit;
        this.zone = zone;
    }

    @GetMapping("/exports")
    @Allowed(Function.DOWNLOAD)
    View list(Page page) {
        List<ExportRow> rows = exports.latest(SHOWN).stream().map(each -> new ExportRow(each, words.said(page, each.selection()))).toList();
        return Screen.of("customer/exports").with("rows", rows);
    }

    @GetMapping("/exports/new")
    @Allowed(Function.DOWNLOAD)
    View form(Operator operator, Page page, HttpServletRequest request) {
        return formScreen(operator, page, words.asked(operator, request), null);
    }

    @PostMapping("/exports")
    @Allowed(Function.DOWNLOAD)
    View start(Operator operator, Page page, HttpServletRequest request) {
        Selection selection = words.asked(operator, request);
        @Nullable String[] columns = request.getParameterValues("column");
        List<String> ids = columns == null ? List.of() : Arrays.asList(columns);
        ExportFormat format = ExportFormat.typed(request.getParameter("format"));
        return ExportColumn.chosen(exports.columns(operator, selection), ids)
                .<View>map(chosen -> Redirect.to("/exports/" + exports.start(operator, selection, chosen, format)))
                .orElseGet(() -> formScreen(operator, page, selection, page.t("customer.export.no-columns", ExportColumn.MOST)));
    }

    private Screen formScreen(Operator operator, Page page, Selection selection, @Nullable String error) {
        return Screen.of("customer/export-new")
                .with("selection", selection)
                .with("said", words.said(page, selection))
                .with("count", exports.countUpTo(selection, COUNTED))
                .with("counted", COUNTED)
                .with("columns", exports.columns(operator, selection))
                .with("error", error)
                .status(error == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    @GetMapping("/exports/{id}")
    @Allowed(Function.DOWNLOAD)
    View show(Page page, @PathVariable long id) {
        ExportProgress export = export(id);
        return Screen.of("customer/export")
                .with("export", export)
                .with("said", words.said(page, export.selection()))
                .with("there", exports.file(export).isPresent());
    }

    /// The part that moves.
    @GetMapping("/exports/{id}/now")
    @Allowed(Function.DOWNLOAD)
    View now(@PathVariable long id) {
        ExportProgress export = export(id);
        return Screen.of("customer/export-now").with("export", export).with("there", exports.file(export).isPresent());
    }

    @PostMapping("/exports/{id}/stop")
    @Allowed(Function.DOWNLOAD)
    View stop(Operator operator, Page page, @PathVariable long id) {
        export(id);
        boolean stopped = exports.stop(operator, id);
        return Redirect.to("/exports/" + id).saying(page.t(stopped ? "customer.export.stopped" : "customer.export.ended"));
    }

    /// A file with 個人情報, or with groups of other departments, is for those who see them.
    @GetMapping("/exports/{id}/file")
    @Allowed(Function.DOWNLOAD)
    ResponseEntity<StreamingResponseBody> file(Operator operator, @PathVariable long id) {
        ExportProgress export = export(id);
        if (!export.masked() && !operator.may(Function.PERSONAL_DATA)) throw new NotAllowed(Function.PERSONAL_DATA);
        if (!operator.departments(Function.CUSTOMER_VIEW).containsAll(export.departments())) throw new NotAllowed(Function.CUSTOMER_VIEW);
        Path file = exports.file(export).orElseThrow(NotFound::new);
        database.inTransaction(() ->
                audit.write(operator, "customer.export-file", "export:" + id, null, Map.of("rows", export.done(), "masked", export.masked())));
        String name = "customers-" + STAMP.format(export.startedAt().atZone(zone)) + export.format().ending();
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, export.format().mediaType())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name, StandardCharsets.UTF_8).build().toString())
                .body(out -> Files.copy(file, out));
    }

    private ExportProgress export(long id) {
        return exports.find(id).orElseThrow(NotFound::new);
    }
}
