-- Fields of the house: more types, what may stand in them, and whether they are looked up.
ALTER TABLE customer_field
    DROP CONSTRAINT customer_field_type_check,
    ADD CONSTRAINT customer_field_type_check CHECK (type IN (
        'TEXT', 'LONG_TEXT', 'NUMBER', 'DATE', 'DATETIME', 'YES_NO', 'CHOICE', 'CHOICES', 'MAIL_ADDRESS', 'TELEPHONE', 'POSTAL_CODE', 'URL')),
    ADD COLUMN choices text[] NOT NULL DEFAULT '{}',
    ADD COLUMN required boolean NOT NULL DEFAULT false,
    ADD COLUMN is_unique boolean NOT NULL DEFAULT false,
    ADD COLUMN searchable boolean NOT NULL DEFAULT false,
    ADD COLUMN default_text text NOT NULL DEFAULT '',
    ADD COLUMN minimum numeric,
    ADD COLUMN maximum numeric,
    ADD COLUMN retired_at timestamptz,
    ADD COLUMN index_state text NOT NULL DEFAULT 'NONE' CHECK (index_state IN ('NONE', 'BUILDING', 'READY', 'FAILED')),
    ADD COLUMN index_why text;

-- 希望形式, and what the customer reads with.
ALTER TABLE customer
    ADD COLUMN preferred_format text CHECK (preferred_format IN ('HTML', 'TEXT')),
    ADD COLUMN device text,
    ADD COLUMN carrier text CHECK (carrier IN ('DOCOMO', 'AU', 'SOFTBANK', 'OTHER'));
