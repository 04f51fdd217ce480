-- Compressing a block costs more than writing it; it is kept ten days.
ALTER TABLE customer_import_block ALTER lines SET STORAGE EXTERNAL;
