-- Which server the database lived on, and since when: another one means that it was restored. Events carry the epoch.
CREATE TABLE epoch (
    epoch             int  PRIMARY KEY,
    system_identifier text NOT NULL,
    timeline          text NOT NULL,
    since             timestamptz NOT NULL
);
-- Released after a restore: its batches do not know whom the journal knows to have it.
ALTER TABLE mailing ADD COLUMN was_held boolean NOT NULL DEFAULT false;
