package todoku.customer;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;

/// The groups customers belong to. Safe for many threads; all state is in the database.
public final class Groups {

    /// Characters in a name: it stands in one line of a list.
    public static final int NAME_LIMIT_CHARS = 100;

    private final JdbcClient db;

    public Groups(JdbcClient db) {
        this.db = db;
    }

    /// The group of this name; a new one belongs to the department.
    public Group findOrCreate(long departmentId, String name) {
        String trimmed = Cell.trimmed(name);
        if (trimmed.isEmpty() || trimmed.length() > NAME_LIMIT_CHARS)
            throw new IllegalArgumentException("a group name has 1 to " + NAME_LIMIT_CHARS + " characters");
        db.sql("INSERT INTO customer_group (department_id, name) VALUES (:department, :name) ON CONFLICT (name) DO NOTHING")
                .param("department", departmentId).param("name", trimmed).update();
        return find(trimmed).orElseThrow();
    }

    public Optional<Group> find(String name) {
        return db.sql("SELECT id, department_id, name FROM customer_group WHERE name = :name")
                .param("name", name).query(Groups::group).optional();
    }

    public Optional<Group> find(long id) {
        return db.sql("SELECT id, department_id, name FROM customer_group WHERE id = :id")
                .param("id", id).query(Groups::group).optional();
    }

    /// A `DuplicateKeyException` when another has that name.
    void rename(long id, String name) {
        db.sql("UPDATE customer_group SET name = :name, version = version + 1 WHERE id = :id").param("id", id).param("name", name).update();
    }

    public List<Group> all() {
        return db.sql("SELECT id, department_id, name FROM customer_group ORDER BY name").query(Groups::group).list();
    }

    /// As the database keeps them, in the statement that changes a membership.
    public Group.Counts counts(long groupId) {
        return db.sql("""
                SELECT coalesce(sum(n) FILTER (WHERE state = 'SUBSCRIBED'), 0), coalesce(sum(n) FILTER (WHERE state = 'UNSUBSCRIBED'), 0),
                       coalesce(sum(n) FILTER (WHERE state = 'BANNED'), 0) FROM group_count WHERE group_id = :group
                """)
            .param("group", groupId)
            .query((ResultSet row, int n) -> new Group.Counts(row.getLong(1), row.getLong(2), row.getLong(3))).single();
    }

    /// Every change of memberships leaves a number to be added up; this leaves their sums.
    public void foldCounts() {
        db.sql("""
                WITH old AS (DELETE FROM group_count RETURNING group_id, state, n)
                INSERT INTO group_count SELECT group_id, state, sum(n) FROM old GROUP BY group_id, state HAVING sum(n) <> 0
                """).update();
    }

    private static Group group(ResultSet row, int n) throws SQLException {
        return new Group(row.getLong(1), row.getLong(2), row.getString(3));
    }
}
