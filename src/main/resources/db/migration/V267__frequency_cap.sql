-- フリークエンシー制御: nobody gets more than so many mails of campaigns in so many days; 0 mails = no limit.
CREATE TABLE frequency_cap (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    mails integer NOT NULL DEFAULT 0 CHECK (mails BETWEEN 0 AND 100),
    days integer NOT NULL DEFAULT 7 CHECK (days BETWEEN 1 AND 90),
    version integer NOT NULL DEFAULT 1
);
INSERT INTO frequency_cap DEFAULT VALUES;
