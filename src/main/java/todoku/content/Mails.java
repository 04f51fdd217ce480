package todoku.content;

import static java.time.ZoneOffset.UTC;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
import todoku.mail.charset.MailCharset;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.ObjectMapper;

/// The mails marketers write, and the frozen versions that are sent.
public final class Mails {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final Database database;
    private final JdbcClient db;
    private final InstantSource clock;

    public Mails(Database database, InstantSource clock) {
        this.database = database;
        this.db = database.client();
        this.clock = clock;
    }

    /// Keeps a mail as it was written; it may still have errors.
    public long save(long departmentId, String name, MailDraft draft) {
        return db.sql(
                        """
                        INSERT INTO mail (department_id, name, format, subject, blocks, changed_at)
                        VALUES (:department, :name, :format, :subject, :blocks::jsonb, :now) RETURNING id
                        """)
                .param("department", departmentId)
                .param("name", name)
                .param("format", draft.format().name())
                .param("subject", draft.subject())
                .param("blocks", body(draft))
                .param("now", clock.instant().atOffset(UTC))
                .query(Long.class)
                .single();
    }

    private static final String SELECT =
            """
            SELECT m.id, m.department_id, m.name, m.format, m.subject, m.blocks, m.changed_at, o.display_name, m.version
              FROM mail m LEFT JOIN operator o ON o.id = m.changed_by
            """;

    public Optional<Mail> find(long id) {
        return db.sql(SELECT + " WHERE m.id = :id").param("id", id).query(Mails::mail).optional();
    }

    /// What to mend or to look at before this mail is sent; empty when there is no such mail.
    public List<Check> checks(long id, Set<String> fields) {
        return find(id).map(mail -> Check.of(mail.draft(), fields)).orElse(List.of());
    }

    /// The mails of these departments, the newest first, before the id of the last one seen (`Long.MAX_VALUE` at first).
    public List<Mail> page(Collection<Long> departments, long before, int limit) {
        return db.sql(SELECT + " WHERE m.department_id = ANY (:departments) AND m.id < :before ORDER BY m.id DESC LIMIT :limit")
                .param("departments", departments.toArray(Long[]::new))
                .param("before", before)
                .param("limit", limit)
                .query(Mails::mail)
                .list();
    }

    /// False when somebody changed it since that version was read; nothing is written then.
    public boolean edit(long id, int version, String name, MailDraft draft, long by) {
        return db.sql(
                                """
                                UPDATE mail SET name = :name, format = :format, subject = :subject, blocks = :blocks::jsonb,
                                       changed_at = :now, changed_by = :by, version = version + 1
                                 WHERE id = :id AND version = :version
                                """)
                        .param("id", id)
                        .param("version", version)
                        .param("name", name)
                        .param("format", draft.format().name())
                        .param("subject", draft.subject())
                        .param("blocks", body(draft))
                        .param("now", clock.instant().atOffset(UTC))
                        .param("by", by)
                        .update()
                == 1;
    }

    /// False when a campaign or a frozen version needs it.
    public boolean delete(long id) {
        return db.sql(
                                """
                                DELETE FROM mail m WHERE m.id = :id
                                   AND NOT EXISTS (SELECT FROM mail_version v WHERE v.mail_id = m.id)
                                   AND NOT EXISTS (SELECT FROM campaign c WHERE c.mail_id = m.id)
                                """)
                        .param("id", id)
                        .update()
                == 1;
    }

    private static Mail mail(ResultSet row, int n) throws SQLException {
        return new Mail(
                row.getLong("id"),
                row.getLong("department_id"),
                row.getString("name"),
                draft(row),
                row.getTimestamp("changed_at").toInstant(),
                row.getString("display_name"),
                row.getInt("version"));
    }

    private static MailDraft draft(ResultSet row) throws SQLException {
        Body body = Body.of(row.getString("blocks"));
        return new MailDraft(
                MailDraft.Format.valueOf(row.getString("format")),
                body.charset(),
                row.getString("subject"),
                body.blocks());
    }

    /// Blocks in another character set than UTF-8, as they are stored; those in UTF-8 are a plain list.
    private record Body(MailCharset charset, List<MailDraft.Block> blocks) {
        static Body of(String json) {
            return json.startsWith("[")
                    ? new Body(MailCharset.UTF_8, JSON.readValue(json, new TypeReference<List<MailDraft.Block>>() {}))
                    : JSON.readValue(json, Body.class);
        }
    }

    private static String body(MailDraft draft) {
        return JSON.writeValueAsString(
                draft.charset() == MailCharset.UTF_8 ? draft.blocks() : new Body(draft.charset(), draft.blocks()));
    }

    /// What is sent is what was frozen: the words, and the links that are counted.
    ///
    /// @throws IllegalArgumentException when the mail cannot be compiled; the message says where and why
    public long freeze(long mail, Set<String> fields) {
        MailDraft draft = draft("mail", mail);
        CompiledMail compiled = compiled(draft, fields); // a broken mail is told before a transaction is spoilt
        return database.inTransaction(() -> {
            long version = db.sql(
                            """
                            INSERT INTO mail_version (mail_id, format, subject, blocks, hash, frozen_at)
                            VALUES (:mail, :format, :subject, :blocks::jsonb, :hash, :now) RETURNING id
                            """)
                    .param("mail", mail)
                    .param("format", draft.format().name())
                    .param("subject", draft.subject())
                    .param("blocks", body(draft))
                    .param("hash", hash(draft))
                    .param("now", clock.instant().atOffset(UTC))
                    .query(Long.class)
                    .single();
            for (Link link : compiled.links()) {
                db.sql("INSERT INTO tracked_link (mail_version_id, link_no, target) VALUES (:version, :no, :target)")
                        .param("version", version)
                        .param("no", link.no())
                        .param("target", link.target())
                        .update();
            }
            return version;
        });
    }

    /// A frozen version, ready to be rendered.
    CompiledMail version(long version, Set<String> fields) {
        return compiled(draft("mail_version", version), fields);
    }

    private MailDraft draft(String table, long id) {
        String sql = table.equals("mail")
                ? "SELECT format, subject, blocks FROM mail WHERE id = :id"
                : "SELECT format, subject, blocks FROM mail_version WHERE id = :id";
        return db.sql(sql)
                .param("id", id)
                .query((row, n) -> draft(row))
                .single();
    }

    private static CompiledMail compiled(MailDraft draft, Set<String> fields) {
        return switch (CompiledMail.compile(draft, fields)) {
            case MailCompilation.Compiled(CompiledMail mail, var warnings) -> mail;
            case MailCompilation.Broken(List<MailCompilation.Error> errors) ->
                throw new IllegalArgumentException(errors.stream()
                        .map(e -> e.place().japanese() + " " + e.error().line() + "行 " + e.error().column() + "列："
                                + e.error().japanese())
                        .collect(Collectors.joining("\n")));
        };
    }

    private static byte[] hash(MailDraft draft) {
        try {
            return MessageDigest.getInstance("SHA-256")
                    .digest(JSON.writeValueAsString(draft).getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
