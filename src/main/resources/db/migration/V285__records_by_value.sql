-- Conditions on 取引データ: who bought a product is found by the product, and sums and counts of many days are read from
-- the index alone.
CREATE INDEX related_record_by_value ON related_record USING gin (data jsonb_path_ops);

DROP INDEX related_record_by_time;
CREATE INDEX related_record_by_time ON related_record (kind_id, at) INCLUDE (customer_id, amount);
