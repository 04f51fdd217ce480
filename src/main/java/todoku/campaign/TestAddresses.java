package todoku.campaign;

import java.util.List;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;
import todoku.mail.address.MailAddress;
import todoku.mail.address.Parsing;

/// The people of a department who are registered to check mails (テスト送信先).
@Component
class TestAddresses {
    /// On one screen.
    private static final int LIMIT = 50;

    private final JdbcClient db;

    TestAddresses(Database database) {
        this.db = database.client();
    }

    List<TestAddress> of(long department) {
        return db.sql("SELECT id, address FROM test_address WHERE department_id = :department ORDER BY address LIMIT :limit")
                .param("department", department)
                .param("limit", LIMIT)
                .query((row, n) -> new TestAddress(row.getLong(1), row.getString(2)))
                .list();
    }

    /// The typed addresses and the registered ones that were ticked.
    String with(long department, List<Long> ids, String typed) {
        String ticked = of(department).stream()
                .filter(known -> ids.contains(known.id()))
                .map(TestAddress::address)
                .collect(Collectors.joining(","));
        return ticked + "," + typed;
    }

    /// Registers what was typed and sent to; twice is the same as once.
    void keep(long department, String typed) {
        for (String each : TestMail.split(typed))
            if (MailAddress.parse(each) instanceof Parsing.Parsed parsed)
                db.sql("INSERT INTO test_address (department_id, address) VALUES (:department, :address) ON CONFLICT DO NOTHING")
                        .param("department", department)
                        .param("address", parsed.address().canonical())
                        .update();
    }

    void forget(long department, long id) {
        db.sql("DELETE FROM test_address WHERE id = :id AND department_id = :department")
                .param("id", id)
                .param("department", department)
                .update();
    }
}
