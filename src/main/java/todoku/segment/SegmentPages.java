package todoku.segment;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
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

/// セグメント: the list, and the page where one is written, counted and tried.
@Controller
class SegmentPages {
    private final Database database;
    private final Segments segments;
    private final Rules rules;
    private final Builder builder;
    private final SegmentDesk desk;
    private final Audit audit;

    SegmentPages(Database database, Segments segments, Rules rules, Builder builder, SegmentDesk desk, Audit audit) {
        this.database = database;
        this.segments = segments;
        this.rules = rules;
        this.builder = builder;
        this.desk = desk;
        this.audit = audit;
    }

    @GetMapping("/segments")
    @Allowed(Function.CUSTOMER_VIEW)
    View list(Operator operator, Page page) {
        Map<Long, List<Segment.User>> users = segments.users();
        List<SegmentLine> lines = segments.of(operator.departments(Function.CUSTOMER_VIEW)).stream()
                .map(each -> new SegmentLine(
                        each, rules.sentence(each.rule(), page.locale()), users.getOrDefault(each.id(), List.of()).size()))
                .toList();
        return Screen.of("segment/list").with("lines", lines);
    }

    @GetMapping("/segments/new")
    @Allowed(Function.CAMPAIGN_EDIT)
    View fresh(Operator operator, Page page) {
        Builder.Draft draft = builder.read(Map.of("act", List.of("add:")), departments(operator), page.locale());
        return screen(operator, page, null, "", 0, draft, TestView.UNASKED, Map.of());
    }

