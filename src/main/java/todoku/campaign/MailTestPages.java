package todoku.campaign;

import java.util.List;
import java.util.Map;
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
import todoku.content.Mail;
import todoku.content.Mails;
import todoku.customer.MergeValues;
import todoku.database.Database;
import todoku.sender.Senders;
import todoku.web.NotFound;
import todoku.web.Page;
import todoku.web.Redirect;
import todoku.web.Screen;

/// A test of a mail while it is being written, before any campaign: S-05, W-39.
@Controller
class MailTestPages {
    private final Database database;
    private final Mails mails;
    private final Senders senders;
    private final MergeValues values;
    private final TestMail testMail;
    private final Audit audit;

    MailTestPages(Database database, Mails mails, Senders senders, MergeValues values, TestMail testMail, Audit audit) {
        this.database = database;
        this.mails = mails;
        this.senders = senders;
        this.values = values;
        this.testMail = testMail;
        this.audit = audit;
    }

    @GetMapping("/mails/{id}/test")
    @Allowed(Function.MAIL_EDIT)
    View form(Operator operator, Page page, @PathVariable long id, @RequestParam(defaultValue = "0") long customer) {
        return screen(page, mail(operator, id), customer, "", 0, null);
    }

    @PostMapping("/mails/{id}/test")
    @Allowed(Function.MAIL_EDIT)
    View send(
            Operator operator,
            Page page,
            @PathVariable long id,
            @RequestParam(defaultValue = "0") long customer,
            @RequestParam(defaultValue = "") String addresses,
            @RequestParam(defaultValue = "0") long sender) {
        Mail mail = mail(operator, id);
        if (senders.find(sender).isEmpty())
            return screen(page, mail, customer, addresses, sender, page.t("campaign.test.no-sender"))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        TestMail.Outcome outcome = testMail.send(
                new TestMail.Test(mail.departmentId(), id, sender, addresses, customer == 0 ? null : customer));
        if (!(outcome instanceof TestMail.Outcome.Sent sent))
            return screen(page, mail, customer, addresses, sender, WizardPages.said(page, outcome))
                    .status(HttpStatus.UNPROCESSABLE_CONTENT);
        database.inTransaction(() -> audit.write(operator, "campaign.mail-test", "mail:" + id, null,
                Map.of("mailing", sent.mailing().value(), "addresses", sent.addresses(), "customer", customer)));
        return Redirect.to("/mails/" + id + (customer == 0 ? "" : "?customer=" + customer)).saying(page.t("campaign.said.test"));
    }

    private Screen screen(Page page, Mail mail, long customer, String addresses, long sender, @Nullable String error) {
        MergeValues.Person person = customer == 0 ? null : values.of(List.of(customer)).get(customer);
        return Screen.of("campaign/mail-test")
                .with("mail", mail)
                .with("customer", person == null ? 0L : person.id())
                .with("reader", person == null ? "" : page.mask().name(person.name()))
                .with("senders", senders.all())
                .with("sender", sender)
                .with("addresses", addresses)
                .with("error", error);
    }

    private Mail mail(Operator operator, long id) {
        Mail mail = mails.find(id).orElseThrow(NotFound::new);
        if (!operator.may(Function.MAIL_EDIT, mail.departmentId())) throw new NotFound();
        return mail;
    }
}
