-- What this installation has changed in the providers' rules, by the word of the field: only what differs from the
-- shipped list.
CREATE TABLE provider_rule (
    provider text PRIMARY KEY,
    changed jsonb NOT NULL,
    version integer NOT NULL,
    changed_by bigint REFERENCES operator,
    changed_at timestamptz NOT NULL);
