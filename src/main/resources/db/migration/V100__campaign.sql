-- A mailing may go to several lists; its unsubscribe link leaves them all. A list may be deleted later: no reference.
CREATE TABLE mailing_group (
    mailing_id bigint NOT NULL REFERENCES mailing,
    group_id   bigint NOT NULL,
    PRIMARY KEY (mailing_id, group_id)
);
INSERT INTO mailing_group SELECT id, group_id FROM mailing WHERE group_id IS NOT NULL;
ALTER TABLE mailing DROP COLUMN group_id;

-- A test mail reads as it will for this customer, and goes to somebody else.
ALTER TABLE mailing ADD COLUMN as_customer_id bigint;

-- Whom a campaign is for, what was frozen when it was reserved, and why it stands where it stands.
CREATE TABLE campaign_group (
    campaign_id bigint NOT NULL REFERENCES campaign ON DELETE CASCADE,
    group_id    bigint NOT NULL,
    PRIMARY KEY (campaign_id, group_id)
);
ALTER TABLE campaign DROP COLUMN group_id,
    ADD COLUMN expiry_hours    int NOT NULL DEFAULT 72,
    ADD COLUMN mail_version_id bigint REFERENCES mail_version,
    ADD COLUMN reserved_count  int,
    ADD COLUMN why             text,
    ADD COLUMN test_mailing_id bigint REFERENCES mailing,
    ADD COLUMN changed_by      bigint;
CREATE INDEX campaign_due ON campaign (scheduled_at) WHERE state IN ('SCHEDULED', 'PREPARING');
CREATE INDEX campaign_running ON campaign (mailing_id) WHERE state IN ('PREPARING', 'SENDING', 'PAUSED');
