-- The last dialogue about a recipient that failed, waits or was cut, and of some that went well: replies without addresses,
-- nothing of the mail. The newest only.
CREATE TABLE transcript (
    mailing_id bigint NOT NULL,
    no         int    NOT NULL,
    at         timestamptz NOT NULL,
    attempt    int    NOT NULL,
    ended      text   NOT NULL CHECK (ended IN ('DELIVERED', 'REFUSED', 'DEFERRED', 'BLOCKED', 'CUT', 'NOT_SAFE', 'HANDED_BACK')),
    host       text   NOT NULL,
    ip         text   NOT NULL,
    tls        text   NOT NULL,
    mail       int    NOT NULL,
    steps      jsonb  NOT NULL,
    PRIMARY KEY (mailing_id, no));
CREATE INDEX transcript_at ON transcript (at);
