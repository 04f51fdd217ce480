-- What is kept for how long. Details of mailings without a number and without days: for ever.
CREATE TABLE retention (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    detail_mails integer CHECK (detail_mails BETWEEN 1 AND 100000),
    detail_days integer CHECK (detail_days BETWEEN 7 AND 36500),
    sign_in_days integer NOT NULL DEFAULT 365 CHECK (sign_in_days BETWEEN 30 AND 36500),
    job_days integer NOT NULL DEFAULT 10 CHECK (job_days BETWEEN 1 AND 365),
    version integer NOT NULL DEFAULT 1,
    CHECK (detail_mails IS NULL OR detail_days IS NULL)
);
INSERT INTO retention DEFAULT VALUES;

-- From then on nobody reads its recipients, results, opens and clicks: they leave in small steps.
ALTER TABLE mailing ADD COLUMN details_gone_at timestamptz;

-- What the report goes on to show of such a mailing.
CREATE TABLE mailing_figures (
    mailing_id bigint PRIMARY KEY REFERENCES mailing,
    openers integer NOT NULL,
    clickers integer NOT NULL,
    clicks integer NOT NULL,
    lists jsonb NOT NULL,
    emptied_at timestamptz
);
CREATE INDEX mailing_figures_not_empty ON mailing_figures (mailing_id) WHERE emptied_at IS NULL;

-- Whom an unsubscribe link of such a mailing is for: a thousand recipients in a row, by number.
CREATE TABLE old_recipient (
    mailing_id bigint NOT NULL,
    first_no integer NOT NULL,
    customers bigint[] NOT NULL,
    PRIMARY KEY (mailing_id, first_no)
);
