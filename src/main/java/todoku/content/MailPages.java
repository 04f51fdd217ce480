package todoku.content;

import jakarta.servlet.http.HttpServletResponse;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.MediaType;
import org.springframework.http.ResponseEntity;
import org.springframework.stereotype.Controller;
import org.springframework.util.MultiValueMap;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.servlet.View;
import todoku.access.Allowed;
import todoku.access.Audit;
import todoku.access.Function;
import todoku.access.Masking;
import todoku.access.Operator;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// メール作成: the list of mails and the composer.
@Controller
class MailPages {
    private static final int PAGE = 50;
    /// A mail shown to look at: no scripts, no forms, nothing of ours within reach.
    private static final String INERT =
            "default-src 'none'; img-src data: https: http:; style-src 'unsafe-inline'; sandbox; frame-ancestors 'self'";

    private final Database database;
    private final Mails mails;
    private final MergeValues values;
    private final Readers readers;
    private final Audit audit;

    MailPages(Database database, Mails mails, MergeValues values, Readers readers, Audit audit) {
        this.database = database;
        this.mails = mails;
        this.values = values;
        this.readers = readers;
        this.audit = audit;
    }

    @GetMapping("/mails")
    @Allowed(Function.MAIL_VIEW)
    View list(Operator operator, @RequestParam(defaultValue = "" + Long.MAX_VALUE) long before) {
        List<Mail> page = mails.page(operator.departments(Function.MAIL_VIEW), before, PAGE + 1);
        boolean more = page.size() > PAGE;
        return Screen.of("content/mails")
                .with("mails", more ? page.subList(0, PAGE) : page)
                .with("older", more ? page.get(PAGE - 1).id() : 0L)
                .with("first", before == Long.MAX_VALUE);
    }

    @PostMapping("/mails")
    @Allowed(Function.MAIL_EDIT)
    View create(Operator operator, Page page) {
        long department = operator.departments(Function.MAIL_EDIT).stream().min(Long::compare).orElseThrow();
        MailDraft draft = new MailDraft(
                MailDraft.Format.MULTIPART,
                "",
                List.of(
                        new MailDraft.Block(page.t("content.start.text"), page.t("content.start.html"), null),
                        new MailDraft.Block(page.t("content.start.foot-text"), page.t("content.start.foot-html"), null)));
        long id = database.inTransaction(() -> {
            long fresh = mails.save(department, page.t("content.start.name"), draft);
            audit.write(operator, "mail.create", "mail:" + fresh, null, null);
            return fresh;
        });
        return Redirect.to("/mails/" + id);
    }

    @GetMapping("/mails/{id}")
    @Allowed(Function.MAIL_VIEW)
    View composer(
            Operator operator,
            Page page,
            @PathVariable long id,
            @RequestParam(defaultValue = "0") long customer,
            @RequestParam(defaultValue = "sp") String device) {
        Mail mail = mail(operator, Function.MAIL_VIEW, id);
        return composer(mail, mail.name(), mail.draft(), page, customer, device, Map.of());
    }

    /// Keeps the form; a part of a page (autosave) gets a line that says so, a whole page is led back.
    @PostMapping("/mails/{id}")
    @Allowed(Function.MAIL_EDIT)
    View save(
            Operator operator,
            Page page,
            @PathVariable long id,
            @RequestParam MultiValueMap<String, String> form,
            @RequestHeader(name = "HX-Request", required = false) @Nullable String part,
            HttpServletResponse response) {
        Mail before = mail(operator, Function.MAIL_EDIT, id);
        Typed typed = Typed.of(form);
        Map<String, String> errors = errors(typed, page);
        if (!errors.isEmpty())
            return part == null
                    ? composer(before, typed.name(), typed.draft(), page, 0, "sp", errors).status(HttpStatus.UNPROCESSABLE_CONTENT)
                    : saved(before, typed.draft(), String.join(" ", errors.values()), true);
        boolean kept = database.inTransaction(() -> {
            if (!mails.edit(id, typed.version(), typed.name(), typed.draft(), operator.id())) return false;
            audit.write(operator, "mail.edit", "mail:" + id, shown(before.name(), before.draft()), shown(typed.name(), typed.draft()));
            return true;
        });
        Mail now = mail(operator, Function.MAIL_EDIT, id);
        if (part != null) {
            if (!kept) return Screen.of("content/told").with("mail", now);
            response.setHeader("HX-Trigger", "mail-saved");
            return saved(now, now.draft(), "", false);
        }
        if (!kept) return Screen.of("content/conflict").with("theirs", now).with("mine", typed).status(HttpStatus.CONFLICT);
        return Redirect.to("/mails/" + id + (typed.act().isEmpty() ? "" : "#b" + typed.block()));
    }

