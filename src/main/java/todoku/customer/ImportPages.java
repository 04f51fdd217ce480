package todoku.customer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.InstantSource;
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
    private final InstantSource clock;

    ImportPages(
            Database database, CustomerImport imports, ImportJobs jobs, Groups groups, Uploads uploads, Audit audit, InstantSource clock) {
        this.database = database;
        this.imports = imports;
        this.jobs = jobs;
        this.groups = groups;
        this.uploads = uploads;
        this.audit = audit;
        this.clock = clock;
    }

    @GetMapping("/imports")
    @Allowed(Function.CUSTOMER_VIEW)
    View list() {
        List<ImportRow> rows = imports.latest(SHOWN).stream().map(this::row).toList();
        return Screen.of("customer/imports").with("rows", rows);
    }

    private ImportRow row(ImportProgress progress) {
        int before = progress.state() == ImportProgress.State.QUEUED ? imports.before(progress.id()) : 0;
        return new ImportRow(progress, before, progress.kept(clock.instant()));
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
            Operator operator,
            Page page,
            @RequestParam MultipartFile file,
            @RequestParam(defaultValue = "0") long group,
            @RequestParam(defaultValue = "") String newGroup,
            @RequestParam(defaultValue = "ADD") ImportMode mode,
            @RequestParam(defaultValue = "ADDRESS") ImportKey key,
            @RequestParam(defaultValue = "") String consentSource)
            throws IOException {
        if (file.isEmpty()) return formScreen(page.t("customer.import.no-file"));
        allowed(operator, mode);
        String name = mode.registers() ? newGroup.strip() : "";
        if (group == 0 && name.isEmpty() && mode.needsGroup())
            return formScreen(page.t(mode.registers() ? "customer.import.no-group" : "customer.import.no-existing-group"));
        if (name.length() > Groups.NAME_LIMIT_CHARS) return formScreen(page.t("customer.group.bad-name", Groups.NAME_LIMIT_CHARS));
        if (tooLong(consentSource)) return formScreen(page.t("customer.import.consent.too-long", CustomerImport.CONSENT_LIMIT_CHARS));
        // Whoever typed a name wants a new group, whatever the list above it shows.
        long existing = name.isEmpty() && mode.needsGroup() ? group : 0;
        String groupName = existing == 0 ? name : group(operator, existing).name();
        String token = uploads.keep(file);
        SheetFile.Outcome sheet = SheetFile.asCsv(uploads.find(token).orElseThrow());
        if (sheet instanceof SheetFile.Outcome.Refused(String why)) return formScreen(page.t("customer.import.unusable", fileName(file), why));
        return lookScreen(page, new ImportForm(
                token, fileName(file), existing, groupName, mode, key, plain(consentSource), ImportReading.AUTOMATIC), null)
                .with("sheet", sheet instanceof SheetFile.Outcome.Converted converted ? converted : null);
    }

    /// The kept file again, read as was chosen.
    @PostMapping(value = "/imports/look", params = "token")
    @Allowed(Function.CUSTOMER_IMPORT)
    View lookAgain(Operator operator, Page page, @RequestParam Map<String, String> typed) throws IOException {
        ImportForm form = form(typed);
        allowed(operator, form.mode());
        if (tooLong(form.consentSource())) return formScreen(page.t("customer.import.consent.too-long", CustomerImport.CONSENT_LIMIT_CHARS));
        return lookScreen(page, form, null);
    }

    /// @param error null: only what the file itself says
    private Screen lookScreen(Page page, ImportForm form, @Nullable String error) throws IOException {
        Path kept = uploads.find(form.token()).orElse(null);
        if (kept == null) return formScreen(page.t("customer.import.gone"));
        return switch (imports.look(kept, form.mode(), form.key(), form.reading())) {
            case ImportPreview.Look.Unusable(String why, ImportPreview preview) ->
                lookScreen(form, preview, page.t("customer.import.unusable", form.file(), why), false, 0);
            case ImportPreview.Look.Fine(ImportPreview preview) -> lookScreen(form, preview, error, true, known(form, kept));
        };
    }

    /// What cannot be taken back is counted before.
    private int known(ImportForm form, Path kept) throws IOException {
        return form.mode() == ImportMode.DELETE ? imports.known(kept, form.key(), form.reading()).orElse(0) : 0;
    }

    private static Screen lookScreen(
            ImportForm form, @Nullable ImportPreview preview, @Nullable String error, boolean usable, int known) {
        return Screen.of("customer/import-look")
                .with("form", form)
                .with("known", known)
                .with("sheet", null)
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
                mode(typed.getOrDefault("mode", "")),
                typed.getOrDefault("key", "").equals(ImportKey.NUMBER.name()) ? ImportKey.NUMBER : ImportKey.ADDRESS,
                plain(typed.getOrDefault("consentSource", "")),
                ImportReading.typed(typed));
    }

    private static ImportMode mode(String typed) {
        for (ImportMode mode : ImportMode.values()) if (mode.name().equals(typed)) return mode;
        return ImportMode.ADD;
    }

    private static void allowed(Operator operator, ImportMode mode) {
        if (mode == ImportMode.DELETE && !operator.may(Function.CUSTOMER_DELETE)) throw new todoku.access.NotAllowed(Function.CUSTOMER_DELETE);
    }

    private Group group(Operator operator, long id) {
        Group group = groups.find(id).orElseThrow(NotFound::new);
        operator.require(Function.CUSTOMER_IMPORT, group.departmentId());
        return group;
    }

    private static long number(String typed) {
        return typed.matches("\\d{1,18}") ? Long.parseLong(typed) : 0;
    }

    @PostMapping("/imports")
    @Allowed(Function.CUSTOMER_IMPORT)
    View start(Operator operator, Page page, @RequestParam Map<String, String> typed) throws IOException {
        ImportForm form = form(typed);
        if (tooLong(form.consentSource())) return formScreen(page.t("customer.import.consent.too-long", CustomerImport.CONSENT_LIMIT_CHARS));
        allowed(operator, form.mode());
        boolean groupless = form.group() == 0 && (form.groupName().isEmpty() || !form.mode().registers());
        if (groupless && form.mode().needsGroup()) return formScreen(page.t("customer.import.no-group"));
        Path kept = uploads.find(form.token()).orElse(null);
        if (kept == null) return formScreen(page.t("customer.import.gone"));
        if (!form.reading().json().equals(typed.getOrDefault("seen", ImportReading.AUTOMATIC.json())))
            return lookScreen(page, form, page.t("customer.import.not-seen"));
        String said = Cell.plain(typed.getOrDefault("typed", "")).replace(",", "");
        if (form.mode() == ImportMode.DELETE && !said.equals(typed.getOrDefault("known", "none")))
            return lookScreen(page, form, page.t("customer.import.not-typed"));
        long department = operator.departments(Function.CUSTOMER_IMPORT).stream().min(Long::compare).orElseThrow();
        @Nullable Long target = !form.mode().needsGroup()
                ? null
                : form.group() != 0 ? group(operator, form.group()).id() : Long.valueOf(groups.findOrCreate(department, form.groupName()).id());
        List<Long> departments = operator.departments(Function.CUSTOMER_EDIT).stream().sorted().toList();
        @Nullable String consent = form.consentSource().isEmpty() ? null : form.consentSource();
        ImportProgress started =
                imports.start(kept, new ImportChoices(form.file(), target, form.mode(), form.key(), consent, form.reading(), departments));
        Map<String, Object> chosen = new LinkedHashMap<>();
        chosen.put("file", form.file());
        chosen.put("lines", started.linesTotal());
        if (target != null) chosen.put("group", target);
        chosen.put("key", form.key());
        chosen.put("mode", form.mode());
        if (consent != null) chosen.put("consentSource", consent);
        if (!form.reading().automatic()) chosen.put("reading", form.reading().json());
        database.inTransaction(() -> audit.write(operator, "customer.import", "import:" + started.id(), null, chosen));
        if (started.state() == ImportProgress.State.RUNNING) jobs.run(started.id(), form.token());
        return Redirect.to("/imports/" + started.id());
    }

    @GetMapping("/imports/{id}")
    @Allowed(Function.CUSTOMER_VIEW)
    View show(@PathVariable long id) {
        return Screen.of("customer/import").with("row", row(progress(id)));
    }

    /// The part that moves.
    @GetMapping("/imports/{id}/now")
    @Allowed(Function.CUSTOMER_VIEW)
    View now(@PathVariable long id) {
        return Screen.of("customer/import-now").with("row", row(progress(id)));
    }

    @PostMapping("/imports/{id}/pause")
    @Allowed(Function.CUSTOMER_IMPORT)
    View pause(Operator operator, Page page, @PathVariable long id) {
        progress(id);
        return told(page, id, said(operator, "customer.import-pause", id, imports.pause(id)), "customer.import.paused");
    }

    @PostMapping("/imports/{id}/resume")
    @Allowed(Function.CUSTOMER_IMPORT)
    View resume(Operator operator, Page page, @PathVariable long id) {
        if (progress(id).state() != ImportProgress.State.PAUSED) return told(page, id, false, "");
        if (!jobs.resume(id)) return Redirect.to("/imports/" + id).saying(page.t("customer.import.file-gone"));
        return told(page, id, said(operator, "customer.import-resume", id, true), "customer.import.resumed");
    }

    @PostMapping("/imports/{id}/stop")
    @Allowed(Function.CUSTOMER_IMPORT)
    View stop(Operator operator, Page page, @PathVariable long id) throws IOException {
        progress(id);
        return told(page, id, said(operator, "customer.import-stop", id, jobs.stop(id)), "customer.import.stopped");
    }

    private boolean said(Operator operator, String act, long id, boolean done) {
        if (done) database.inTransaction(() -> audit.write(operator, act, "import:" + id, null, null));
        return done;
    }

    private static View told(Page page, long id, boolean done, String key) {
        return Redirect.to("/imports/" + id).saying(page.t(done ? key : "customer.import.ended"));
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
