package todoku.customer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
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
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.multipart.MultipartFile;
import org.springframework.web.servlet.View;
import org.springframework.web.servlet.mvc.method.annotation.StreamingResponseBody;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;
import todoku.web.Uploads;

/// 一括登録: a file is sent, looked at, and registered in the background; its results are kept ten days.
@Controller
class ImportPages {
    private static final int SHOWN = 50;

    private final Database database;
    private final CustomerImport imports;
    private final ImportJobs jobs;
    private final Groups groups;
    private final Uploads uploads;
    private final Audit audit;

    ImportPages(Database database, CustomerImport imports, ImportJobs jobs, Groups groups, Uploads uploads, Audit audit) {
        this.database = database;
        this.imports = imports;
        this.jobs = jobs;
        this.groups = groups;
        this.uploads = uploads;
        this.audit = audit;
    }

    @GetMapping("/imports")
    @Allowed(Function.CUSTOMER_VIEW)
    View list() {
        return Screen.of("customer/imports").with("imports", imports.latest(SHOWN));
    }

    @GetMapping("/imports/new")
    @Allowed(Function.CUSTOMER_IMPORT)
    View form() {
        return formScreen(null);
    }

    /// Nothing is registered yet: the file is shown as it was understood.
    @PostMapping(value = "/imports/look", params = "!token")
    @Allowed(Function.CUSTOMER_IMPORT)
    View look(
            Page page,
            @RequestParam MultipartFile file,
            @RequestParam(defaultValue = "0") long group,
            @RequestParam(defaultValue = "") String newGroup,
            @RequestParam(defaultValue = "false") boolean overwrite,
            @RequestParam(defaultValue = "ADDRESS") ImportKey key,
            @RequestParam(defaultValue = "") String consentSource)
            throws IOException {
        if (file.isEmpty()) return formScreen(page.t("customer.import.no-file"));
        String name = newGroup.strip();
        if (group == 0 && name.isEmpty()) return formScreen(page.t("customer.import.no-group"));
        if (name.length() > Groups.NAME_LIMIT_CHARS) return formScreen(page.t("customer.group.bad-name", Groups.NAME_LIMIT_CHARS));
        if (tooLong(consentSource)) return formScreen(page.t("customer.import.consent.too-long", CustomerImport.CONSENT_LIMIT_CHARS));
        // Whoever typed a name wants a new group, whatever the list above it shows.
        long existing = name.isEmpty() ? group : 0;
        String groupName = existing == 0 ? name : groups.find(existing).orElseThrow(NotFound::new).name();
        String token = uploads.keep(file);
        return lookScreen(page, new ImportForm(
                token, fileName(file), existing, groupName, overwrite, key, plain(consentSource), ImportReading.AUTOMATIC), null);
    }

    /// The kept file again, read as was chosen.
    @PostMapping(value = "/imports/look", params = "token")
    @Allowed(Function.CUSTOMER_IMPORT)
    View lookAgain(Page page, @RequestParam Map<String, String> typed) throws IOException {
        ImportForm form = form(typed);
        if (tooLong(form.consentSource())) return formScreen(page.t("customer.import.consent.too-long", CustomerImport.CONSENT_LIMIT_CHARS));
        return lookScreen(page, form, null);
    }

    /// @param error null: only what the file itself says
    private View lookScreen(Page page, ImportForm form, @Nullable String error) throws IOException {
        Path kept = uploads.find(form.token()).orElse(null);
        if (kept == null) return formScreen(page.t("customer.import.gone"));
        return switch (imports.look(kept, form.key(), form.reading())) {
            case ImportPreview.Look.Unusable(String why, ImportPreview preview) ->
                lookScreen(form, preview, page.t("customer.import.unusable", form.file(), why), false);
            case ImportPreview.Look.Fine(ImportPreview preview) -> lookScreen(form, preview, error, true);
        };
    }

