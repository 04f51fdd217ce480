-- How many requests a program may send in a minute with its key; 0 is as many as it likes.
ALTER TABLE api_key ADD COLUMN per_minute int NOT NULL DEFAULT 600 CHECK (per_minute BETWEEN 0 AND 1000000);
