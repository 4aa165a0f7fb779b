-- Rows that come together get their index entries together; what is unique stays so, and errors name the row that comes first.
CREATE TABLE bulk_keys (id bigint PRIMARY KEY, k integer, v text, UNIQUE (k));
INSERT INTO bulk_keys SELECT i, 1000 - i, 'v' || i FROM generate_series(1, 1000) AS i;
SELECT count(*), min(id), max(k) FROM bulk_keys;
INSERT INTO bulk_keys SELECT 2000 + i, NULL, 'null ' || i FROM generate_series(1, 500) AS i;
SELECT count(*) FROM bulk_keys WHERE k IS NULL;
INSERT INTO bulk_keys VALUES (5001, 5001, 'a'), (5003, 5003, 'b'), (5002, 5002, 'c'), (5003, 5004, 'd'), (5001, 5005, 'e');
INSERT INTO bulk_keys VALUES (5001, 5001, 'a'), (700, 5002, 'b'), (5003, 5003, 'c'), (3, 5004, 'd');
INSERT INTO bulk_keys VALUES (5001, 7, 'a'), (5002, 5002, 'b'), (5003, 5003, 'c'), (5004, 5004, 'd'), (5005, 8, 'e');
SELECT count(*) FROM bulk_keys;
INSERT INTO bulk_keys VALUES (6001, 6001, 'a'), (6002, NULL, NULL), (6003, -6003, 'it''s'), (6004, 6004, ''), (-6005, NULL, 'é');
SELECT * FROM bulk_keys WHERE id > 6000 OR id < 0 ORDER BY id;
-- Deleted keys may come again, in the same transaction too.
BEGIN;
DELETE FROM bulk_keys WHERE id <= 1000;
INSERT INTO bulk_keys SELECT i, 1000 - i, 'again' FROM generate_series(1000, 1, -1) AS i;
COMMIT;
SELECT count(*), count(DISTINCT id), sum(k) FROM bulk_keys WHERE id <= 1000;
-- Updates of unindexed, indexed and unique columns.
CREATE INDEX bulk_keys_v ON bulk_keys (v);
UPDATE bulk_keys SET v = v || '!' WHERE id <= 1000;
SELECT count(*) FROM bulk_keys WHERE v = 'again!';
SET enable_seqscan = off;
SELECT id, v FROM bulk_keys WHERE id IN (1, 500, 1000) ORDER BY id;
SELECT count(*) FROM bulk_keys WHERE v = 'again';
RESET enable_seqscan;
UPDATE bulk_keys SET id = 1, v = v || '?' WHERE id IN (1, 2);
UPDATE bulk_keys SET id = CASE id WHEN 1 THEN 1 ELSE 1 END, v = 'x' WHERE id IN (1, 3);
UPDATE bulk_keys SET id = id + 100000, v = v || '+' WHERE id <= 1000;
SELECT count(*), min(id), max(id) FROM bulk_keys WHERE id > 100000;
UPDATE bulk_keys SET v = 'same' WHERE id > 100000;
UPDATE bulk_keys SET k = k + 1 WHERE id = 100001;
UPDATE bulk_keys SET k = k + 1 WHERE id = 100002;
SELECT id, k, v FROM bulk_keys WHERE k IN (999, 1000) ORDER BY id;
INSERT INTO bulk_keys SELECT i, i, 'conflict' FROM generate_series(100990, 101010) AS i ON CONFLICT (id) DO UPDATE SET v = excluded.v;
SELECT count(*) FROM bulk_keys WHERE v = 'conflict';
DROP TABLE bulk_keys;
