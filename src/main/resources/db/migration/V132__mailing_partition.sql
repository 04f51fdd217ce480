-- Recipients, results, first opens and first clicks lie in partitions by mailing: a large mailing has one of its own, the
-- others share one per 1,000 numbers. Retention drops whole partitions.
CREATE TABLE mailing_partition (
    first_id bigint PRIMARY KEY,
    after_id bigint NOT NULL
);
-- Numbers of large mailings: a range of their own, so that their partitions stand beside the shared ones.
CREATE SEQUENCE large_mailing_id START 1000000000;

ALTER TABLE mailing_recipient DETACH PARTITION mailing_recipient_rest;
ALTER TABLE recipient_result DETACH PARTITION recipient_result_rest;
ALTER TABLE first_open RENAME TO first_open_rest;
ALTER INDEX first_open_pkey RENAME TO first_open_rest_pkey;
CREATE TABLE first_open (LIKE first_open_rest INCLUDING ALL) PARTITION BY RANGE (mailing_id);
ALTER TABLE first_click RENAME TO first_click_rest;
ALTER INDEX first_click_pkey RENAME TO first_click_rest_pkey;
CREATE TABLE first_click (LIKE first_click_rest INCLUDING ALL) PARTITION BY RANGE (mailing_id);

DO $$
DECLARE
    after bigint := (SELECT (coalesce(max(id), 0) / 1000 + 1) * 1000 FROM mailing);
    parent text;
BEGIN
    FOREACH parent IN ARRAY ARRAY['mailing_recipient', 'recipient_result', 'first_open', 'first_click'] LOOP
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (MINVALUE) TO (%s)', parent, parent || '_rest', after);
    END LOOP;
    INSERT INTO mailing_partition VALUES (0, after);
END $$;

-- LIKE and ATTACH instead of PARTITION OF: readers of the parent are not blocked. Twice is the same as once.
CREATE FUNCTION make_mailing_partition(first bigint, after bigint) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
    parent text;
BEGIN
    PERFORM pg_advisory_xact_lock(hashtext('mailing_partition'));
    IF EXISTS (SELECT FROM mailing_partition p WHERE p.first_id < after AND p.after_id > first) THEN
        RETURN;
    END IF;
    FOREACH parent IN ARRAY ARRAY['mailing_recipient', 'recipient_result', 'first_open', 'first_click'] LOOP
        EXECUTE format('CREATE TABLE %I (LIKE %I INCLUDING ALL)', parent || '_' || first, parent);
        EXECUTE format('ALTER TABLE %I ATTACH PARTITION %I FOR VALUES FROM (%s) TO (%s)', parent, parent || '_' || first, first, after);
    END LOOP;
    INSERT INTO mailing_partition VALUES (first, after);
END $$;
