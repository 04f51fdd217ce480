-- How the operator said the file is to be read: character set and meaning of columns, so that an import goes on as it began.
ALTER TABLE customer_import ADD reading jsonb NOT NULL DEFAULT '{"columns": {}}';
