-- What domains promise about the safety of mail to them (RFC 8461), as their web servers gave it: it counts until then,
-- whatever happens to their DNS or web server in between.
CREATE TABLE mta_sts_policy (
    domain text PRIMARY KEY,
    policy_id text NOT NULL,
    policy text NOT NULL,
    fetched_at timestamptz NOT NULL,
    until timestamptz NOT NULL);
