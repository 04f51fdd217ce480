-- Keys of programs that use the REST interface, and the answers they were given, to give them again.
ALTER TABLE operator ADD COLUMN service boolean NOT NULL DEFAULT false;

CREATE TABLE api_key (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operator_id   bigint NOT NULL UNIQUE REFERENCES operator (id),
    department_id bigint NOT NULL REFERENCES department (id),
    prefix        text NOT NULL UNIQUE,
    hash          bytea NOT NULL,
    scopes        text[] NOT NULL,
    created_by    bigint NOT NULL REFERENCES operator (id),
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz,
    last_used_at  timestamptz,
    revoked_at    timestamptz
);

CREATE TABLE api_idempotency (
    key_id          bigint NOT NULL REFERENCES api_key (id),
    idempotency_key text NOT NULL,
    request_hash    bytea NOT NULL,
    status          integer NOT NULL,
    headers         jsonb NOT NULL,
    body            text NOT NULL,
    created_at      timestamptz NOT NULL,
    PRIMARY KEY (key_id, idempotency_key)
);
CREATE INDEX api_idempotency_old ON api_idempotency (created_at);

-- What changed since: small, and in the way of no update.
CREATE INDEX customer_changed ON customer USING brin (changed_at) WITH (pages_per_range = 16, autosummarize = on);
