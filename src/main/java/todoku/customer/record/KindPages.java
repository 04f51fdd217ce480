package todoku.customer.record;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.Operator;
import todoku.customer.record.KindForm.Wrong;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 取引データ: the kinds, and what they consist of.
@Controller
class KindPages {
    private static final int IMPORTS = 20;

    private final RecordKinds kinds;
    private final KindDesk desk;
    private final RecordImport imports;

    KindPages(RecordKinds kinds, KindDesk desk, RecordImport imports) {
        this.kinds = kinds;
        this.desk = desk;
        this.imports = imports;
    }

    @GetMapping("/customers/records")
    @Allowed(Function.CUSTOMER_VIEW)
    View list() {
        List<RecordKind> all = kinds.all();
        return Screen.of("record/list")
                .with("kinds", all.stream()
                        .map(kind -> new KindRow(kind, kinds.count(kind.id()), imports.last(kind.id()).orElse(null)))
                        .toList())
                .with("presets", RecordKind.PRESETS.stream()
                        .filter(preset -> all.stream().noneMatch(kind -> kind.key().equals(preset.key())))
                        .toList())
                .with("imports", imports.latest(IMPORTS));
    }

    /// @param preset its key; the form is empty for any other
    @GetMapping("/customers/records/kinds/new")
    @Allowed(Function.FIELD_EDIT)
    View form(@RequestParam(defaultValue = "") String preset) {
        KindForm form = RecordKind.PRESETS.stream()
                .filter(kind -> kind.key().equals(preset))
                .findFirst()
                .map(KindForm::of)
                .orElseGet(KindForm::empty);
        return screen(0, 0, form, Map.of());
    }

    @GetMapping("/customers/records/kinds/{id}")
    @Allowed(Function.FIELD_EDIT)
    View edit(@PathVariable long id) {
        RecordKind kind = kind(id);
        return screen(id, kind.version(), KindForm.of(kind), Map.of());
    }

    @PostMapping("/customers/records/kinds")
    @Allowed(Function.FIELD_EDIT)
    View add(Operator operator, Page page, @RequestParam Map<String, String> typed) {
        KindForm form = form(typed);
        return answer(page, 0, 0, form, desk.add(operator, form));
    }

    @PostMapping("/customers/records/kinds/{id}")
    @Allowed(Function.FIELD_EDIT)
    View change(Operator operator, Page page, @PathVariable long id, @RequestParam int version, @RequestParam Map<String, String> typed) {
        KindForm form = form(typed);
        return answer(page, id, version, form, desk.change(operator, id, version, form));
    }

    @PostMapping("/customers/records/kinds/{id}/retire")
    @Allowed(Function.FIELD_EDIT)
    View retire(Operator operator, Page page, @PathVariable long id, @RequestParam int version, @RequestParam boolean retired) {
        RecordKind kind = kind(id);
        boolean done = desk.retire(operator, id, version, retired);
        return Redirect.to("/customers/records")
                .saying(done ? page.t(retired ? "record.kind.retired" : "record.kind.back", kind.label()) : page.t("web.stale", kind.label()));
    }

    private View answer(Page page, long id, int version, KindForm form, KindDesk.Outcome outcome) {
        return switch (outcome) {
            case KindDesk.Outcome.Kept kept -> Redirect.to("/customers/records").saying(page.t("record.kind.saved", form.get("label")));
            case KindDesk.Outcome.Refused(Map<String, Wrong> wrong) -> {
                Map<String, String> errors = new LinkedHashMap<>();
                wrong.forEach((name, why) -> errors.put(name, page.t(why.key(), why.arguments().toArray())));
                yield screen(id, version, form, errors).status(HttpStatus.UNPROCESSABLE_CONTENT);
            }
            case KindDesk.Outcome.Stale() -> screen(id, kind(id).version(), form, Map.of("version", page.t("web.stale", page.t("record.kind.this"))))
                    .status(HttpStatus.CONFLICT);
        };
    }

    private Screen screen(long id, int version, KindForm form, Map<String, String> errors) {
        return Screen.of("record/kind")
                .with("id", id)
                .with("version", version)
                .with("form", form)
                .with("retired", id != 0 && kind(id).retiredAt() != null)
                .with("errors", errors);
    }

    private static KindForm form(Map<String, String> typed) {
        Map<String, String> kept = new HashMap<>(typed);
        kept.remove("_csrf");
        return new KindForm(kept);
    }

    private RecordKind kind(long id) {
        return kinds.find(id).orElseThrow(NotFound::new);
    }
}
