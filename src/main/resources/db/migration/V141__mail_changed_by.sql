-- Who changed a draft last: whoever else has it open is told by name.
ALTER TABLE mail ADD COLUMN changed_by bigint REFERENCES operator;
