\set n random(1, 1000000)
BEGIN;
INSERT INTO queue (payload) VALUES (md5(:n::text));
DELETE FROM queue WHERE id = (SELECT id FROM queue WHERE state = 'new' ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
COMMIT;
