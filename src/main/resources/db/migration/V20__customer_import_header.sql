-- The header of an imported file stands above its result lists.
ALTER TABLE customer_import ADD header text[] NOT NULL DEFAULT '{}';

-- Customers are looked up by the beginning of their name as it is typed.
CREATE INDEX customer_by_family_name ON customer (family_name text_pattern_ops);
CREATE INDEX customer_by_family_kana ON customer (family_kana text_pattern_ops);