    @PostMapping("/mails/{id}/copy")
    @Allowed(Function.MAIL_EDIT)
    View copy(Operator operator, Page page, @PathVariable long id) {
        Mail mail = mail(operator, Function.MAIL_EDIT, id);
        String name = page.t("content.copy-of", mail.name());
        String fitting = name.length() > Mail.LONGEST_NAME ? name.substring(0, Mail.LONGEST_NAME) : name;
        long fresh = database.inTransaction(() -> {
            long made = mails.save(mail.departmentId(), fitting, mail.draft());
            audit.write(operator, "mail.copy", "mail:" + made, null, Map.of("from", id));
            return made;
        });
        return Redirect.to("/mails/" + fresh).saying(page.t("content.copied"));
    }

    @PostMapping("/mails/{id}/delete")
    @Allowed(Function.MAIL_EDIT)
    View delete(Operator operator, Page page, @PathVariable long id) {
        Mail mail = mail(operator, Function.MAIL_EDIT, id);
        boolean gone = database.inTransaction(() -> {
            if (!mails.delete(id)) return false;
            audit.write(operator, "mail.delete", "mail:" + id, shown(mail.name(), mail.draft()), null);
            return true;
        });
        return gone
                ? Redirect.to("/mails").saying(page.t("content.deleted", mail.name()))
                : Redirect.to("/mails/" + id).saying(page.t("content.in-use"));
    }

    /// The right column: the mail as one person gets it.
    @GetMapping("/mails/{id}/as")
    @Allowed(Function.MAIL_VIEW)
    View as(
            Operator operator,
            Page page,
            @PathVariable long id,
            @RequestParam(defaultValue = "0") long customer,
            @RequestParam(defaultValue = "sp") String device) {
        Mail mail = mail(operator, Function.MAIL_VIEW, id);
        Screen screen = Screen.of("content/as").with("mail", mail);
        look(mail, page, customer, device).forEach(screen::with);
        return screen;
    }

    @GetMapping("/mails/{id}/people")
    @Allowed(Function.MAIL_VIEW)
    View people(Operator operator, Page page, @PathVariable long id, @RequestParam(defaultValue = "") String q, @RequestParam(defaultValue = "sp") String device) {
        Mail mail = mail(operator, Function.MAIL_VIEW, id);
        List<MergeValues.Person> found = q.isBlank() || page.mask().masked() ? readers.chosen(mail.draft(), values.names()) : readers.search(q.strip());
        return Screen.of("content/people")
                .with("mail", mail)
                .with("device", device)
                .with("readers", found.stream().map(person -> Readers.shown(person, page.mask())).toList());
    }

