-- Each start of a node with the boot id of its operating system: a lease names (node_id, node_boot), and the journal's
-- dot entries of that boot are believed only while the operating system has not restarted since.
CREATE TABLE node_boot (
    node_id bigint NOT NULL REFERENCES node,
    boot    bigint NOT NULL,
    os_boot text   NOT NULL,
    PRIMARY KEY (node_id, boot)
);
CREATE INDEX delivery_batch_of_node ON delivery_batch (node_id) WHERE state = 'WAITING' AND node_id IS NOT NULL;
CREATE INDEX waiting_message_of_node ON waiting_message (node_id) WHERE node_id IS NOT NULL;
CREATE INDEX waiting_message_expiry ON waiting_message (expires_at);
