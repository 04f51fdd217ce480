package todoku.customer.source;

import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.Field;
import todoku.customer.Fields;
import todoku.customer.Group;
import todoku.customer.Groups;
import todoku.customer.ImportKey;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 連携データベース: whose tables are read, what their columns mean, and what became of every reading.
@Controller
class SourcePages {
    private static final int RUNS_SHOWN = 20;
    private static final String HOME = "/customers/sources";

    private final Database database;
    private final Synchronisation synchronisation;
    private final Sources sources;
    private final Groups groups;
    private final Fields fields;
    private final Audit audit;

    SourcePages(Database database, Synchronisation synchronisation, Groups groups, Fields fields, Audit audit) {
        this.database = database;
        this.synchronisation = synchronisation;
        this.sources = synchronisation.sources;
        this.groups = groups;
        this.fields = fields;
        this.audit = audit;
    }

    @GetMapping(HOME)
    @Allowed(Function.OUTSIDE_DATABASE)
    View list(Operator operator) {
        Map<Long, Run> last = new HashMap<>();
        synchronisation.runs.last().forEach(run -> last.put(run.source(), run));
        Map<Long, String> names = new HashMap<>();
        mine(operator).forEach(group -> names.put(group.id(), group.name()));
        List<SourceRow> rows = sources.all().stream().filter(source -> names.containsKey(source.group()))
                .map(source -> new SourceRow(source, names.getOrDefault(source.group(), ""), last.get(source.id()))).toList();
        return Screen.of("source/list").with("rows", rows);
    }

    @GetMapping(HOME + "/new")
    @Allowed(Function.OUTSIDE_DATABASE)
    View form(Operator operator) {
        return formScreen(operator, Source.blank(), SourceForm.empty(), Map.of());
    }

    @PostMapping(HOME)
    @Allowed(Function.OUTSIDE_DATABASE)
    View add(Operator operator, Page page, @RequestParam Map<String, String> typed) {
        var form = new SourceForm(typed);
        Map<String, String> errors = errors(operator, page, form, 0);
        if (!errors.isEmpty()) return formScreen(operator, Source.blank(), form, errors);
        Source wanted = form.source(Source.blank());
        long id = database.inTransaction((Supplier<Long>) () -> {
            long added = sources.add(wanted, form.password(), operator.id());
            audit.write(operator, "source.add", subject(added), null, wanted.shown());
            return added;
        });
        return Redirect.to(HOME + "/" + id).saying(page.t("source.added", wanted.name()));
    }

    @GetMapping(HOME + "/{id}")
    @Allowed(Function.OUTSIDE_DATABASE)
    View show(Operator operator, @PathVariable long id) {
        return showScreen(source(operator, id), null);
    }

    /// The part that moves.
    @GetMapping(HOME + "/{id}/now")
    @Allowed(Function.OUTSIDE_DATABASE)
    View now(Operator operator, @PathVariable long id) {
        Source source = source(operator, id);
        return Screen.of("source/runs").with("source", source).with("runs", synchronisation.runs.of(id, RUNS_SHOWN));
    }

    @GetMapping(HOME + "/{id}/edit")
    @Allowed(Function.OUTSIDE_DATABASE)
    View edit(Operator operator, @PathVariable long id) {
        Source source = source(operator, id);
        return formScreen(operator, source, SourceForm.of(source), Map.of());
    }

    @PostMapping(HOME + "/{id}")
    @Allowed(Function.OUTSIDE_DATABASE)
    View save(Operator operator, Page page, @PathVariable long id, @RequestParam int version, @RequestParam Map<String, String> typed) {
        Source before = source(operator, id);
        var form = new SourceForm(typed);
        Map<String, String> errors = errors(operator, page, form, id);
        if (!errors.isEmpty()) return formScreen(operator, before, form, errors);
        Source wanted = form.source(before.mapped(before.mapping(), version));
        @Nullable String password = form.password().isEmpty() ? null : form.password();
        if (password == null && leadsElsewhere(before, wanted))
            return formScreen(operator, before, form, Map.of("password", page.t("source.bad.password-again")));
        if (!saved(operator, before, wanted, password, "source.edit"))
            return formScreen(operator, source(operator, id), form, Map.of("version", stale(page, operator, id))).status(HttpStatus.CONFLICT);
        return Redirect.to(HOME + "/" + id).saying(page.t("source.saved", wanted.name()));
    }