    /// The mail itself, for a frame without any power.
    @GetMapping("/mails/{id}/preview")
    @Allowed(Function.MAIL_VIEW)
    ResponseEntity<byte[]> preview(
            Operator operator, Page page, @PathVariable long id, @RequestParam long customer, @RequestParam(defaultValue = "html") String part) {
        Mail mail = mail(operator, Function.MAIL_VIEW, id);
        MergeValues.Person person = readers.person(customer).orElseGet(Readers.NOBODY);
        String body = switch (Preview.of(mail.draft(), values.names(), person, values.personalNames(), page.mask())) {
            case Preview.Look.Seen(RenderedMail seen, var left) -> part.equals("text") ? seen.text() : seen.html();
            case Preview.Look.Broken broken -> page.t("content.preview.broken");
            case Preview.Look.TooMuch(String why) -> why;
        };
        boolean html = part.equals("html") && mail.draft().format().hasHtml();
        return ResponseEntity.ok()
                .header("Content-Security-Policy", INERT)
                .header("Cache-Control", "no-store")
                .contentType(new MediaType(html ? MediaType.TEXT_HTML : MediaType.TEXT_PLAIN, StandardCharsets.UTF_8))
                .body((body == null ? "" : body).getBytes(StandardCharsets.UTF_8));
    }

    private Screen composer(Mail mail, String name, MailDraft draft, Page page, long customer, String device, Map<String, String> errors) {
        Screen screen = Screen.of("content/composer")
                .with("mail", mail)
                .with("name", name)
                .with("draft", draft)
                .with("rules", draft.blocks().stream().map(block -> BlockRule.of(block.condition())).toList())
                .with("fields", values.names())
                .with("checks", Check.of(draft, values.names()))
                .with("errors", errors);
        look(mail, page, customer, device).forEach(screen::with);
        return screen;
    }

    private Map<String, @Nullable Object> look(Mail mail, Page page, long customer, String device) {
        Set<String> fields = values.names();
        Masking masking = page.mask();
        List<MergeValues.Person> people = readers.chosen(mail.draft(), fields);
        MergeValues.Person person = readers.person(customer).orElseGet(() -> people.isEmpty() ? Readers.NOBODY.get() : people.getFirst());
        List<Long> ids = people.stream().map(MergeValues.Person::id).toList();
        int at = ids.indexOf(person.id());
        Map<String, @Nullable Object> look = new HashMap<>();
        look.put("reader", Readers.shown(person, masking));
        look.put("previous", ids.isEmpty() ? 0L : ids.get(Math.floorMod(at - 1, ids.size())));
        look.put("next", ids.isEmpty() ? 0L : ids.get(Math.floorMod(at + 1, ids.size())));
        look.put("device", Set.of("sp", "pc", "tx").contains(device) ? device : "sp");
        look.put("subject", "");
        look.put("left", List.of());
        if (Preview.of(mail.draft(), fields, person, values.personalNames(), masking) instanceof Preview.Look.Seen(RenderedMail seen, var left)) {
            look.put("subject", seen.subject());
            look.put("left", left);
        }
        return look;
    }

    private Screen saved(Mail mail, MailDraft draft, String problem, boolean refused) {
        return Screen.of("content/saved")
                .with("mail", mail)
                .with("checks", Check.of(draft, values.names()))
                .with("problem", problem)
                .with("refused", refused);
    }

    private static Map<String, String> errors(Typed typed, Page page) {
        Map<String, String> errors = new HashMap<>();
        if (typed.name().isEmpty() || typed.name().length() > Mail.LONGEST_NAME)
            errors.put("name", page.t("content.bad-name", Mail.LONGEST_NAME));
        if (typed.draft().blocks().isEmpty()) errors.put("blocks", page.t("content.no-block"));
        if (typed.draft().blocks().size() > Mail.MOST_BLOCKS) errors.put("blocks", page.t("content.many-blocks", Mail.MOST_BLOCKS));
        return errors;
    }

    private static Map<String, Object> shown(String name, MailDraft draft) {
        return Map.of("name", name, "format", draft.format(), "charset", draft.charset(), "subject", draft.subject(), "blocks", draft.blocks());
    }

    private Mail mail(Operator operator, Function function, long id) {
        Mail mail = mails.find(id).orElseThrow(NotFound::new);
        if (!operator.may(function, mail.departmentId())) throw new NotFound();
        return mail;
    }
}
