-- Exports: the file itself is in the data directory until it is forgotten.
CREATE TABLE customer_export (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    operator_id bigint NOT NULL REFERENCES operator (id),
    selection   jsonb NOT NULL,
    columns     text[] NOT NULL,
    departments bigint[] NOT NULL,
    format      text NOT NULL CHECK (format IN ('CP932', 'UTF8')),
    masked      boolean NOT NULL,
    state       text NOT NULL CHECK (state IN ('RUNNING', 'DONE', 'FAILED', 'STOPPED')),
    rows_done   integer NOT NULL DEFAULT 0,
    rows_total  integer NOT NULL DEFAULT 0,
    misspelled  integer NOT NULL DEFAULT 0,
    started_at  timestamptz NOT NULL,
    ended_at    timestamptz
);

-- What somebody of the house said when they set it, and who.
ALTER TABLE suppression
    ADD COLUMN note text CHECK (length(note) BETWEEN 1 AND 500),
    ADD COLUMN operator_id bigint REFERENCES operator (id);
