-- Which events tell about which customers: one row per event, of one customer or of a chunk of an import, whose event
-- holds the ids.
CREATE TABLE customer_history (
    first_customer bigint NOT NULL,
    last_customer  bigint NOT NULL CHECK (last_customer >= first_customer),
    event_id       bigint NOT NULL,
    PRIMARY KEY (first_customer, last_customer, event_id)
);
CREATE INDEX customer_history_of_many ON customer_history (last_customer, first_customer, event_id)
 WHERE first_customer < last_customer;
