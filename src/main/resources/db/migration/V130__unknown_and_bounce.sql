-- A bounce that arrives before its result waits here.
CREATE TABLE waiting_bounce (
    mailing_id bigint NOT NULL,
    no         int    NOT NULL,
    reason     text   NOT NULL,
    reply_id   bigint,
    at         timestamptz NOT NULL,
    PRIMARY KEY (mailing_id, no)
);
-- How many doubtful ones were put in line to be sent to again: by policy or by a person, counted apart.
ALTER TABLE mailing_progress ADD COLUMN again int NOT NULL DEFAULT 0;
-- Which batch a recipient was in; and batches that expire, among those that wait.
CREATE INDEX delivery_batch_range ON delivery_batch (mailing_id, first_no);
CREATE INDEX delivery_batch_expiry ON delivery_batch (expires_at) WHERE state = 'WAITING';
