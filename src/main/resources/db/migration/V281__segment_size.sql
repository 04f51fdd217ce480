-- How many met a saved segment on each day, by the rule it had in that version.
CREATE TABLE segment_size (
    segment_id bigint  NOT NULL REFERENCES segment ON DELETE CASCADE,
    day        date    NOT NULL,
    people     integer NOT NULL,
    version    integer NOT NULL,
    PRIMARY KEY (segment_id, day)
);
