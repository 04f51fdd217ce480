package todoku.customer.record;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
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
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.View;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.customer.ImportReading;
import todoku.customer.LineClass;
import todoku.customer.SheetFile;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;
import todoku.web.Uploads;

/// A file of records is sent, looked at, and registered in the background.
@Controller
class RecordImportPages {
    private final Database database;
    private final RecordKinds kinds;
    private final RecordImport imports;
    private final RecordImportJobs jobs;
    private final Uploads uploads;
    private final Audit audit;

    RecordImportPages(Database database, RecordKinds kinds, RecordImport imports, RecordImportJobs jobs, Uploads uploads, Audit audit) {
        this.database = database;
        this.kinds = kinds;
        this.imports = imports;
        this.jobs = jobs;
        this.uploads = uploads;
        this.audit = audit;
    }

    @GetMapping("/customers/records/kinds/{id}/import")
    @Allowed(Function.CUSTOMER_IMPORT)
    View form(@PathVariable long id) {
        return formScreen(kind(id), null);
    }

    /// Nothing is registered yet: the file is shown as it was understood.
    @PostMapping(value = "/customers/records/kinds/{id}/look", params = "!token")
    @Allowed(Function.CUSTOMER_IMPORT)
    View look(Page page, @PathVariable long id, @RequestParam MultipartFile file, @RequestParam Map<String, String> typed) throws IOException {
        RecordKind kind = kind(id);
        if (file.isEmpty()) return formScreen(kind, page.t("record.import.no-file"));
        RecordImportForm form = RecordImportForm.of(typed, kind);
        String token = uploads.keep(file), name = RecordImportForm.fileName(file.getOriginalFilename());
        SheetFile.Outcome sheet = SheetFile.asCsv(uploads.find(token).orElseThrow());
        if (sheet instanceof SheetFile.Outcome.Refused(String why)) return formScreen(kind, page.t("record.import.unusable", name, why));
        return lookScreen(page, new RecordImportForm(token, name, kind, form.customerBy(), form.overwrite(), form.reading()), null)
                .with("sheet", sheet instanceof SheetFile.Outcome.Converted converted ? converted : null);
    }

    /// The kept file again, read as was chosen.
    @PostMapping(value = "/customers/records/kinds/{id}/look", params = "token")
    @Allowed(Function.CUSTOMER_IMPORT)
    View lookAgain(Page page, @PathVariable long id, @RequestParam Map<String, String> typed) throws IOException {
        return lookScreen(page, RecordImportForm.of(typed, kind(id)), null);
    }

    @PostMapping("/customers/records/kinds/{id}/import")
    @Allowed(Function.CUSTOMER_IMPORT)
    View start(Operator operator, Page page, @PathVariable long id, @RequestParam Map<String, String> typed) throws IOException {
        RecordImportForm form = RecordImportForm.of(typed, kind(id));
        Path kept = uploads.find(form.token()).orElse(null);
        if (kept == null) return formScreen(form.kind(), page.t("record.import.gone"));
        if (!form.reading().json().equals(typed.getOrDefault("seen", form.reading().json())))
            return lookScreen(page, form, page.t("record.import.not-seen"));
        RecordProgress started = imports.start(kept, form.choices());
        database.inTransaction(() -> audit.write(operator, "record.import", "record-import:" + started.id(), null, form.choices()));
        if (started.state() == RecordProgress.State.RUNNING) jobs.run(started.id(), form.token());
        return Redirect.to("/customers/records/imports/" + started.id());
    }

    @GetMapping("/customers/records/imports/{id}")
    @Allowed(Function.CUSTOMER_VIEW)
    View show(@PathVariable long id) {
        return Screen.of("record/import").with("progress", progress(id));
    }

    /// The part that moves.
    @GetMapping("/customers/records/imports/{id}/now")
    @Allowed(Function.CUSTOMER_VIEW)
    View now(@PathVariable long id) {
        return Screen.of("record/import-now").with("progress", progress(id));
    }

    @GetMapping("/customers/records/imports/{id}/{lineClass}.csv")
    @Allowed(Function.DOWNLOAD)
    ResponseEntity<StreamingResponseBody> result(Operator operator, Page page, @PathVariable long id, @PathVariable LineClass lineClass) {
        RecordProgress progress = progress(id);
        if (!operator.may(Function.PERSONAL_DATA)) throw new NotAllowed(Function.PERSONAL_DATA);
        database.inTransaction(() -> audit.write(operator, "record.import-result", "record-import:" + id, null, Map.of("class", lineClass)));
        String name = page.t("record.import.file", progress.kindLabel(), id, page.t("customer.class." + lineClass.name()));
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "text/csv;charset=windows-31j")
                .header(HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name, StandardCharsets.UTF_8).build().toString())
                .body(out -> imports.resultCsv(progress, lineClass, out));
    }

    private Screen lookScreen(Page page, RecordImportForm form, @Nullable String error) throws IOException {
        Path kept = uploads.find(form.token()).orElse(null);
        if (kept == null) return formScreen(form.kind(), page.t("record.import.gone"));
        RecordImport.Look look = imports.look(kept, form.choices());
        @Nullable String trouble = look.why() == null ? error : page.t("record.import.unusable", form.file(), look.why());
        return Screen.of("record/import-look")
                .with("form", form)
                .with("preview", look.preview())
                .with("sheet", null)
                .with("error", trouble)
                .with("seen", seen(form, look.preview()).json())
                .with("usable", look.why() == null)
                .status(trouble == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    /// What the page shows is what may be started.
    private static ImportReading seen(RecordImportForm form, @Nullable RecordPreview preview) {
        if (preview == null) return form.reading();
        Map<Integer, String> shown = new HashMap<>();
        for (int i = 0; i < preview.columns().size(); i++) shown.put(i, preview.columns().get(i).meaning().name());
        return new ImportReading(form.reading().encoding(), shown);
    }

    private static Screen formScreen(RecordKind kind, @Nullable String error) {
        return Screen.of("record/import-new")
                .with("kind", kind)
                .with("error", error)
                .status(error == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    /// One in use.
    private RecordKind kind(long id) {
        return kinds.find(id).filter(kind -> kind.retiredAt() == null).orElseThrow(NotFound::new);
    }

    private RecordProgress progress(long id) {
        return imports.progress(id).orElseThrow(NotFound::new);
    }
}
