-- What opens and clicks told; the customer's device counts as learnt while it is the same.
ALTER TABLE customer ADD COLUMN learnt_device text;

-- Nothing that happened before tells a device: there is no need to read it all again.
INSERT INTO follower (name, epoch, xid, id)
SELECT 'devices', epoch, xid, id FROM event ORDER BY epoch DESC, xid DESC, id DESC LIMIT 1;
