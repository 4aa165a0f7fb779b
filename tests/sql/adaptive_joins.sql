-- joins whose inputs are of another size than thought: they go on with another algorithm, and give the same rows
CREATE TABLE ab (id int PRIMARY KEY, k int, v int, t text) WITH (autovacuum_enabled = off);
CREATE INDEX ab_k ON ab (k);
CREATE TABLE ac (id int PRIMARY KEY, a int, b int, k int) WITH (autovacuum_enabled = off);
INSERT INTO ab SELECT i, nullif(i % 30000, 7), i % 100, 't' || i % 50 FROM generate_series(1, 60000) i;
INSERT INTO ac SELECT i, i % 10, i % 10, nullif(i % 30000, 8) FROM generate_series(1, 40000) i;
ANALYZE ab;
ANALYZE ac;
-- hardly a row on the side that is hashed: the other is looked up
SELECT count(*), sum(ab.v) FROM ab JOIN ac ON ac.k = ab.k WHERE ac.a * 3 - ac.id < -39990;
SELECT ab.id, ac.id, ab.t FROM ab JOIN ac ON ac.k = ab.k WHERE ac.a * 3 - ac.id < -39990 ORDER BY 1, 2;
SELECT ab.id, ac.id, ab.v FROM ab JOIN ac ON ac.k = ab.k AND ab.v + ac.a > 60 WHERE ac.a * 3 - ac.id < -39980 AND ab.t <> 't3' ORDER BY 1, 2;
SELECT count(*) FROM ab JOIN ac ON ac.k = ab.k WHERE ac.a * 3 - ac.id < -50000;
SELECT count(*) FROM ab JOIN ac ON ac.k = ab.k WHERE (ac.k IS NULL) = (ac.a < -ac.id + 100);
SELECT ab.t, count(*) FROM ab JOIN ac ON ac.k = ab.k WHERE ac.a * 3 - ac.id < -39990 GROUP BY ab.t ORDER BY 1;
-- far more rows than thought outside a loop: the rest is joined by a table
SELECT count(*), sum(ab.v), sum(ac.id) FROM ac JOIN ab ON ac.k = ab.k WHERE ac.a = 3 AND ac.b = 3 AND ac.id % 10 = 3 AND ac.k % 10 = 3;
SELECT count(*), sum(ac.id) FROM ac WHERE ac.a = 3 AND ac.b = 3 AND ac.id % 10 = 3 AND ac.k % 10 = 3 AND EXISTS (SELECT 1 FROM ab WHERE ab.k = ac.k AND ab.v > 10);
SELECT count(*), sum(ac.id) FROM ac WHERE ac.a = 3 AND ac.b = 3 AND ac.id % 10 = 3 AND ac.k % 10 = 3 AND NOT EXISTS (SELECT 1 FROM ab WHERE ab.k = ac.k AND ab.v > 10);
SELECT sum(x), count(*) FROM (SELECT ac.id x, ab.id FROM ac JOIN ab ON ac.k = ab.k AND ab.v > ac.a WHERE ac.a = 3 AND ac.b = 3 AND ac.id % 10 = 3 AND ac.k % 10 = 3 ORDER BY ac.id, ab.id OFFSET 1500 LIMIT 3000) q;
SELECT ac.id, ab.id FROM ac JOIN ab ON ac.k = ab.k WHERE ac.a = 3 AND ac.b = 3 AND ac.id % 10 = 3 AND ac.k % 10 = 3 ORDER BY ac.id OFFSET 7000 LIMIT 4;
-- again for other values
PREPARE p (int) AS SELECT count(*), sum(ab.v) FROM ac JOIN ab ON ac.k = ab.k WHERE ac.a = $1 AND ac.b = 3 AND ac.id % 10 = $1 AND ac.k % 10 = 3;
EXECUTE p(3);
EXECUTE p(4);
EXECUTE p(3);
DROP TABLE ab, ac;
