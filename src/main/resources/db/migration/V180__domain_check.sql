-- What a look at a sender's domain found, one row per check; the next look replaces them.
CREATE TABLE domain_check (
    sender_profile_id bigint NOT NULL REFERENCES sender_profile(id) ON DELETE CASCADE,
    position int NOT NULL,
    name text NOT NULL,
    verdict text NOT NULL CHECK (verdict IN ('PASS', 'ADVICE', 'WARN', 'FAIL', 'UNKNOWN')),
    finding text NOT NULL,
    details text[] NOT NULL,
    record_name text,
    record_type text,
    record_value text,
    checked_at timestamptz NOT NULL,
    PRIMARY KEY (sender_profile_id, position)
);

-- Separated by commas; empty: what the machine and its name tell.
ALTER TABLE installation ADD COLUMN sending_addresses text NOT NULL DEFAULT '';
