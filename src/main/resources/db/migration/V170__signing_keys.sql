-- A signing domain has any number of keys. One of each algorithm signs; others are made ready, or stay published until
-- the mails they signed have been read by everybody. A retired key has no private half any more; its selector is never
-- used again. public_key is NULL for keys made before this: an RSA key tells its public half.
CREATE TABLE signing_key (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    domain_id   bigint NOT NULL REFERENCES signing_domain ON DELETE CASCADE,
    selector    text   NOT NULL,
    algorithm   text   NOT NULL CHECK (algorithm IN ('RSA','ED25519')),
    state       text   NOT NULL CHECK (state IN ('PREPARED','SIGNING','LEAVING','RETIRED')),
    private_key bytea,
    public_key  bytea,
    made_at     timestamptz NOT NULL,
    signs_from  timestamptz,
    published_until timestamptz,
    UNIQUE (domain_id, selector),
    CHECK ((private_key IS NULL) = (state = 'RETIRED')),
    CHECK ((published_until IS NOT NULL) = (state = 'LEAVING'))
);
CREATE UNIQUE INDEX signing_key_signs ON signing_key (domain_id, algorithm) WHERE state = 'SIGNING';

-- The domain a profile used went by the lowest id of its name; the others, if any, were never signed with.
INSERT INTO signing_key (domain_id, selector, algorithm, state, private_key, made_at, signs_from)
SELECT min(id) OVER (PARTITION BY name), selector, 'RSA',
       CASE WHEN row_number() OVER (PARTITION BY name ORDER BY id) = 1 THEN 'SIGNING' ELSE 'PREPARED' END,
       private_key, now(), now()
  FROM signing_domain;
UPDATE sender_profile p SET signing_domain_id = first.id
  FROM signing_domain d JOIN (SELECT name, min(id) AS id FROM signing_domain GROUP BY name) first ON first.name = d.name
 WHERE p.signing_domain_id = d.id AND first.id <> d.id;
DELETE FROM signing_domain d USING signing_domain first WHERE first.name = d.name AND first.id < d.id;
ALTER TABLE signing_domain DROP COLUMN selector, DROP COLUMN private_key,
    ADD COLUMN version int NOT NULL DEFAULT 1,
    ADD CONSTRAINT signing_domain_name_key UNIQUE (name);