    /// The password is for the server it was typed for: whoever names another one must know it.
    private static boolean leadsElsewhere(Source before, Source wanted) {
        return !before.host().equals(wanted.host()) || before.port() != wanted.port() || before.kind() != wanted.kind()
                || !before.username().equals(wanted.username()) || before.tls() != wanted.tls();
    }

    private boolean saved(Operator operator, Source before, Source wanted, @Nullable String password, String act) {
        return database.inTransaction((Supplier<Boolean>) () -> {
            if (!sources.edit(wanted, password, operator.id())) return false;
            Map<String, Object> after = wanted.shown();
            if (password != null) after.put("password", "***");
            audit.write(operator, act, subject(wanted.id()), before.shown(), after);
            return true;
        });
    }

    @PostMapping(HOME + "/{id}/test")
    @Allowed(Function.OUTSIDE_DATABASE)
    View test(Operator operator, Page page, @PathVariable long id) {
        Source source = source(operator, id);
        done(operator, "source.test", id);
        try {
            return Redirect.to(HOME + "/" + id).saying(page.t("source.test.well", synchronisation.test(source)));
        } catch (Trouble e) {
            return troubled(source, e);
        }
    }

    @PostMapping(HOME + "/{id}/preview")
    @Allowed(Function.OUTSIDE_DATABASE)
    View preview(Operator operator, Page page, @PathVariable long id) {
        return previewScreen(operator, source(operator, id), null, null);
    }

