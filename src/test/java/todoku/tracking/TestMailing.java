package todoku.tracking;

import org.springframework.jdbc.core.simple.JdbcClient;

/// A mailing in the database whose mail has links.
final class TestMailing {
    private TestMailing() {}

    /// The targets become the links 1, 2, 3 …
    static long create(JdbcClient client, String kind, String... targets) {
        long department = number(client.sql("SELECT min(id) FROM department"));
        long mail = number(client.sql("INSERT INTO mail (department_id, name, format, subject, changed_at)"
                        + " VALUES (:department, 'm', 'HTML', 's', now()) RETURNING id")
                .param("department", department));
        long version = number(client.sql("INSERT INTO mail_version (mail_id, format, subject, blocks, hash, frozen_at)"
                        + " VALUES (:mail, 'HTML', 's', '[]', '', now()) RETURNING id")
                .param("mail", mail));
        for (int i = 0; i < targets.length; i++)
            client.sql("INSERT INTO tracked_link (mail_version_id, link_no, target) VALUES (:version, :no, :target)")
                    .param("version", version)
                    .param("no", i + 1)
                    .param("target", targets[i])
                    .update();
        return number(client.sql("INSERT INTO mailing (kind, environment, department_id, priority, state,"
                        + " mail_version_id, created_at, expires_at)"
                        + " VALUES (:kind, 'LIVE', :department, 1, 'SENDING', :version, now(), now()) RETURNING id")
                .param("kind", kind)
                .param("department", department)
                .param("version", version));
    }

    private static long number(JdbcClient.StatementSpec statement) {
        return statement.query(Long.class).single();
    }
}
