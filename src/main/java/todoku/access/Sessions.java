package todoku.access;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.Timestamp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;

/// Who is signed in. The browser keeps a random token, the database only its hash: a stolen backup signs nobody in.
@Component
class Sessions {
    /// Signed out after so long without a request.
    static final Duration IDLE = Duration.ofHours(8);
    /// Signed out after so long in any case.
    static final Duration LONGEST = Duration.ofHours(24);
    /// The time of the last request is written at most this often.
    private static final Duration SEEN_STEP = Duration.ofMinutes(1);

    private final JdbcClient db;
    private final Operators operators;
    private final InstantSource clock;
    private final SecureRandom random = new SecureRandom();

    Sessions(Database database, Operators operators, InstantSource clock) {
        this.db = database.client();
        this.operators = operators;
        this.clock = clock;
    }

    /// A session found: who, and the token its forms must carry.
    record Found(Operator operator, String csrf) {}

    /// Begins a session.
    ///
    /// @return the token for the cookie
    String begin(long operator) {
        String token = token();
        Timestamp now = Timestamp.from(clock.instant());
        db.sql(
                        """
                        INSERT INTO operator_session (token_hash, operator_id, csrf, created_at, seen_at)
                        VALUES (:hash, :operator, :csrf, :now, :now)
                        """)
                .param("hash", hash(token))
                .param("operator", operator)
                .param("csrf", token())
                .param("now", now)
                .update();
        return token;
    }

    Optional<Found> find(String token, String ip) {
        byte[] hash = hash(token);
        Timestamp now = Timestamp.from(clock.instant());
        Optional<Found> found = db.sql(
                        """
                        SELECT o.id, o.login, o.display_name, o.locale, o.must_change, s.csrf
                          FROM operator_session s JOIN operator o ON o.id = s.operator_id
                         WHERE s.token_hash = :hash AND o.active AND s.seen_at > :idle AND s.created_at > :oldest
                        """)
                .param("hash", hash)
                .param("idle", Timestamp.from(clock.instant().minus(IDLE)))
                .param("oldest", Timestamp.from(clock.instant().minus(LONGEST)))
                .query((row, n) -> new Found(
                        new Operator(
                                row.getLong("id"),
                                row.getString("login"),
                                row.getString("display_name"),
                                Locale.of(row.getString("locale")),
                                row.getBoolean("must_change"),
                                operators.roles(row.getLong("id")),
                                ip),
                        row.getString("csrf")))
                .optional();
        found.ifPresent(session -> db.sql(
                        "UPDATE operator_session SET seen_at = :now WHERE token_hash = :hash AND seen_at < :step")
                .param("now", now)
                .param("step", Timestamp.from(clock.instant().minus(SEEN_STEP)))
                .param("hash", hash)
                .update());
        return found;
    }

    void end(String token) {
        db.sql("DELETE FROM operator_session WHERE token_hash = :hash").param("hash", hash(token)).update();
    }

    /// After a change of password every other session of that person ends.
    void endOthers(long operator, String kept) {
        db.sql("DELETE FROM operator_session WHERE operator_id = :operator AND token_hash <> :kept")
                .param("operator", operator)
                .param("kept", hash(kept))
                .update();
    }

    void endAll(long operator) {
        db.sql("DELETE FROM operator_session WHERE operator_id = :operator").param("operator", operator).update();
    }

    /// Rows nobody can use any more.
    void forgetOld() {
        db.sql("DELETE FROM operator_session WHERE created_at < :oldest OR seen_at < :idle")
                .param("oldest", Timestamp.from(clock.instant().minus(LONGEST)))
                .param("idle", Timestamp.from(clock.instant().minus(IDLE)))
                .update();
    }

    private String token() {
        byte[] bytes = new byte[32];
        random.nextBytes(bytes);
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] hash(String token) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(token.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
