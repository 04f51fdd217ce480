-- What a deleted customer no longer wanted, by address: it stands again when the address is registered again.
CREATE TABLE departed_membership (
    address_id bigint NOT NULL REFERENCES address,
    group_id   bigint NOT NULL REFERENCES customer_group,
    state      text   NOT NULL CHECK (state IN ('UNSUBSCRIBED', 'BANNED')),
    since      timestamptz NOT NULL,
    PRIMARY KEY (address_id, group_id)
);
