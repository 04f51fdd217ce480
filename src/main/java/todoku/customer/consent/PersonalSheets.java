package todoku.customer.consent;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;
import todoku.access.Function;
import todoku.customer.Customer;
import todoku.customer.CustomerHistory;
import todoku.customer.Field;
import todoku.customer.FieldValues;
import todoku.customer.Fields;
import todoku.customer.Memberships;
import todoku.customer.consent.PersonalData.Sheet;
import todoku.customer.record.CustomerRecords;
import todoku.customer.timeline.Happening;
import todoku.customer.timeline.Sort;
import todoku.customer.timeline.Timeline;
import todoku.database.Database;
import todoku.event.AddressId;
import todoku.suppression.Suppressions;
import todoku.web.Page;

/// What the house knows about one person, sheet by sheet, in the words of its pages.
@Component
class PersonalSheets {
    private static final int AT_ONCE = 500;
    private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

    private final Fields fields;
    private final Memberships memberships;
    private final CustomerHistory history;
    private final Consents consents;
    private final Timeline timeline;
    private final CustomerRecords records;
    private final Suppressions suppressions;

    PersonalSheets(
            Database database, Fields fields, Memberships memberships, Consents consents, Timeline timeline, CustomerRecords records,
            Suppressions suppressions) {
        this.fields = fields;
        this.memberships = memberships;
        this.history = CustomerHistory.of(database.client());
        this.consents = consents;
        this.timeline = timeline;
        this.records = records;
        this.suppressions = suppressions;
    }

    /// @param page of an operator who sees personal data; groups of departments that are not theirs are left out
    List<Sheet> of(Customer customer, Page page) {
        Set<Long> departments = page.operator().departments(Function.CUSTOMER_VIEW);
        return List.of(
                sheet(page, "customer", List.of("field", "value"), to -> values(customer, page, to)),
                sheet(page, "groups", List.of("group", "state", "at"), to -> memberships.of(List.of(customer.id()), departments).forEach(each ->
                        to.accept(row(each.group(), state(page, each.state()), page.second(each.since()))))),
                sheet(page, "history", List.of("at", "what", "group", "from", "to", "by", "consent"), to -> history(customer, departments, page, to)),
                sheet(page, "consents",
                        List.of("agreed", "source", "method", "document", "purpose", "ip", "scope", "recorded", "file", "withdrawn"),
                        to -> consents(customer, page, to)),
                sheet(page, "mails", List.of("at", "what", "subject", "campaign", "reason", "reply", "environment"),
                        to -> mails(customer, departments, page, Sort.MAIL, to)),
                sheet(page, "responses", List.of("at", "what", "subject", "campaign", "link", "environment"),
                        to -> mails(customer, departments, page, Sort.RESPONSE, to)),
                sheet(page, "records", List.of("kind", "at", "number", "amount", "values"), to -> records(customer, page, to)),
                sheet(page, "suppressions", List.of("reason", "at"), to -> suppressions.of(new AddressId(customer.addressId())).forEach(each ->
                        to.accept(row(page.t("customer.ban.reason." + each.reason()), page.second(each.since()))))));
    }

    private static Sheet sheet(Page page, String name, List<String> columns, Consumer<Consumer<List<String>>> rows) {
        return new Sheet(name, columns.stream().map(column -> page.t("consent.data." + column)).toList(), rows);
    }

    private void values(Customer customer, Page page, Consumer<List<String>> to) {
        to.accept(row(page.t("customer.number"), customer.number()));
        to.accept(row(page.t("customer.meaning.ADDRESS"), customer.address()));
        to.accept(row(page.t("customer.field.family_name"), customer.familyName()));
        to.accept(row(page.t("customer.field.given_name"), customer.givenName()));
        to.accept(row(page.t("customer.field.family_kana"), customer.familyKana()));
        to.accept(row(page.t("customer.field.given_kana"), customer.givenKana()));
        to.accept(row(page.t("customer.field.gender"), customer.gender()));
        to.accept(row(page.t("customer.field.birthday"), customer.birthday() == null ? "" : page.date(customer.birthday())));
        to.accept(row(page.t("customer.field.postal_code"), customer.postalCode()));
        to.accept(row(page.t("customer.field.prefecture"), customer.prefecture()));
        to.accept(row(page.t("customer.field.city"), customer.city()));
        to.accept(row(page.t("customer.field.telephone"), customer.telephone()));
        to.accept(row(page.t("customer.field.preferred_format"), customer.preferredFormat() == null ? "" : page.t("customer.format." + customer.preferredFormat())));
        to.accept(row(page.t("customer.field.device"), customer.device()));
        to.accept(row(page.t("customer.field.carrier"), customer.carrier() == null ? "" : page.t("customer.carrier." + customer.carrier())));
        for (Field field : fields.withRetired())
            to.accept(row(field.label(), FieldValues.shown(field, customer.custom().get(field.key()), page.mask())));
        to.accept(row(page.t("customer.since"), page.second(customer.createdAt())));
        to.accept(row(page.t("customer.changed"), page.second(customer.changedAt())));
    }

