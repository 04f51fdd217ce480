-- How many members of each group are in which state, kept as they change: to count a million memberships takes half a second.
-- Every statement adds what it changed, so nobody waits for anybody's row; the sum counts, and is folded into one row now and then.
CREATE TABLE group_count (
    group_id bigint NOT NULL,
    state    text NOT NULL,
    n        bigint NOT NULL
);
CREATE INDEX group_count_of_group ON group_count (group_id);
INSERT INTO group_count SELECT group_id, state, count(*) FROM membership GROUP BY group_id, state;

CREATE FUNCTION count_members_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO group_count SELECT group_id, state, count(*) FROM added GROUP BY group_id, state;
    RETURN NULL;
END $$;

CREATE FUNCTION count_members_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO group_count
    SELECT group_id, state, sum(n) FROM (SELECT group_id, state, 1 AS n FROM added UNION ALL SELECT group_id, state, -1 FROM removed) c
     GROUP BY group_id, state HAVING sum(n) <> 0;
    RETURN NULL;
END $$;

CREATE FUNCTION count_members_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO group_count SELECT group_id, state, -count(*) FROM removed GROUP BY group_id, state;
    RETURN NULL;
END $$;

CREATE FUNCTION count_no_members() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM group_count;
    RETURN NULL;
END $$;

CREATE TRIGGER members_added AFTER INSERT ON membership REFERENCING NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION count_members_added();
CREATE TRIGGER members_changed AFTER UPDATE ON membership REFERENCING OLD TABLE AS removed NEW TABLE AS added FOR EACH STATEMENT
    EXECUTE FUNCTION count_members_changed();
CREATE TRIGGER members_removed AFTER DELETE ON membership REFERENCING OLD TABLE AS removed FOR EACH STATEMENT
    EXECUTE FUNCTION count_members_removed();
CREATE TRIGGER members_emptied AFTER TRUNCATE ON membership FOR EACH STATEMENT EXECUTE FUNCTION count_no_members();
