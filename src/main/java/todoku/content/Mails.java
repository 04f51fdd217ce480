package todoku.content;

import static java.time.ZoneOffset.UTC;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.database.Database;
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
                .param("blocks", JSON.writeValueAsString(draft.blocks()))
                .param("now", clock.instant().atOffset(UTC))
                .query(Long.class)
                .single();
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
                    .param("blocks", JSON.writeValueAsString(draft.blocks()))
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
                .query((row, n) -> new MailDraft(
                        MailDraft.Format.valueOf(row.getString("format")),
                        row.getString("subject"),
                        JSON.readValue(row.getString("blocks"), new TypeReference<List<MailDraft.Block>>() {})))
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
