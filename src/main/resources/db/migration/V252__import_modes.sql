ALTER TABLE customer_import
    ADD COLUMN mode text CHECK (mode IN ('ADD', 'ADD_AND_OVERWRITE', 'OVERWRITE', 'STOP', 'LEAVE', 'DELETE')),
    ADD COLUMN departments bigint[] NOT NULL DEFAULT '{}',
    DROP CONSTRAINT customer_import_state_check,
    ADD CONSTRAINT customer_import_state_check CHECK (state IN ('QUEUED', 'RUNNING', 'PAUSED', 'DONE', 'FAILED', 'STOPPED'));

UPDATE customer_import SET mode = CASE WHEN overwrite THEN 'ADD_AND_OVERWRITE' ELSE 'ADD' END;

ALTER TABLE customer_import
    ALTER COLUMN mode SET NOT NULL,
    DROP COLUMN overwrite;
