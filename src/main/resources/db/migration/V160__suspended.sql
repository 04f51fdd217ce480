-- A closed or suspended mailbox may be opened again: it counts like a full one.
INSERT INTO suppression_rule (reason, threshold, consecutive) VALUES ('SUSPENDED', 3, true) ON CONFLICT DO NOTHING;
