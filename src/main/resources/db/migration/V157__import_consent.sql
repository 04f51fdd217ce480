-- Where the customers of a file agreed to be mailed again; null: nobody who is 配信停止 becomes 配信中 by this import.
ALTER TABLE customer_import ADD consent_source text CHECK (length(consent_source) BETWEEN 1 AND 200);
