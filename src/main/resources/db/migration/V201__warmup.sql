-- How an address becomes known at a provider, day by day: only days on which it was worth a step, or was refused. Whoever is
-- nobody's is named by a number sign and its destination.
CREATE TABLE warmup_day (
    sending_ip_id bigint NOT NULL REFERENCES sending_ip ON DELETE CASCADE,
    provider text NOT NULL,
    day      date NOT NULL,
    step     int  NOT NULL,
    mails    int  NOT NULL,
    refused  int  NOT NULL,
    blocked  int  NOT NULL,
    PRIMARY KEY (sending_ip_id, provider, day));
