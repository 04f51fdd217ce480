-- Longer than an idle transaction may last.
SELECT pg_sleep(0.6);
