-- Several customers may have one address when the house allows it. 0 is the first of them: whom a file or a program means
-- that knows people by their address.
ALTER TABLE customer ADD COLUMN share_no integer NOT NULL DEFAULT 0;
ALTER TABLE customer ADD UNIQUE (address_id, share_no);
ALTER TABLE customer DROP CONSTRAINT customer_address_id_key;
CREATE INDEX customer_sharing ON customer (address_id) WHERE share_no > 0;

CREATE TABLE customer_setting (
    only_row       boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    address_unique boolean NOT NULL DEFAULT true,
    version        integer NOT NULL DEFAULT 1
);
INSERT INTO customer_setting DEFAULT VALUES;
