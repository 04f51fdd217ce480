-- Live counts read indexes alone where they can: a prefecture, and who stands how in a group.
CREATE INDEX customer_by_prefecture ON customer (prefecture, id);
ALTER TABLE membership DROP CONSTRAINT membership_pkey, ADD PRIMARY KEY (group_id, customer_id) INCLUDE (state);
-- Where domains are banned, and where a segment asks for one.
CREATE INDEX address_of_domain ON address (domain_id, id);
