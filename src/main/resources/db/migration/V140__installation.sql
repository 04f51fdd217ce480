-- What the whole installation decides: one row.
CREATE TABLE installation (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    environment    text NOT NULL DEFAULT 'SANDBOX' CHECK (environment IN ('SANDBOX', 'LIVE')),
    company        text NOT NULL DEFAULT '',
    postal_address text NOT NULL DEFAULT '',
    contact        text NOT NULL DEFAULT '',
    link_base_url  text NOT NULL DEFAULT '',
    helo_name      text NOT NULL DEFAULT '',
    smart_host     text NOT NULL DEFAULT '',
    version        integer NOT NULL DEFAULT 1);

INSERT INTO installation DEFAULT VALUES;