    @PostMapping("/segments")
    @Allowed(Function.CAMPAIGN_EDIT)
    View add(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        Builder.Draft draft = builder.read(form, departments(operator), page.locale());
        String name = one(form, "name").strip();
        if (!one(form, "act").isEmpty()) return acted(operator, page, null, form, draft);
        Map<String, String> errors = errors(page, name);
        if (!errors.isEmpty() || !draft.usable())
            return screen(operator, page, null, name, 0, draft, TestView.UNASKED, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        long department = departments(operator).stream().min(Long::compare).orElseThrow(() -> new NotAllowed(Function.CAMPAIGN_EDIT));
        Segments.Saving saving = database.inTransaction(() -> {
            Segments.Saving made = segments.add(department, name, draft.rule(), operator.id());
            if (made instanceof Segments.Saving.Saved(Segment segment))
                audit.write(operator, "segment.add", "segment:" + segment.id(), null, told(page, segment));
            return made;
        });
        return answered(operator, page, null, name, 0, draft, saving);
    }

    @GetMapping("/segments/{id}")
    @Allowed(Function.CUSTOMER_VIEW)
    View show(Operator operator, Page page, @PathVariable long id) {
        Segment segment = find(operator, id, Function.CUSTOMER_VIEW);
        Builder.Draft draft = builder.of(segment.rule(), operator.departments(Function.CUSTOMER_VIEW), page.locale());
        return screen(operator, page, segment, segment.name(), segment.version(), draft, TestView.UNASKED, Map.of());
    }

    @PostMapping("/segments/{id}")
    @Allowed(Function.CAMPAIGN_EDIT)
    View save(Operator operator, Page page, @PathVariable long id, @RequestParam MultiValueMap<String, String> form) {
        Segment before = find(operator, id, Function.CAMPAIGN_EDIT);
        Builder.Draft draft = builder.read(form, departments(operator), page.locale());
        String name = one(form, "name").strip();
        if (!one(form, "act").isEmpty()) return acted(operator, page, before, form, draft);
        Map<String, String> errors = errors(page, name);
        int version = (int) RuleForm.number(one(form, "version"), 0);
        if (!errors.isEmpty() || !draft.usable())
            return screen(operator, page, before, name, version, draft, TestView.UNASKED, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
        Segments.Saving saving = database.inTransaction(() -> {
            Segments.Saving done = segments.edit(id, version, name, draft.rule(), operator.id());
            if (done instanceof Segments.Saving.Saved(Segment segment))
                audit.write(operator, "segment.edit", "segment:" + id, told(page, before), told(page, segment));
            return done;
        });
        return answered(operator, page, before, name, version, draft, saving);
    }

    private View answered(
            Operator operator, Page page, @Nullable Segment before, String name, int version, Builder.Draft draft, Segments.Saving saving) {
        return switch (saving) {
            case Segments.Saving.Saved(Segment segment) -> {
                desk.keep(segment);
                int users = segments.users(segment.id()).size();
                yield Redirect.to("/segments/" + segment.id())
                        .saying(users == 0 ? page.t("segment.saved") : page.t("segment.saved.used", users));
            }
            case Segments.Saving.Stale(Segment stands) ->
                screen(operator, page, stands, name, stands.version(), draft, TestView.UNASKED, Map.of("", page.t("web.stale", stands.name())))
                        .status(HttpStatus.CONFLICT);
            case Segments.Saving.NameTaken() ->
                screen(operator, page, before, name, version, draft, TestView.UNASKED, Map.of("name", page.t("segment.taken", name)))
                        .status(HttpStatus.UNPROCESSABLE_CONTENT);
            case Segments.Saving.Circle(String through) ->
                screen(operator, page, before, name, version, draft, TestView.UNASKED, Map.of("", page.t("segment.circle", through)))
                        .status(HttpStatus.UNPROCESSABLE_CONTENT);
        };
    }

    @GetMapping("/segments/{id}/delete")
    @Allowed(Function.CAMPAIGN_EDIT)
    View ask(Operator operator, @PathVariable long id) {
        return asking(find(operator, id, Function.CAMPAIGN_EDIT), "");
    }

    @PostMapping("/segments/{id}/delete")
    @Allowed(Function.CAMPAIGN_EDIT)
    View delete(Operator operator, Page page, @PathVariable long id, @RequestParam int version) {
        Segment segment = find(operator, id, Function.CAMPAIGN_EDIT);
        boolean done = database.inTransaction(() -> {
            if (!segments.remove(id, version)) return false;
            audit.write(operator, "segment.delete", "segment:" + id, told(page, segment), null);
            return true;
        });
        if (done) return Redirect.to("/segments").saying(page.t("segment.deleted", segment.name()));
        String error = segments.users(id).isEmpty() ? page.t("web.stale", segment.name()) : "";
        return asking(segment, error).status(HttpStatus.CONFLICT);
    }

    private Screen asking(Segment segment, String error) {
        return Screen.of("segment/delete").with("segment", segment).with("users", segments.users(segment.id())).with("error", error);
    }

    // ── parts of the page, also of the first step of a campaign ──

    /// The rows after a choice or a button of theirs.
    @PostMapping("/segments/rows")
    @Allowed(Function.CAMPAIGN_EDIT)
    View rows(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        Builder.Draft draft = builder.read(form, departments(operator), page.locale()).unfinished();
        return Screen.of("segment/builder")
                .with("draft", draft)
                .with("palette", builder.palette(draft, departments(operator)))
                .with("recount", one(form, "page").equals("campaign") ? "/campaigns/count" : "/segments/count");
    }

    @PostMapping("/segments/count")
    @Allowed(Function.CAMPAIGN_EDIT)
    View count(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        Builder.Draft draft = typed(operator, page, form);
        return Screen.of("segment/count").with("count", desk.count(page, draft)).with("sentence", draft.sentence());
    }

    /// Of everybody, where a sample has answered: 204 when that takes too long, and the answer stands.
    @PostMapping("/segments/count/whole")
    @Allowed(Function.CAMPAIGN_EDIT)
    View whole(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        Builder.Draft draft = typed(operator, page, form);
        CountView count = desk.whole(page, draft);
        return Screen.of("segment/count")
                .with("count", count)
                .with("sentence", draft.sentence())
                .status(count.count() == null ? HttpStatus.NO_CONTENT : HttpStatus.OK);
    }

    @PostMapping("/segments/alone")
    @Allowed(Function.CAMPAIGN_EDIT)
    View alone(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        return Screen.of("segment/alone").with("counts", builder.alone(typed(operator, page, form), departments(operator)));
    }

    @PostMapping("/segments/test")
    @Allowed(Function.CAMPAIGN_EDIT)
    View test(Operator operator, Page page, @RequestParam MultiValueMap<String, String> form) {
        return Screen.of("segment/tested").with("test", desk.test(operator, page, one(form, "who"), typed(operator, page, form)));
    }

    /// As it stands in the form, whatever button was pressed.
    private Builder.Draft typed(Operator operator, Page page, MultiValueMap<String, String> form) {
        Map<String, List<String>> still = new HashMap<>(form);
        still.remove("act");
        return builder.read(still, departments(operator), page.locale());
    }

    private View acted(
            Operator operator, Page page, @Nullable Segment segment, MultiValueMap<String, String> form, Builder.Draft draft) {
        TestView test = one(form, "act").equals("test") ? desk.test(operator, page, one(form, "who"), draft) : TestView.UNASKED;
        int version = (int) RuleForm.number(one(form, "version"), 0);
        return screen(operator, page, segment, one(form, "name").strip(), version, draft, test, Map.of());
    }

    private Screen screen(
            Operator operator,
            Page page,
            @Nullable Segment segment,
            String name,
            int version,
            Builder.Draft draft,
            TestView test,
            Map<String, String> errors) {
        if (segment != null && !operator.may(Function.CAMPAIGN_EDIT, segment.departmentId())) return seen(page, segment, draft);
        CountView count = desk.count(page, draft);
        return Screen.of("segment/edit")
                .with("id", segment == null ? 0L : segment.id())
                .with("version", version)
                .with("name", name)
                .with("draft", draft)
                .with("palette", builder.palette(draft, operator.departments(Function.CUSTOMER_VIEW)))
                .with("count", count)
                .with("test", test)
                .with("trend", segment == null ? null : desk.trend(page, segment.id()))
                .with("users", segment == null ? List.of() : segments.users(segment.id()))
                .with("errors", errors);
    }

    /// By somebody who may not change it.
    private Screen seen(Page page, Segment segment, Builder.Draft draft) {
        return Screen.of("segment/view")
                .with("name", segment.name())
                .with("draft", draft)
                .with("count", desk.whole(page, draft))
                .with("trend", desk.trend(page, segment.id()))
                .with("users", segments.users(segment.id()));
    }

    private static Map<String, String> errors(Page page, String name) {
        boolean good = !name.isBlank() && name.length() <= Segment.NAME_LIMIT_CHARS;
        return good ? Map.of() : Map.of("name", page.t("segment.bad-name", Segment.NAME_LIMIT_CHARS));
    }

    /// How a segment stands in the log.
    private Map<String, Object> told(Page page, Segment segment) {
        return Map.of("name", segment.name(), "rule", rules.sentence(segment.rule(), page.locale()), "version", segment.version());
    }

    private Segment find(Operator operator, long id, Function function) {
        Segment segment = segments.find(id).orElseThrow(NotFound::new);
        if (!operator.may(function, segment.departmentId())) throw new NotFound();
        return segment;
    }

    private static Set<Long> departments(Operator operator) {
        return operator.departments(Function.CAMPAIGN_EDIT);
    }

    private static String one(MultiValueMap<String, String> form, String name) {
        List<String> values = form.getOrDefault(name, List.of());
        return values.isEmpty() ? "" : values.getFirst();
    }
}
