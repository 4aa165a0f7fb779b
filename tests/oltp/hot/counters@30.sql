\set a random(1, 25)
\set b random(26, 50)
BEGIN;
UPDATE counter SET n = n + 1 WHERE id = :a;
UPDATE counter SET n = n + 1 WHERE id = :b;
COMMIT;