    private View previewScreen(Operator operator, Source source, @Nullable Map<String, String> chosen, @Nullable String error) {
        done(operator, "source.preview", source.id());
        List<String> keys = keys();
        try {
            Preview preview = synchronisation.preview(source, keys);
            Map<String, String> meanings = chosen != null ? chosen : source.mapping().isEmpty() ? preview.suggested() : source.mapping();
            return Screen.of("source/preview").with("source", source).with("preview", preview).with("meanings", meanings)
                    .with("choices", Meanings.all(keys)).with("error", error)
                    .status(error == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
        } catch (Trouble e) {
            return troubled(source, e);
        }
    }

    @PostMapping(HOME + "/{id}/mapping")
    @Allowed(Function.OUTSIDE_DATABASE)
    View map(Operator operator, Page page, @PathVariable long id, @RequestParam int version, @RequestParam Map<String, String> typed) {
        Source before = source(operator, id);
        Map<String, String> chosen = new LinkedHashMap<>();
        Set<String> choices = new HashSet<>(Meanings.all(keys()));
        for (int i = 0; i < OutsideReader.MOST_COLUMNS; i++) {
            String meaning = typed.getOrDefault("meaning." + i, "");
            if (choices.contains(meaning)) chosen.put(typed.getOrDefault("column." + i, ""), meaning);
        }
        Source wanted = before.mapped(chosen, version);
        if (new HashSet<>(chosen.values()).size() < chosen.size()) return previewScreen(operator, before, chosen, page.t("source.bad.meaning-twice"));
        if (!wanted.isMapped())
            return previewScreen(operator, before, chosen, page.t(before.key() == ImportKey.ADDRESS ? "source.bad.no-address" : "source.bad.no-number"));
        if (!saved(operator, before, wanted, null, "source.map"))
            return previewScreen(operator, source(operator, id), chosen, stale(page, operator, id));
        return Redirect.to(HOME + "/" + id).saying(page.t("source.mapped"));
    }

    @PostMapping(HOME + "/{id}/run")
    @Allowed(Function.OUTSIDE_DATABASE)
    View run(Operator operator, Page page, @PathVariable long id, @RequestParam(defaultValue = "false") boolean all) {
        Source source = source(operator, id);
        if (!source.isMapped()) return troubled(source, new Trouble(Trouble.Kind.NOT_MAPPED, ""));
        Optional<Long> opened = database.inTransaction((Supplier<Optional<Long>>) () -> {
            Optional<Long> run = synchronisation.open(source, all, operator.id());
            run.ifPresent(number -> audit.write(operator, "source.run", subject(id), null, Map.of("run", number, "all", all)));
            return run;
        });
        opened.ifPresent(synchronisation::begin);
        return Redirect.to(HOME + "/" + id).saying(page.t(opened.isPresent() ? "source.run.begun" : "source.run.already"));
    }

    /// Somebody has looked, and those whose rows are gone leave.
    @PostMapping(HOME + "/{id}/runs/{run}/take-out")
    @Allowed(Function.OUTSIDE_DATABASE)
    View takeOut(Operator operator, Page page, @PathVariable long id, @PathVariable long run) {
        Source source = source(operator, id);
        boolean approved = database.inTransaction((Supplier<Boolean>) () -> synchronisation.approve(source, run) && written(operator, "source.take-out", id, run));
        if (approved) synchronisation.begin(run);
        return Redirect.to(HOME + "/" + id).saying(page.t(approved ? "source.answered" : "source.run.already"));
    }

    @PostMapping(HOME + "/{id}/runs/{run}/leave")
    @Allowed(Function.OUTSIDE_DATABASE)
    View leave(Operator operator, Page page, @PathVariable long id, @PathVariable long run) {
        source(operator, id);
        boolean left = database.inTransaction((Supplier<Boolean>) () -> synchronisation.runs.answered(id, run) && written(operator, "source.leave", id, run));
        return Redirect.to(HOME + "/" + id).saying(page.t(left ? "source.left" : "source.run.already"));
    }

    private boolean written(Operator operator, String act, long id, long run) {
        audit.write(operator, act, subject(id), null, Map.of("run", run));
        return true;
    }

    @PostMapping(HOME + "/{id}/delete")
    @Allowed(Function.OUTSIDE_DATABASE)
    View delete(Operator operator, Page page, @PathVariable long id) {
        Source source = source(operator, id);
        boolean deleted = database.inTransaction((Supplier<Boolean>) () -> {
            if (!sources.delete(id)) return false;
            audit.write(operator, "source.delete", subject(id), source.shown(), null);
            return true;
        });
        return deleted ? Redirect.to(HOME).saying(page.t("source.deleted", source.name())) : Redirect.to(HOME + "/" + id).saying(page.t("source.run.already"));
    }

    private Source source(Operator operator, long id) {
        Source source = sources.find(id).orElseThrow(NotFound::new);
        operator.require(Function.OUTSIDE_DATABASE, groups.find(source.group()).orElseThrow(NotFound::new).departmentId());
        return source;
    }

    private List<Group> mine(Operator operator) {
        return groups.all().stream().filter(group -> operator.may(Function.OUTSIDE_DATABASE, group.departmentId())).toList();
    }

    private List<String> keys() {
        return fields.all().stream().map(Field::key).toList();
    }

    private void done(Operator operator, String act, long id) {
        database.inTransaction(() -> audit.write(operator, act, subject(id), null, null));
    }

    private static String subject(long id) {
        return "source:" + id;
    }

    private Map<String, String> errors(Operator operator, Page page, SourceForm form, long id) {
        List<Group> mine = mine(operator);
        Map<String, String> errors = new HashMap<>();
        form.wrong(id == 0, group -> mine.stream().anyMatch(each -> each.id() == group))
                .forEach((field, wrong) -> errors.put(field, page.t("source.bad." + wrong.key(), wrong.values())));
        if (!errors.containsKey("name") && sources.isTaken(form.get("name"), id)) errors.put("name", page.t("source.bad.taken"));
        return errors;
    }

    private String stale(Page page, Operator operator, long id) {
        return page.t("web.stale", source(operator, id).name());
    }

    private Screen formScreen(Operator operator, Source source, SourceForm form, Map<String, String> errors) {
        return Screen.of("source/edit").with("source", source).with("form", form).with("groups", mine(operator)).with("errors", errors)
                .status(errors.isEmpty() ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    private Screen showScreen(Source source, @Nullable Trouble trouble) {
        return Screen.of("source/show").with("source", source).with("group", groups.find(source.group()).map(Group::name).orElse(""))
                .with("runs", synchronisation.runs.of(source.id(), RUNS_SHOWN))
                .with("trouble", trouble == null ? null : trouble.kind().name()).with("detail", trouble == null ? "" : trouble.detail());
    }

    private Screen troubled(Source source, Trouble trouble) {
        return showScreen(source, trouble).status(HttpStatus.UNPROCESSABLE_CONTENT);
    }
}