    private static Screen lookScreen(ImportForm form, @Nullable ImportPreview preview, @Nullable String error, boolean usable) {
        return Screen.of("customer/import-look")
                .with("form", form)
                .with("preview", preview)
                .with("error", error)
                .with("usable", usable)
                .status(error == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    private static ImportForm form(Map<String, String> typed) {
        return new ImportForm(
                typed.getOrDefault("token", ""),
                plain(typed.getOrDefault("file", "")),
                number(typed.getOrDefault("group", "")),
                typed.getOrDefault("groupName", "").strip(),
                typed.getOrDefault("overwrite", "").equals("true"),
                typed.getOrDefault("key", "").equals(ImportKey.NUMBER.name()) ? ImportKey.NUMBER : ImportKey.ADDRESS,
                plain(typed.getOrDefault("consentSource", "")),
                ImportReading.typed(typed));
    }

    private static long number(String typed) {
        return typed.matches("\\d{1,18}") ? Long.parseLong(typed) : 0;
    }

    @PostMapping("/imports")
    @Allowed(Function.CUSTOMER_IMPORT)
    View start(Operator operator, Page page, @RequestParam Map<String, String> typed) throws IOException {
        ImportForm form = form(typed);
        if (tooLong(form.consentSource())) return formScreen(page.t("customer.import.consent.too-long", CustomerImport.CONSENT_LIMIT_CHARS));
        if (form.group() == 0 && form.groupName().isEmpty()) return formScreen(page.t("customer.import.no-group"));
        Path kept = uploads.find(form.token()).orElse(null);
        if (kept == null) return formScreen(page.t("customer.import.gone"));
        if (!form.reading().json().equals(typed.getOrDefault("seen", ImportReading.AUTOMATIC.json())))
            return lookScreen(page, form, page.t("customer.import.not-seen"));
        long department = operator.departments(Function.CUSTOMER_IMPORT).stream().min(Long::compare).orElseThrow();
        long target = form.group() != 0
                ? groups.find(form.group()).orElseThrow(NotFound::new).id()
                : groups.findOrCreate(department, form.groupName()).id();
        @Nullable String consent = form.consentSource().isEmpty() ? null : form.consentSource();
        ImportProgress started =
                imports.start(kept, new ImportChoices(form.file(), target, form.overwrite(), form.key(), consent, form.reading()));
        Map<String, Object> chosen = new LinkedHashMap<>();
        chosen.put("file", form.file());
        chosen.put("lines", started.linesTotal());
        chosen.put("group", target);
        chosen.put("key", form.key());
        chosen.put("overwrite", form.overwrite());
        if (consent != null) chosen.put("consentSource", consent);
        if (!form.reading().automatic()) chosen.put("reading", form.reading().json());
        database.inTransaction(() -> audit.write(operator, "customer.import", "import:" + started.id(), null, chosen));
        if (started.state() == ImportProgress.State.RUNNING) jobs.run(started.id(), form.token());
        return Redirect.to("/imports/" + started.id());
    }

    @GetMapping("/imports/{id}")
    @Allowed(Function.CUSTOMER_VIEW)
    View show(@PathVariable long id) {
        return Screen.of("customer/import").with("progress", progress(id));
    }

    /// The part that moves.
    @GetMapping("/imports/{id}/now")
    @Allowed(Function.CUSTOMER_VIEW)
    View now(@PathVariable long id) {
        return Screen.of("customer/import-now").with("progress", progress(id));
    }

    @GetMapping("/imports/{id}/{lineClass}.csv")
    @Allowed(Function.DOWNLOAD)
    ResponseEntity<StreamingResponseBody> result(Operator operator, Page page, @PathVariable long id, @PathVariable LineClass lineClass) {
        progress(id);
        operatorSeesPersonalData(operator);
        database.inTransaction(() -> audit.write(operator, "customer.import-result", "import:" + id, null, Map.of("class", lineClass)));
        String name = page.t("customer.import.file", id, page.t("customer.class." + lineClass.name()));
        return ResponseEntity.ok()
                .header(HttpHeaders.CONTENT_TYPE, "text/csv;charset=windows-31j")
                .header(HttpHeaders.CONTENT_DISPOSITION,
                        ContentDisposition.attachment().filename(name, StandardCharsets.UTF_8).build().toString())
                .body(out -> imports.resultCsv(id, lineClass, out));
    }

    private static void operatorSeesPersonalData(Operator operator) {
        if (!operator.may(Function.PERSONAL_DATA)) throw new todoku.access.NotAllowed(Function.PERSONAL_DATA);
    }

    private ImportProgress progress(long id) {
        try {
            return imports.progress(id);
        } catch (org.springframework.dao.EmptyResultDataAccessException e) {
            throw new NotFound();
        }
    }

    private Screen formScreen(@Nullable String error) {
        List<Group> all = groups.all();
        return Screen.of("customer/import-new")
                .with("groups", all)
                .with("error", error)
                .status(error == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    private static boolean tooLong(String consentSource) {
        return plain(consentSource).length() > CustomerImport.CONSENT_LIMIT_CHARS;
    }

    /// One line of text.
    private static String plain(String typed) {
        return typed.replaceAll("\\p{Cntrl}+", " ").strip();
    }

    private static String fileName(MultipartFile file) {
        String name = file.getOriginalFilename() == null ? "" : file.getOriginalFilename();
        String last = name.substring(Math.max(name.lastIndexOf('/'), name.lastIndexOf('\\')) + 1);
        String plain = last.replaceAll("\\p{Cntrl}", "");
        return plain.length() > 100 ? plain.substring(0, 100) : plain;
    }
}
