-- The lines of an import lie in blocks, one row for up to 2,000 lines of one class: [{"line", "reason", "cells": […]}, …].
CREATE TABLE customer_import_block (
    import_id  bigint NOT NULL REFERENCES customer_import ON DELETE CASCADE,
    class      text   NOT NULL CHECK (class IN ('SUCCESS','UNSUBSCRIBED','FAILURE','OTHER')),
    first_line int    NOT NULL,
    lines      text   NOT NULL,
    PRIMARY KEY (import_id, class, first_line)
);
INSERT INTO customer_import_block (import_id, class, first_line, lines)
SELECT import_id, class, min(line),
       json_agg(json_build_object('line', line, 'reason', coalesce(reason, ''), 'cells', to_json(cells)) ORDER BY line)::text
  FROM customer_import_line GROUP BY import_id, class, line / 2000;
DROP TABLE customer_import_line;

-- Addresses and numbers are compared byte by byte: nobody sorts them as a dictionary would.
ALTER TABLE address ALTER canonical TYPE text COLLATE "C";
ALTER TABLE customer ALTER number TYPE text COLLATE "C";
