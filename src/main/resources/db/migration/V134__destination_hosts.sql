-- A destination is all domains that the same hosts serve. Which those are is asked of DNS when a domain is new, and again
-- from time to time; until then its recipients are planned towards number 0, from which nothing is sent.
ALTER TABLE destination ADD COLUMN hosts text UNIQUE;
INSERT INTO destination (id, name) OVERRIDING SYSTEM VALUE VALUES (0, 'unresolved');
ALTER TABLE domain ADD COLUMN resolved_at timestamptz;
UPDATE domain SET destination_id = NULL;
CREATE INDEX domain_new ON domain (id) WHERE resolved_at IS NULL;
CREATE INDEX domain_resolved ON domain (resolved_at);
