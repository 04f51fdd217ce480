-- 田中太郎 typed in one is a family name and the beginning of a given name; 山田 花 are the beginnings of both.
DROP INDEX customer_by_family_name;
DROP INDEX customer_by_family_kana;
CREATE INDEX customer_by_name ON customer (family_name text_pattern_ops, given_name text_pattern_ops);
CREATE INDEX customer_by_kana ON customer (family_kana text_pattern_ops, given_kana text_pattern_ops);
