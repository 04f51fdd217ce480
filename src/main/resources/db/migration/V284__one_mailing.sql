-- One mailing's rows, by its partition alone. A question that joins them by the number of a mailing it finds on its way opens the
-- partitions of every mailing of the past, and takes longer with each; here the number is in the text when it is planned.
CREATE FUNCTION recipient_of(mailing bigint, no int, OUT address_id bigint, OUT customer_id bigint) STABLE STRICT LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT address_id, customer_id FROM mailing_recipient WHERE mailing_id = %s AND no = %s', mailing, no)
       INTO address_id, customer_id;
END $$;

CREATE FUNCTION result_of(mailing bigint, no int, OUT state text, OUT reply_id bigint) STABLE STRICT LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format('SELECT state, reply_id FROM recipient_result WHERE mailing_id = %s AND no = %s', mailing, no) INTO state, reply_id;
END $$;

CREATE FUNCTION openers_of(mailing bigint) RETURNS bigint STABLE STRICT LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM first_open WHERE mailing_id = %s', mailing) INTO n;
    RETURN n;
END $$;

CREATE FUNCTION clickers_of(mailing bigint) RETURNS bigint STABLE STRICT LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(DISTINCT no) FROM first_click WHERE mailing_id = %s', mailing) INTO n;
    RETURN n;
END $$;

CREATE FUNCTION clicks_of(mailing bigint) RETURNS bigint STABLE STRICT LANGUAGE plpgsql AS $$
DECLARE
    n bigint;
BEGIN
    EXECUTE format('SELECT count(*) FROM first_click WHERE mailing_id = %s', mailing) INTO n;
    RETURN n;
END $$;
