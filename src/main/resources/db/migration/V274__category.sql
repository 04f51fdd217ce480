-- A category may have a pool of its own, and is put away when nobody needs it any more: what was sent keeps its name.
ALTER TABLE category
    ADD COLUMN pool_id bigint REFERENCES sending_pool,
    ADD COLUMN retired_at timestamptz,
    ADD COLUMN version integer NOT NULL DEFAULT 1;
