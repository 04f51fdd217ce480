package todoku.campaign;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.customer.Group;
import todoku.customer.Groups;
import todoku.database.Database;
import todoku.mailing.Categories;
import todoku.mailing.Category;
import todoku.segment.Rules;
import todoku.web.Page;

/// What an operator chooses from while making a campaign, and the words for what was chosen.
@Component
class Choices {
    /// The newest mails of the picker; older ones are found by copying.
    private static final int MAILS = 100;

    private final JdbcClient db;
    private final Categories categories;
    private final Groups groups;
    private final Rules rules;

    Choices(Database database, Groups groups, Rules rules) {
        this.db = database.client();
        this.categories = new Categories(database.client());
        this.groups = groups;
        this.rules = rules;
    }

    List<Group> groups(Set<Long> departments) {
        return groups.all().stream().filter(group -> departments.contains(group.departmentId())).toList();
    }

    List<Category> categories(@Nullable Long chosen) {
        return categories.choices(chosen);
    }

    @Nullable String categoryName(@Nullable Long id) {
        return id == null ? null : categories.find(id).map(Category::name).orElse(null);
    }

    /// The newest first; the chosen one is always among them.
    List<MailChoice> mails(Set<Long> departments, @Nullable Long chosen) {
        return db.sql(
                        """
                        SELECT id, name, subject, format, changed_at FROM mail WHERE department_id = ANY (:departments)
                         ORDER BY id = :chosen DESC NULLS LAST, changed_at DESC, id DESC LIMIT :limit
                        """)
                .param("departments", departments.toArray(Long[]::new))
                .param("chosen", chosen == null ? 0L : chosen)
                .param("limit", MAILS)
                .query((row, n) -> new MailChoice(
                        row.getLong(1), row.getString(2), row.getString(3), row.getString(4),
                        row.getTimestamp(5).toInstant()))
                .list();
    }

    @Nullable MailChoice mail(@Nullable Long id) {
        if (id == null) return null;
        return db.sql("SELECT id, name, subject, format, changed_at FROM mail WHERE id = :id")
                .param("id", id)
                .query((row, n) -> new MailChoice(
                        row.getLong(1), row.getString(2), row.getString(3), row.getString(4),
                        row.getTimestamp(5).toInstant()))
                .optional()
                .orElse(null);
    }

    List<SenderChoice> senders() {
        return db.sql("SELECT id, name, address, signing_domain_id IS NOT NULL FROM sender_profile ORDER BY name, id")
                .query((row, n) -> new SenderChoice(row.getLong(1), row.getString(2), row.getString(3), row.getBoolean(4)))
                .list();
    }

    @Nullable SenderChoice sender(@Nullable Long id) {
        if (id == null) return null;
        return senders().stream().filter(sender -> sender.id() == id).findFirst().orElse(null);
    }

    @Nullable String senderName(@Nullable Long id) {
        SenderChoice sender = sender(id);
        return sender == null ? null : sender.name() + " <" + sender.address() + ">";
    }

    /// 配信先 as a sentence.
    String target(Page page, Target target) {
        if (target.groups().isEmpty()) return page.t("campaign.target.nobody");
        String names = names(target.groups()).stream()
                .map(name -> page.t("campaign.target.group", name))
                .collect(Collectors.joining(page.english() ? ", " : ""));
        String sentence = target.isEverybody()
                ? page.t("campaign.target.all", names)
                : page.t("campaign.target.narrowed", names, rules.sentence(target.rule(), page.locale()));
        String reached = target.reach() == Reach.WILLING ? sentence : page.t("campaign.target." + target.reach(), sentence);
        return target.once() ? reached : page.t("campaign.target.each-customer", reached);
    }

    private List<String> names(Collection<Long> ids) {
        Map<Long, String> known = new HashMap<>();
        for (Group group : groups.all()) known.put(group.id(), group.name());
        List<String> names = new ArrayList<>();
        for (long id : ids) names.add(known.getOrDefault(id, "—"));
        return names;
    }

    /// Left out when the mailing was planned.
    Map<String, Integer> excluded(long mailing) {
        Map<String, Integer> excluded = new TreeMap<>();
        db.sql("SELECT reason, count FROM planning_exclusion WHERE mailing_id = :mailing")
                .param("mailing", mailing)
                .query(row -> {
                    excluded.put(row.getString(1), row.getInt(2));
                });
        return excluded;
    }

    /// How the last test mail of a campaign went.
    @Nullable TestedMail tested(Campaign campaign) {
        Long mailing = campaign.testMailingId();
        Long mail = campaign.draft().mailId();
        if (mailing == null || mail == null) return null;
        return db.sql(
                        """
                        SELECT m.id, m.created_at, m.planned, coalesce(sum(p.delivered), 0), coalesce(sum(p.failed + p.skipped), 0),
                               bool_and(w.id = v.mail_id AND v.format = w.format AND v.subject = w.subject AND v.blocks = w.blocks)
                          FROM mailing m JOIN mail_version v ON v.id = m.mail_version_id JOIN mail w ON w.id = :mail
                          LEFT JOIN mailing_progress p ON p.mailing_id = m.id
                         WHERE m.id = :mailing GROUP BY m.id
                        """)
                .param("mailing", mailing)
                .param("mail", mail)
                .query((row, n) -> new TestedMail(
                        row.getLong(1), row.getTimestamp(2).toInstant(), row.getInt(3), row.getInt(4), row.getInt(5),
                        row.getBoolean(6)))
                .optional()
                .orElse(null);
    }
}
