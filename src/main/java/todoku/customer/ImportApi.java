package todoku.customer;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.ContentDisposition;
import org.springframework.http.HttpHeaders;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import todoku.access.Audit;
import todoku.access.Caller;
import todoku.access.Function;
import todoku.access.Scope;
import todoku.access.ScopeMissing;
import todoku.access.Scoped;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Uploads;
import todoku.web.api.ApiDocument;
import todoku.web.api.Refusal;

/// 一括登録, for programs: a file is sent, registered in the background behind those before it, and its results are fetched.
@RestController
@RequestMapping(ApiDocument.BASE + "/imports")
class ImportApi {
    private static final int LONGEST_NAME = 100;

    private final Database database;
    private final CustomerImport imports;
    private final ImportJobs jobs;
    private final Groups groups;
    private final Uploads uploads;
    private final Audit audit;

    ImportApi(Database database, CustomerImport imports, ImportJobs jobs, Groups groups, Uploads uploads, Audit audit) {
        this.database = database;
        this.imports = imports;
        this.jobs = jobs;
        this.groups = groups;
        this.uploads = uploads;
        this.audit = audit;
    }

    @PostMapping
    @Scoped(Scope.IMPORTS_WRITE)
    ResponseEntity<Map<String, Object>> start(
            Caller caller,
            @RequestParam MultipartFile file,
            @RequestParam(required = false) @Nullable Long group,
            @RequestParam(defaultValue = "ADD_AND_OVERWRITE") ImportMode mode,
            @RequestParam(defaultValue = "email") String key,
            @RequestParam(required = false) @Nullable String consentSource)
            throws IOException {
        if (mode == ImportMode.DELETE) {
            if (!caller.has(Scope.CUSTOMERS_DELETE)) throw new ScopeMissing(Scope.CUSTOMERS_DELETE);
            if (group != null) throw Refusal.invalid("group", "customer.api.no-group");
        } else if (group == null) throw Refusal.invalid("group", "web.api.bad.required");
        else if (groups.find(group).filter(found -> caller.operator().may(Function.CUSTOMER_IMPORT, found.departmentId())).isEmpty())
            throw Refusal.invalid("group", "web.api.bad.no-such");
        if (file.isEmpty()) throw Refusal.invalid("file", "web.api.bad.empty");
        String token = uploads.keep(file);
        Path kept = uploads.find(token).orElseThrow();
        if (SheetFile.asCsv(kept) instanceof SheetFile.Outcome.Refused(String why)) {
            Files.deleteIfExists(kept);
            throw Refusal.invalid("file", "customer.api.sheet", why);
        }
        var choices = new ImportChoices(name(file), group, mode, key.equals("number") ? ImportKey.NUMBER : ImportKey.ADDRESS, consentSource,
                ImportReading.AUTOMATIC, caller.operator().departments(Function.CUSTOMER_IMPORT).stream().sorted().toList());
        ImportProgress started = imports.start(kept, choices);
        Map<String, Object> chosen = new LinkedHashMap<>();
        chosen.put("file", choices.fileName());
        chosen.put("lines", started.linesTotal());
        if (group != null) chosen.put("group", group);
        chosen.put("key", choices.key());
        chosen.put("mode", mode);
        if (consentSource != null) chosen.put("consentSource", consentSource);
        database.inTransaction(() -> audit.write(caller.operator(), "customer.import", "import:" + started.id(), null, chosen));
        if (started.state() == ImportProgress.State.RUNNING) jobs.run(started.id(), token);
        else Files.deleteIfExists(kept);
        return ResponseEntity.status(HttpStatus.ACCEPTED)
                .location(URI.create(ApiDocument.BASE + "/imports/" + started.id()))
                .body(shown(imports.progress(started.id())));
    }

    @GetMapping("/{id}")
    @Scoped(Scope.IMPORTS_READ)
    Map<String, Object> show(@PathVariable long id) {
        return shown(progress(id));
    }

    /// The lines of one class as they were in the file, with what became of them: they are 個人情報.
    @GetMapping("/{id}/{lineClass}.csv")
    @Scoped({Scope.IMPORTS_READ, Scope.PERSONAL_DATA})
    ResponseEntity<StreamingResponseBody> result(Caller caller, @PathVariable long id, @PathVariable LineClass lineClass) {
        ImportProgress progress = progress(id);
        database.inTransaction(() ->
                audit.write(caller.operator(), "customer.import-result", "import:" + id, null, Map.of("class", lineClass)));
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "text/csv;charset=windows-31j")
                .header(HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename("import-" + id + "-" + lineClass.name().toLowerCase(java.util.Locale.ROOT) + ".csv").build().toString())
                .body(out -> imports.resultCsv(progress.id(), lineClass, out));
    }

    private static Map<String, Object> shown(ImportProgress progress) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("id", progress.id());
        json.put("fileName", progress.fileName());
        json.put("state", progress.state());
        json.put("mode", progress.mode());
        json.put("linesTotal", progress.linesTotal());
        json.put("linesDone", progress.linesDone());
        for (LineClass each : LineClass.values()) json.put(each.name().toLowerCase(java.util.Locale.ROOT), progress.count(each));
        json.put("why", progress.why());
        json.put("startedAt", progress.startedAt());
        json.put("endedAt", progress.endedAt());
        return json;
    }

    private ImportProgress progress(long id) {
        try {
            return imports.progress(id);
        } catch (org.springframework.dao.EmptyResultDataAccessException e) {
            throw new NotFound();
        }
    }

    private static String name(MultipartFile file) {
        String sent = file.getOriginalFilename() == null ? "" : file.getOriginalFilename();
        String name = sent.substring(Math.max(sent.lastIndexOf('/'), sent.lastIndexOf('\\')) + 1).replaceAll("\\p{Cntrl}", "");
        return name.length() > LONGEST_NAME ? name.substring(0, LONGEST_NAME) : name;
    }
}
