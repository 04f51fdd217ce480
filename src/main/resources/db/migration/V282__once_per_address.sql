-- 重複配信チェック: where customers share an address, one mail for each address or one for each of them.
ALTER TABLE campaign ADD COLUMN once_per_address boolean NOT NULL DEFAULT true;
