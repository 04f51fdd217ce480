-- By what an import knows somebody again: the mail address or 会員番号.
ALTER TABLE customer_import ADD key_field text NOT NULL DEFAULT 'ADDRESS' CHECK (key_field IN ('ADDRESS', 'NUMBER'));