    private void history(Customer customer, Set<Long> departments, Page page, Consumer<List<String>> to) {
        long before = Long.MAX_VALUE;
        while (true) {
            List<CustomerHistory.Numbered> part = history.before(customer.id(), departments, before, AT_ONCE);
            for (CustomerHistory.Numbered each : part) {
                CustomerHistory.Entry entry = each.entry();
                to.accept(row(page.second(entry.at()), page.t("consent.data.kind." + entry.kind()), entry.group(), state(page, entry.from()),
                        state(page, entry.to()), entry.by() == null ? page.t("customer.history.by." + entry.source()) : entry.by(), entry.consent()));
            }
            if (part.size() < AT_ONCE) return;
            before = part.getLast().id();
        }
    }

    private void consents(Customer customer, Page page, Consumer<List<String>> to) {
        for (Consent each : consents.of(customer.id()))
            to.accept(row(page.second(each.agreedAt()), page.t("consent.source." + each.source()), each.method(), each.document(), each.purpose(), each.ip(),
                    each.group() == null ? page.t("consent.scope.all") : each.group(), page.second(each.recordedAt()), each.file(),
                    each.withdrawnAt() == null ? "" : page.second(each.withdrawnAt())));
    }

    private void mails(Customer customer, Set<Long> departments, Page page, Sort sort, Consumer<List<String>> to) {
        @Nullable String older = "";
        while (older != null) {
            Timeline.Part part = timeline.of(customer.id(), customer.addressId(), departments, sort, older);
            for (Happening each : part.happenings()) {
                if (!(each instanceof Happening.Mail mail)) continue;
                String subject = mail.subject() == null ? page.t("customer.timeline.mail") : page.words(mail.subject());
                String campaign = mail.campaign() == null ? "" : mail.campaign().toString();
                String environment = mail.sandbox() ? page.t("customer.timeline.sandbox") : "";
                String what = page.t("consent.data.kind." + mail.kind());
                to.accept(sort == Sort.RESPONSE
                        ? row(page.second(mail.at()), what, subject, campaign, mail.link(), environment)
                        : row(page.second(mail.at()), what, subject, campaign,
                                mail.reason() == null ? "" : page.t("report.reason." + mail.reason()), mail.reply(), environment));
            }
            older = part.older();
        }
    }

    private void records(Customer customer, Page page, Consumer<List<String>> to) {
        Instant at = LATEST;
        long id = Long.MAX_VALUE;
        while (true) {
            List<CustomerRecords.OfKind> part = records.before(customer.id(), at, id, AT_ONCE);
            for (CustomerRecords.OfKind each : part) {
                String values = each.kind().fields().stream()
                        .filter(field -> each.row().values().get(field.key()) != null)
                        .map(field -> field.label() + "=" + each.row().text(field, page))
                        .collect(Collectors.joining(" / "));
                BigDecimal amount = each.row().amount();
                to.accept(row(each.kind().label(), page.second(each.row().at()), each.row().number(), amount == null ? "" : amount.toPlainString(), values));
            }
            if (part.size() < AT_ONCE) return;
            at = part.getLast().row().at();
            id = part.getLast().row().id();
        }
    }

    private static String state(Page page, Memberships.@Nullable State state) {
        return state == null ? "" : page.t("customer.state." + state);
    }

    private static List<String> row(@Nullable String... cells) {
        return Arrays.stream(cells).map(cell -> Objects.requireNonNullElse(cell, "")).toList();
    }
}
