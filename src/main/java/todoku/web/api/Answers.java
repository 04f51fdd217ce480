package todoku.web.api;

import java.sql.Timestamp;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;
import todoku.database.Database;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The answers programs were given under an `Idempotency-Key`, to give them again.
@Component
public class Answers {
    /// A program that asks again later means something new.
    static final Duration KEPT = Duration.ofHours(24);

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private final JdbcClient db;
    private final InstantSource clock;

    Answers(Database database, InstantSource clock) {
        this.db = database.client();
        this.clock = clock;
    }

    record Answer(byte[] requestHash, int status, Map<String, String> headers, String body) {}

    /// Whether nobody else is answering this one now; until the transaction ends nobody else can.
    boolean begin(long key, String idempotencyKey) {
        return db.sql("SELECT pg_try_advisory_xact_lock(hashtextextended(:what, 17))")
                .param("what", key + " " + idempotencyKey).query(Boolean.class).single();
    }

    Optional<Answer> find(long key, String idempotencyKey) {
        return db.sql(
                        """
                        SELECT request_hash, status, headers, body FROM api_idempotency
                         WHERE key_id = :key AND idempotency_key = :idempotency AND created_at > :oldest
                        """)
                .param("key", key).param("idempotency", idempotencyKey).param("oldest", Timestamp.from(clock.instant().minus(KEPT)))
                .query((row, n) -> new Answer(
                        row.getBytes(1), row.getInt(2), JSON.readValue(row.getString(3), HEADERS), row.getString(4)))
                .optional();
    }

    void keep(long key, String idempotencyKey, Answer answer) {
        db.sql(
                        """
                        INSERT INTO api_idempotency (key_id, idempotency_key, request_hash, status, headers, body, created_at)
                        VALUES (:key, :idempotency, :hash, :status, CAST(:headers AS jsonb), :body, :now)
                        ON CONFLICT (key_id, idempotency_key) DO UPDATE
                           SET request_hash = excluded.request_hash, status = excluded.status, headers = excluded.headers,
                               body = excluded.body, created_at = excluded.created_at
                        """)
                .param("key", key).param("idempotency", idempotencyKey).param("hash", answer.requestHash())
                .param("status", answer.status()).param("headers", JSON.writeValueAsString(answer.headers()))
                .param("body", answer.body()).param("now", Timestamp.from(clock.instant())).update();
    }

    public void forgetOld() {
        db.sql("DELETE FROM api_idempotency WHERE created_at < :oldest")
                .param("oldest", Timestamp.from(clock.instant().minus(KEPT))).update();
    }
}
