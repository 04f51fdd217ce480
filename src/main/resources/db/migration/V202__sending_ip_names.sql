-- What the reverse name of an address looked like when somebody last asked DNS.
ALTER TABLE sending_ip ADD names_state text CHECK (names_state IN ('FITS', 'OTHER_NAME', 'ONE_WAY', 'NO_NAME', 'UNKNOWN', 'PRIVATE'));
ALTER TABLE sending_ip ADD names_found text;
ALTER TABLE sending_ip ADD names_at timestamptz;
-- A pool may go when nothing of it is left to be done; batches that have ended do not keep it.
ALTER TABLE delivery_batch DROP CONSTRAINT delivery_batch_pool_id_fkey;
