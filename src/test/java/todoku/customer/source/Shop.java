package todoku.customer.source;

import java.net.URI;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.simple.JdbcClient;
import todoku.customer.ImportKey;
import todoku.database.TestDatabase;

/// The database of a shop beside ours, on the same server, and somebody who may only read it.
final class Shop {
    static final String PASSWORD = "reader's: pass/word?&";

    final String host;
    final int port;
    final String name;
    final String reader = "reader_" + HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong());
    final JdbcClient db;

    Shop(TestDatabase database) {
        String url = database.emptyUrl();
        URI address = URI.create(url.substring("jdbc:".length()));
        host = address.getHost();
        port = address.getPort();
        name = address.getPath().substring(1);
        db = JdbcClient.create(TestDatabase.direct(url));
        run("CREATE ROLE " + reader + " LOGIN PASSWORD '" + PASSWORD.replace("'", "''") + "'");
        run("""
                CREATE TABLE member (
                    no text PRIMARY KEY, email text, last_name text, first_name text, birthday date, points numeric(10, 2), rank text,
                    opt_in boolean NOT NULL DEFAULT true, photo bytea, updated_at timestamptz NOT NULL DEFAULT now())
                """);
        run("GRANT SELECT ON member TO " + reader);
    }

    void run(String sql) {
        db.sql(sql).update();
    }

    /// Members from one number to another, `M0001` with `m0001@shop.example` and so on.
    void members(int first, int last) {
        db.sql("""
                INSERT INTO member (no, email, last_name, first_name, birthday, points, rank)
                SELECT to_char(n, '"M"FM0000'), to_char(n, '"m"FM0000') || '@shop.example', '山田', '花子', DATE '1980-01-01' + n, n * 10, '金'
                  FROM generate_series(:first::int, :last::int) n
                """)
            .param("first", first).param("last", last).update();
    }

    /// Gone with the server's databases.
    void close() {
        run("DROP OWNED BY " + reader);
        run("DROP ROLE " + reader);
    }

    Source source(long group) {
        return source(group, "SELECT no AS member_no, email, last_name, first_name, birthday, points, opt_in FROM member ORDER BY no");
    }

    Source source(long group, String query) {
        Map<String, String> mapping = new LinkedHashMap<>();
        mapping.put("member_no", "NUMBER");
        mapping.put("email", Meanings.ADDRESS);
        mapping.put("last_name", "FAMILY_NAME");
        mapping.put("birthday", "BIRTHDAY");
        mapping.put("points", Meanings.FIELD + "ポイント");
        mapping.put("opt_in", Meanings.CONSENT);
        return new Source(0, "会員データベース", SourceKind.POSTGRESQL, host, port, name, reader, Source.Tls.OFF, 5, 5, query, ImportKey.ADDRESS,
                mapping, group, true, Source.Vanished.KEEP, Source.Schedule.NEVER, null, null, null, 1, Instant.EPOCH, null);
    }

    static Source with(Source source, @Nullable String changedSince, Source.Vanished vanished) {
        return new Source(source.id(), source.name(), source.kind(), source.host(), source.port(), source.database(), source.username(), source.tls(),
                source.connectSeconds(), source.statementSeconds(), source.query(), source.key(), source.mapping(), source.group(),
                source.overwrite(), vanished, source.schedule(), changedSince, source.mark(), source.fullAt(), source.version(), source.changedAt(), null);
    }
}
