-- Which destinations have work is asked ten times a second: from mailing to destination, a step for each.
DROP INDEX delivery_batch_of_mailing;
CREATE INDEX delivery_batch_of_mailing ON delivery_batch (mailing_id, destination_id) WHERE state = 'WAITING';
CREATE INDEX mailing_sending ON mailing (id) WHERE state = 'SENDING';
