-- The epoch reserved campaigns were made in: in a later one the database was restored, and a person looks at them first.
CREATE TABLE campaign_epoch (
    epoch int NOT NULL
);
INSERT INTO campaign_epoch VALUES (1);
