-- スポット配信: one-off mail that also goes to people who opted out, and what its maker answers for.
ALTER TABLE campaign
    ADD COLUMN reach           text    NOT NULL DEFAULT 'WILLING' CHECK (reach IN ('WILLING', 'MEMBERS', 'OPTED_OUT')),
    ADD COLUMN spot_reason     text    CHECK (length(spot_reason) <= 500),
    ADD COLUMN no_advertising  boolean NOT NULL DEFAULT false,
    ADD COLUMN opted_out_count integer,
    ADD CHECK (kind IN ('GROUP', 'SPOT') AND (kind = 'SPOT') = (reach <> 'WILLING') AND (kind = 'SPOT') = (spot_reason IS NOT NULL));

-- Whoever has a suppression that is an opt-out gets it all the same.
ALTER TABLE mailing ADD COLUMN even_opted_out boolean NOT NULL DEFAULT false;
