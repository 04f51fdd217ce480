-- Pairs of customers who are probably one person, as they were found last: looking among a million takes seconds.
CREATE TABLE duplicate_pair (
    first_id  bigint NOT NULL,
    second_id bigint NOT NULL,
    PRIMARY KEY (first_id, second_id)
);
CREATE TABLE duplicate_search (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    at       timestamptz NOT NULL DEFAULT '-infinity',
    took     interval NOT NULL DEFAULT '0'
);
INSERT INTO duplicate_search DEFAULT VALUES;
