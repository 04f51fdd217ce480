-- Exports are workbooks too.
ALTER TABLE customer_export DROP CONSTRAINT customer_export_format_check;
ALTER TABLE customer_export ADD CONSTRAINT customer_export_format_check CHECK (format IN ('CP932', 'UTF8', 'XLSX'));
