-- Whole domains that must not be mailed.
CREATE TABLE suppressed_domain (
    domain_id   bigint PRIMARY KEY REFERENCES domain (id),
    since       timestamptz NOT NULL,
    note        text CHECK (length(note) BETWEEN 1 AND 500),
    operator_id bigint REFERENCES operator (id)
);

-- Every change of whom we must not mail, with who and why; without an operator it was a failure or the person themselves.
CREATE TABLE suppression_change (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL,
    address_id  bigint REFERENCES address (id),
    domain_id   bigint REFERENCES domain (id),
    reason      text NOT NULL CHECK (reason IN ('PERMANENT_FAILURE', 'COMPLAINT', 'REQUESTED', 'BANNED')),
    added       boolean NOT NULL,
    operator_id bigint REFERENCES operator (id),
    note        text,
    CHECK ((address_id IS NULL) <> (domain_id IS NULL))
);
CREATE INDEX suppression_change_of_address ON suppression_change (address_id, id) WHERE address_id IS NOT NULL;

INSERT INTO suppression_change (at, address_id, reason, added, operator_id, note)
SELECT since, address_id, reason, true, operator_id, note FROM suppression ORDER BY since, address_id;
