-- After how many failures of which kind an address is mailed no more. A reason without a row never counts.
CREATE TABLE suppression_rule (
    reason      text    PRIMARY KEY,
    threshold   int     NOT NULL CHECK (threshold BETWEEN 1 AND 100),
    consecutive boolean NOT NULL,
    version     int     NOT NULL DEFAULT 1
);
INSERT INTO suppression_rule (reason, threshold, consecutive) VALUES
    ('USER_UNKNOWN', 1, false), ('HOST_UNKNOWN', 1, false), ('FILTERED', 3, false),
    ('MAILBOX_FULL', 3, true), ('OTHER', 3, true);

-- The failures that count, each once by the event that told of it.
CREATE TABLE address_failure (
    address_id   bigint NOT NULL,
    event_id     bigint NOT NULL,
    reason       text   NOT NULL,
    mailing_id   bigint,
    recipient_no int,
    at           timestamptz NOT NULL,
    PRIMARY KEY (address_id, event_id)
);
-- The last delivery to an address that has failures: those before it are no longer consecutive.
CREATE TABLE address_success (
    address_id   bigint PRIMARY KEY,
    event_id     bigint NOT NULL,
    mailing_id   bigint,
    recipient_no int
);
CREATE INDEX suppression_newest ON suppression (since DESC, address_id);
