package todoku.customer;

import jakarta.servlet.http.HttpServletRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.stereotype.Controller;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Function;
import todoku.access.NotAllowed;
import todoku.access.Operator;
import todoku.suppression.By;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// 一括操作: one act on what a list shows or on those ticked in it. What cannot be taken back is asked again with the number.
@Controller
class BulkPages {
    private final BulkJobs jobs;
    private final SelectionWords words;
    private final Groups groups;
    private final Fields fields;

    BulkPages(BulkJobs jobs, SelectionWords words, Groups groups, Fields fields) {
        this.jobs = jobs;
        this.words = words;
        this.groups = groups;
        this.fields = fields;
    }

    @GetMapping("/customers/bulk")
    @Allowed(Function.CUSTOMER_EDIT)
    View form(Operator operator, Page page, HttpServletRequest request) {
        return screen(operator, page, words.asked(operator, request), false, null, null);
    }

    private Screen screen(
            Operator operator, Page page, Selection selection, boolean confirm, @Nullable BulkOrder order, @Nullable String error) {
        List<Group> mine = groups.all().stream().filter(group -> operator.may(Function.CUSTOMER_EDIT, group.departmentId())).toList();
        return Screen.of("customer/bulk")
                .with("selection", selection)
                .with("said", words.said(page, selection))
                .with("count", jobs.count(selection))
                .with("groups", mine)
                .with("fields", settable())
                .with("order", order)
                .with("confirm", confirm)
                .with("error", error)
                .status(error == null ? HttpStatus.OK : HttpStatus.UNPROCESSABLE_CONTENT);
    }

    /// Fields that many may have the same value of.
    private List<Field> settable() {
        return fields.all().stream().filter(field -> !field.unique() && !field.retired()).toList();
    }

    @PostMapping("/customers/bulk")
    @Allowed(Function.CUSTOMER_EDIT)
    View start(
            Operator operator,
            Page page,
            HttpServletRequest request,
            @RequestParam(defaultValue = "") String act,
            @RequestParam(defaultValue = "0") long into,
            @RequestParam(defaultValue = "") String field,
            @RequestParam(defaultValue = "") String value,
            @RequestParam(defaultValue = "") String note,
            @RequestParam(defaultValue = "") String typed) {
        Selection selection = words.asked(operator, request);
        Optional<BulkAct> chosen = Arrays.stream(BulkAct.values()).filter(each -> each.name().equals(act)).findFirst();
        if (chosen.isEmpty()) return screen(operator, page, selection, false, null, page.t("customer.bulk.no-act"));
        if (chosen.get() == BulkAct.DELETE) mayDelete(operator);
        var order = new BulkOrder(selection, chosen.get(), chosen.get().needsGroup() && into > 0 ? into : null,
                chosen.get() == BulkAct.SET_FIELD ? field : null, value, note.strip());
        Optional<String> wrong = wrong(operator, page, order);
        if (wrong.isPresent()) return screen(operator, page, selection, false, order, wrong.get());
        if (chosen.get().isFinal() && typed.isEmpty()) return screen(operator, page, selection, true, order, null);
        if (chosen.get().isFinal() && !Cell.plain(typed).replace(",", "").equals(String.valueOf(jobs.count(selection))))
            return screen(operator, page, selection, true, order, page.t("customer.bulk.not-typed"));
        return Redirect.to("/customers/bulk/" + jobs.start(operator, order));
    }

    private static void mayDelete(Operator operator) {
        if (!operator.may(Function.CUSTOMER_DELETE)) throw new NotAllowed(Function.CUSTOMER_DELETE);
    }

    private Optional<String> wrong(Operator operator, Page page, BulkOrder order) {
        if (order.act().needsGroup()) {
            if (order.group() == null) return Optional.of(page.t("customer.bulk.no-group"));
            operator.require(Function.CUSTOMER_EDIT, groups.find(order.group()).orElseThrow(NotFound::new).departmentId());
        }
        if (order.act().needsNote() && (order.note().isEmpty() || order.note().length() > By.NOTE_LIMIT_CHARS))
            return Optional.of(page.t("customer.ban.no-note", By.NOTE_LIMIT_CHARS));
        if (order.act() == BulkAct.SET_FIELD) {
            Optional<Field> known = settable().stream().filter(each -> each.key().equals(order.field())).findFirst();
            if (known.isEmpty()) return Optional.of(page.t("customer.bulk.no-field"));
            Reading reading = FieldValues.read(known.get(), order.value());
            if (reading instanceof Reading.Bad || reading instanceof Reading.Blank && known.get().required())
                return Optional.of(page.t("customer.bulk.bad-value", known.get().label()));
        }
        return jobs.count(order.selection()) == 0 ? Optional.of(page.t("customer.bulk.nobody")) : Optional.empty();
    }

    @GetMapping("/customers/bulk/{id}")
    @Allowed(Function.CUSTOMER_EDIT)
    View show(Page page, @PathVariable long id) {
        BulkProgress progress = progress(id);
        return Screen.of("customer/bulk-done")
                .with("progress", progress)
                .with("said", words.said(page, progress.order().selection()))
                .with("group", progress.order().group() == null ? "" : groups.find(progress.order().group()).map(Group::name).orElse("—"));
    }

    @GetMapping("/customers/bulk/{id}/now")
    @Allowed(Function.CUSTOMER_EDIT)
    View now(@PathVariable long id) {
        return Screen.of("customer/bulk-now").with("progress", progress(id));
    }

    @PostMapping("/customers/bulk/{id}/stop")
    @Allowed(Function.CUSTOMER_EDIT)
    View stop(Operator operator, Page page, @PathVariable long id) {
        progress(id);
        return Redirect.to("/customers/bulk/" + id).saying(page.t(jobs.stop(operator, id) ? "customer.bulk.stopped" : "customer.bulk.ended"));
    }

    private BulkProgress progress(long id) {
        return jobs.find(id).orElseThrow(NotFound::new);
    }
}
