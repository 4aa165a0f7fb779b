\set rows 100000 * :scale
\set p1 random(1, :rows)
\set p2 random(1, :rows)
\set p3 random(1, :rows)
\set p4 random(1, :rows)
\set p5 random(1, :rows)
\set p6 random(1, :rows)
\set p7 random(1, :rows)
\set p8 random(1, :rows)
\set p9 random(1, :rows)
\set p10 random(1, :rows)
\set r1 random(1, :rows - 100)
\set r2 random(1, :rows - 100)
\set r3 random(1, :rows - 100)
\set r4 random(1, :rows - 100)
\set u1 random(1, :rows)
\set u2 random(1, :rows)
\set d random(1, :rows)
\set k random(1, :rows)
BEGIN;
SELECT c FROM sbtest WHERE id = :p1;
SELECT c FROM sbtest WHERE id = :p2;
SELECT c FROM sbtest WHERE id = :p3;
SELECT c FROM sbtest WHERE id = :p4;
SELECT c FROM sbtest WHERE id = :p5;
SELECT c FROM sbtest WHERE id = :p6;
SELECT c FROM sbtest WHERE id = :p7;
SELECT c FROM sbtest WHERE id = :p8;
SELECT c FROM sbtest WHERE id = :p9;
SELECT c FROM sbtest WHERE id = :p10;
SELECT c FROM sbtest WHERE id BETWEEN :r1 AND :r1 + 99;
SELECT sum(k) FROM sbtest WHERE id BETWEEN :r2 AND :r2 + 99;
SELECT c FROM sbtest WHERE id BETWEEN :r3 AND :r3 + 99 ORDER BY c;
SELECT DISTINCT c FROM sbtest WHERE id BETWEEN :r4 AND :r4 + 99 ORDER BY c;
UPDATE sbtest SET k = k + 1 WHERE id = :u1;
UPDATE sbtest SET c = repeat(md5((:u2::int + :k::int)::text), 3) || left(md5((:k::int)::text), 20) WHERE id = :u2;
DELETE FROM sbtest WHERE id = :d;
INSERT INTO sbtest (id, k, c, pad) VALUES (:d::int, :k::int, repeat(md5((:d::int)::text), 3) || left(md5((:k::int)::text), 20), md5((:d::int)::text) || left(md5((:k::int)::text), 20)) ON CONFLICT (id) DO NOTHING;
COMMIT;
