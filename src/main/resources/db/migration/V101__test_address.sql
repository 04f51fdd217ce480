-- Who checks mails before they are sent: the registered recipients of test mails.
CREATE TABLE test_address (
    id            bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    department_id bigint NOT NULL REFERENCES department,
    address       text   NOT NULL,
    UNIQUE (department_id, address)
);
