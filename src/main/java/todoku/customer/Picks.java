package todoku.customer;

import java.util.List;
import org.springframework.jdbc.core.simple.JdbcClient;

/// Walks over a [Selection] in the order of the customers' numbers, a window at a time: nothing is held open between two
/// windows, and whoever is added behind the end is not met.
final class Picks {
    /// Ids in one answer: the search behind a selection is asked again for every window.
    static final int WINDOW = 20_000;

    private final JdbcClient db;

    Picks(JdbcClient db) {
        this.db = db;
    }

    /// The greatest number there is now.
    long end() {
        return db.sql("SELECT coalesce(max(id), 0) FROM customer").query(Long.class).single();
    }

    /// All of them, counted to the end.
    int count(Selection selection, long upto) {
        Selection.Ids ids = selection.ids(Fields.found(db));
        return db.sql("SELECT count(*) FROM (" + ids.sql() + ") s WHERE s.id <= :upto")
                .params(ids.parameters()).param("upto", upto).query(Integer.class).single();
    }

    /// Up to one more than `most`.
    int countUpTo(Selection selection, int most) {
        Selection.Ids ids = selection.ids(Fields.found(db));
        return db.sql("SELECT count(*) FROM (SELECT 1 FROM (" + ids.sql() + ") s LIMIT :most) t")
                .params(ids.parameters()).param("most", most + 1).query(Integer.class).single();
    }

    /// Those behind `after`, up to `upto`.
    List<Long> window(Selection selection, long after, long upto) {
        Selection.Ids ids = selection.ids(Fields.found(db));
        return db.sql("SELECT s.id FROM (" + ids.sql() + ") s WHERE s.id > :after AND s.id <= :upto ORDER BY s.id LIMIT :window")
                .params(ids.parameters()).param("after", after).param("upto", upto).param("window", WINDOW)
                .query(Long.class).list();
    }
}
