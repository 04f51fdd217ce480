-- The list a reader leaves by the unsubscribe link of this mailing.
ALTER TABLE mailing ADD COLUMN group_id bigint;
