\set a random(1, 20000 * :scale)
BEGIN;
UPDATE account SET balance = balance + 1 WHERE id BETWEEN :a AND :a + 20;
INSERT INTO queue (payload) SELECT md5(i::text) FROM generate_series(1, 50) i;
ROLLBACK;
