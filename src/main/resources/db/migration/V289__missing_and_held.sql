-- An address that was here and is not any more: nobody sends from it, until it is found again.
ALTER TABLE sending_ip ADD COLUMN missing_since timestamptz;
-- A campaign that was held before it had a mailing has a line in the log all the same.
ALTER TABLE system_event ADD COLUMN campaign_id bigint;
