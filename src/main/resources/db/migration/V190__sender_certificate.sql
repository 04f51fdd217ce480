-- What a profile signs its mails with besides DKIM (S/MIME). The file's password is never kept: the key is sealed by ours.
CREATE TABLE sender_certificate (
    sender_id   bigint PRIMARY KEY REFERENCES sender_profile ON DELETE CASCADE,
    chain       bytea NOT NULL,
    private_key bytea NOT NULL,
    added_at    timestamptz NOT NULL
);
