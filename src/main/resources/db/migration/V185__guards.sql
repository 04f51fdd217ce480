-- What counts for the error rate: `rated` results speak of an address or of its reader, `refused` of them say that the
-- address is none. Written with the other counters, so that breakers read one row per node.
ALTER TABLE mailing_progress ADD rated int NOT NULL DEFAULT 0, ADD refused int NOT NULL DEFAULT 0;
UPDATE mailing_progress SET rated = delivered + failed;

-- Batches of a later stage are not claimed before the mailing has come to it.
ALTER TABLE mailing ADD open_stage int NOT NULL DEFAULT 0;
-- Why it was stopped, unless a person did it.
ALTER TABLE mailing ADD stop_cause text CHECK (stop_cause IN ('ERROR_RATE', 'OTHER_ENVIRONMENT'));
ALTER TABLE mailing DROP CONSTRAINT mailing_pause_cause_check;
ALTER TABLE mailing ADD CONSTRAINT mailing_pause_cause_check CHECK (pause_cause IN ('USER', 'FAULT', 'BREAKER', 'BLOCKED', 'RESTORED'));

-- The limits of the guards: one row.
CREATE TABLE guard_setting (
    only_row      boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    stop_percent  int NOT NULL DEFAULT 10 CHECK (stop_percent BETWEEN 1 AND 100),
    stop_results  int NOT NULL DEFAULT 500 CHECK (stop_results BETWEEN 50 AND 1000000),
    first_on      boolean NOT NULL DEFAULT true,
    first_percent int NOT NULL DEFAULT 10 CHECK (first_percent BETWEEN 1 AND 100),
    version       int NOT NULL DEFAULT 1);
INSERT INTO guard_setting DEFAULT VALUES;

-- The first percent of a mailing: how many it is, and how it was judged. CONFIRMED: a person goes on all the same.
CREATE TABLE first_percent (
    mailing_id bigint PRIMARY KEY REFERENCES mailing,
    recipients int NOT NULL,
    rated      int NOT NULL DEFAULT 0,
    refused    int NOT NULL DEFAULT 0,
    verdict    text CHECK (verdict IN ('PASSED', 'FAILED', 'CONFIRMED')),
    judged_at  timestamptz);
CREATE INDEX first_percent_open ON first_percent (mailing_id) WHERE verdict IS NULL;

-- What the system did or met by itself and somebody may have to know: kept for a year.
CREATE TABLE system_event (
    id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at         timestamptz NOT NULL,
    severity   text NOT NULL CHECK (severity IN ('INFO', 'WARNING', 'ERROR')),
    kind       text NOT NULL,
    mailing_id bigint,
    subject    text NOT NULL DEFAULT '',
    figures    text[] NOT NULL DEFAULT '{}',
    detail     text NOT NULL DEFAULT '',
    over_at    timestamptz,
    seen_at    timestamptz,
    seen_by    bigint REFERENCES operator);
CREATE INDEX system_event_at ON system_event (at DESC, id DESC);
CREATE INDEX system_event_open ON system_event (id) WHERE severity <> 'INFO' AND seen_at IS NULL;
