-- One act on many customers, done in chunks; `after_id` is how far it is.
CREATE TABLE customer_bulk (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operator_id bigint NOT NULL REFERENCES operator (id),
    departments bigint[] NOT NULL,
    selection   jsonb NOT NULL,
    act         text NOT NULL CHECK (act IN ('JOIN', 'LEAVE', 'STOP', 'BAN', 'SET_FIELD', 'CLEAN', 'UNCLEAN', 'DELETE')),
    group_id    bigint REFERENCES customer_group (id),
    field_key   text,
    value       text NOT NULL DEFAULT '',
    note        text NOT NULL DEFAULT '',
    state       text NOT NULL CHECK (state IN ('RUNNING', 'DONE', 'FAILED', 'STOPPED')),
    after_id    bigint NOT NULL DEFAULT 0,
    upto        bigint NOT NULL,
    total       integer NOT NULL,
    done        integer NOT NULL DEFAULT 0,
    changed     integer NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz
);
