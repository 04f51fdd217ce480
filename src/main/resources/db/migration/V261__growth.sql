-- How many customers there were, hour by hour: reports of growth and the month's maximum read it, not the events.
CREATE TABLE record_growth (
    hour timestamptz PRIMARY KEY,
    created integer NOT NULL,
    deleted integer NOT NULL,
    -- the most there were in it
    peak bigint NOT NULL
);

CREATE TABLE group_growth (
    group_id bigint NOT NULL,
    hour timestamptz NOT NULL,
    -- OPERATOR, IMPORT, PERSON …: through whom
    source text NOT NULL,
    -- became 配信中, and ceased to be
    joined integer NOT NULL,
    departed integer NOT NULL,
    PRIMARY KEY (group_id, hour, source)
);
