-- Choices of an import under a name, and files of the drop directory that are being imported by them.
CREATE TABLE import_profile (
    id             bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name           text NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 60),
    group_id       bigint REFERENCES customer_group (id),
    mode           text NOT NULL CHECK (mode IN ('ADD', 'ADD_AND_OVERWRITE', 'OVERWRITE', 'STOP', 'LEAVE')),
    key_field      text NOT NULL CHECK (key_field IN ('ADDRESS', 'NUMBER')),
    consent_source text,
    reading        jsonb NOT NULL,
    operator_id    bigint NOT NULL REFERENCES operator (id),
    created_at     timestamptz NOT NULL
);

CREATE TABLE import_drop (
    import_id  bigint PRIMARY KEY REFERENCES customer_import (id) ON DELETE CASCADE,
    folder     text NOT NULL,
    file       text NOT NULL,
    bytes      bigint NOT NULL,
    changed_at timestamptz NOT NULL
);
