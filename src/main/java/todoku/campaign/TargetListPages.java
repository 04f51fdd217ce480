package todoku.campaign;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Masking;
import todoku.access.Operator;
import todoku.customer.ExportFormat;
import todoku.customer.ExportTarget;
import todoku.customer.Spreadsheet;
import todoku.database.Database;
import todoku.segment.Rules;
import todoku.web.NotFound;
import todoku.web.Page;

/// 対象者リスト as a file, to be looked through before a campaign is reserved.
@Controller
class TargetListPages {
    private final Desk desk;
    private final TargetList list;
    private final Rules rules;
    private final Database database;
    private final Audit audit;

    TargetListPages(Desk desk, TargetList list, Rules rules, Database database, Audit audit) {
        this.desk = desk;
        this.list = list;
        this.rules = rules;
        this.database = database;
        this.audit = audit;
    }

    /// Once it has started, its log says what became of everybody.
    @GetMapping("/campaigns/{id}/target-list")
    @Allowed(Function.DOWNLOAD)
    ResponseEntity<StreamingResponseBody> download(
            Operator operator, Page page, @PathVariable long id, @RequestParam(required = false) @Nullable String format) {
        Campaign campaign = desk.find(id, operator);
        operator.require(Function.DOWNLOAD, campaign.departmentId());
        Target target = campaign.draft().target();
        boolean over = campaign.state().hasStarted() || campaign.state().hasEnded();
        if (over || !rules.problems(target.rule()).isEmpty()) throw new NotFound();
        ExportFormat typed = ExportFormat.typed(format);
        database.inTransaction(() -> audit.write(
                operator, "campaign.target-list", "campaign:" + id, null,
                Map.of("format", typed.name(), "masked", page.mask().masked(), "target", target.toString())));
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, typed.mediaType())
                .header(HttpHeaders.CACHE_CONTROL, "no-store")
                .header(
                        HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename("target-" + id + typed.ending(), StandardCharsets.UTF_8).build().toString())
                .body(out -> write(page, target, typed, out));
    }

    private void write(Page page, Target target, ExportFormat format, OutputStream out) throws IOException {
        try (ExportTarget file = ExportTarget.of(out, format)) {
            file.write(List.of(
                    page.t("campaign.target-list.number"), page.t("campaign.target-list.name"), page.t("campaign.target-list.address"),
                    page.t("campaign.target-list.standing"), page.t("campaign.target-list.sent"), page.t("campaign.target-list.excluded")));
            list.each(target, each -> {
                try {
                    file.write(row(page::t, page.mask(), each));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    static List<String> row(UnaryOperator<String> texts, Masking mask, TargetList.Selected each) {
        String excluded = each.excluded();
        return List.of(
                Spreadsheet.harmless(mask.text(each.number())),
                Spreadsheet.harmless(mask.name(each.name())),
                Spreadsheet.harmless(mask.address(each.address())),
                texts.apply(each.standing().isEmpty() ? "campaign.target-list.subscribed" : "campaign.excluded." + each.standing()),
                texts.apply(excluded == null ? "campaign.target-list.yes" : "campaign.target-list.no"),
                excluded == null ? "" : texts.apply("campaign.excluded." + excluded));
    }
}
