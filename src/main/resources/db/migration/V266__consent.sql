-- Who agreed to be mailed: the proof the law asks for. It outlives the customer; the keyed hash of the address finds it again.
CREATE TABLE consent (
    id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    customer_id  bigint REFERENCES customer (id) ON DELETE SET NULL,
    address_id   bigint NOT NULL REFERENCES address (id),
    address_key  bytea NOT NULL CHECK (length(address_key) = 32),
    source       text NOT NULL CHECK (source IN ('FORM', 'PAPER', 'OPERATOR', 'IMPORT', 'API')),
    method       text CHECK (length(method) BETWEEN 1 AND 200),
    document     text CHECK (length(document) BETWEEN 1 AND 4000),
    agreed_at    timestamptz NOT NULL,
    ip           inet,
    purpose      text CHECK (length(purpose) BETWEEN 1 AND 500),
    group_id     bigint REFERENCES customer_group (id),
    recorded_at  timestamptz NOT NULL,
    recorded_by  bigint REFERENCES operator (id),
    import_id    bigint REFERENCES customer_import (id),
    withdrawn_at timestamptz,
    withdrawn_by bigint REFERENCES operator (id),
    erased_at    timestamptz
);
CREATE INDEX consent_of_customer ON consent (customer_id) WHERE customer_id IS NOT NULL;
CREATE INDEX consent_of_address ON consent (address_key, agreed_at);
CREATE INDEX consent_by_age ON consent (recorded_at, id);

-- What was agreed is never changed; a withdrawal is not taken back.
CREATE FUNCTION consent_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF to_jsonb(NEW) - '{customer_id,withdrawn_at,withdrawn_by,erased_at}'::text[]
            <> to_jsonb(OLD) - '{customer_id,withdrawn_at,withdrawn_by,erased_at}'::text[]
            OR OLD.withdrawn_at IS NOT NULL AND (NEW.withdrawn_at, NEW.withdrawn_by) IS DISTINCT FROM (OLD.withdrawn_at, OLD.withdrawn_by) THEN
        RAISE EXCEPTION 'consent % cannot be changed', OLD.id;
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER consent_stands BEFORE UPDATE ON consent FOR EACH ROW EXECUTE FUNCTION consent_stands();

-- How long it is kept after the last mail or its end, and what the last look did.
CREATE TABLE consent_retention (
    only_one boolean PRIMARY KEY DEFAULT true CHECK (only_one),
    days     int NOT NULL CHECK (days BETWEEN 31 AND 36500),
    version  int NOT NULL DEFAULT 1,
    ran_at   timestamptz,
    looked   bigint NOT NULL DEFAULT 0,
    deleted  bigint NOT NULL DEFAULT 0
);
INSERT INTO consent_retention (days) VALUES (1096);
