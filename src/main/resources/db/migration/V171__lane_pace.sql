-- How many mails each destination was given, by hour: only where a rule has a limit per hour or day.
CREATE TABLE lane_tally (
    node_id bigint NOT NULL REFERENCES node ON DELETE CASCADE,
    destination_id bigint NOT NULL REFERENCES destination ON DELETE CASCADE,
    hour timestamptz NOT NULL,
    mails integer NOT NULL,
    PRIMARY KEY (node_id, destination_id, hour));
-- What slows a node down towards a destination, while it does: what happened, what they said, what comes next.
CREATE TABLE lane_why (
    node_id bigint NOT NULL REFERENCES node ON DELETE CASCADE,
    destination_id bigint NOT NULL REFERENCES destination ON DELETE CASCADE,
    what text NOT NULL,
    reply text,
    rule text NOT NULL,
    since timestamptz NOT NULL,
    until timestamptz,
    connections_before integer NOT NULL,
    connections_since integer NOT NULL,
    PRIMARY KEY (node_id, destination_id));
