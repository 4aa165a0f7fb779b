-- scalar subqueries that read the outer row: results are those of running them row by row
CREATE TABLE uo (id int PRIMARY KEY, k int, g text, v numeric) WITH (autovacuum_enabled = off);
CREATE TABLE ui (id int PRIMARY KEY, k int, g text, v int) WITH (autovacuum_enabled = off);
INSERT INTO uo SELECT i, CASE WHEN i % 13 = 0 THEN NULL ELSE i % 50 END, 'g' || i % 7, i / 2.0 FROM generate_series(1, 400) i;
INSERT INTO ui SELECT i, CASE WHEN i % 11 = 0 THEN NULL ELSE i % 40 END, 'g' || i % 9, i % 23 FROM generate_series(1, 900) i;
ANALYZE uo;
ANALYZE ui;
-- aggregates of no rows
SELECT id, k, (SELECT count(*) FROM ui WHERE ui.k = uo.k), (SELECT sum(v) FROM ui WHERE ui.k = uo.k), (SELECT coalesce(max(v), -1) FROM ui WHERE ui.k = uo.k AND ui.g = uo.g) FROM uo WHERE id % 9 = 0 ORDER BY id LIMIT 20;
SELECT count(*), sum(c), sum(s) FROM (SELECT (SELECT count(*) FROM ui WHERE ui.k = uo.k) c, (SELECT sum(v) FROM ui WHERE ui.k = uo.k) s FROM uo) x;
-- in conditions
SELECT count(*), sum(id) FROM uo WHERE (SELECT count(*) FROM ui WHERE ui.k = uo.k) = 0;
SELECT count(*), sum(id) FROM uo WHERE v > (SELECT count(*) * 2 FROM ui WHERE ui.k = uo.k) OR k IS NULL;
SELECT count(*), sum(id) FROM uo WHERE (SELECT min(v) FROM ui WHERE ui.k = uo.k) IS NULL;
SELECT count(*), sum(id) FROM uo WHERE (SELECT avg(v) FROM ui WHERE ui.k = uo.k) BETWEEN 10 AND 12 AND (SELECT count(DISTINCT g) FROM ui WHERE ui.k = uo.k) > 3;
-- other comparisons than equality, and outer values in the targets
SELECT count(*), sum(s) FROM (SELECT (SELECT count(*) FROM ui WHERE ui.k < uo.k) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT sum(ui.v + uo.id) FROM ui WHERE ui.k = uo.k) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT uo.id + count(*) FROM ui WHERE ui.k = uo.k) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT sum(ui.v) FROM ui WHERE ui.k = uo.k OR ui.g = uo.g) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT sum(ui.v) FROM ui WHERE ui.k = uo.k AND ui.v > uo.id / 10) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT sum(ui.v) FROM ui WHERE ui.k IS NOT DISTINCT FROM uo.k) s FROM uo) x;
-- conditions above the aggregate
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT sum(v) FROM ui WHERE ui.k = uo.k HAVING count(*) > 21) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT count(*) FROM ui WHERE ui.k = uo.k HAVING count(*) < 22) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT count(*) FROM ui WHERE ui.k = uo.k HAVING count(*) > uo.id) s FROM uo) x;
-- an only row by its key, by LIMIT, by grouping
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT v FROM ui WHERE ui.id = uo.k * 3) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT v FROM ui WHERE ui.k = uo.k ORDER BY v DESC, id LIMIT 1) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT id FROM ui WHERE ui.k = uo.k ORDER BY v, id DESC OFFSET 2 LIMIT 1) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT max(c) FROM (SELECT count(*) c FROM ui WHERE ui.k = uo.k GROUP BY g) t) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT count(*) FROM (SELECT DISTINCT g FROM ui WHERE ui.k = uo.k) t) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT sum(v) FROM (SELECT DISTINCT ON (g) g, v FROM ui WHERE ui.k = uo.k ORDER BY g, v DESC) t) s FROM uo) x;
-- several rows only of values that no outer row has, or for which the subquery is not asked
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT ui.v + uo.id FROM ui WHERE ui.k = uo.k AND ui.id < 40) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT v FROM ui WHERE ui.k = uo.k + 1000) s FROM uo) x;
SELECT count(*), sum(s), count(s) FROM (SELECT (SELECT NULLIF(v, 5) FROM ui WHERE ui.k = uo.k AND ui.id < 40) s FROM uo) x;
SELECT count(*), min(s), max(s) FROM (SELECT (SELECT g || v FROM ui WHERE ui.k = uo.k AND ui.id < 40) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT CASE WHEN k < 0 THEN (SELECT v FROM ui WHERE ui.k = uo.k) END s FROM uo) x;
SELECT count(*), sum(id) FROM uo WHERE v < (SELECT v * 100 FROM ui WHERE ui.k = uo.k AND ui.id BETWEEN 40 AND 70);
SELECT CASE WHEN k > 10 THEN (SELECT v FROM ui WHERE ui.k = uo.k) END s FROM uo ORDER BY id;
-- more than one row is still an error, and no row of a group that nobody asks for fails
SELECT (SELECT v FROM ui WHERE ui.k = uo.k) FROM uo;
SELECT count(*) FROM uo WHERE v > (SELECT v FROM ui WHERE ui.k = uo.k);
SELECT count(*), sum(s) FROM (SELECT (SELECT sum(100 / (ui.v - 5)) FROM ui WHERE ui.id = uo.id + 5) s FROM uo WHERE (id + 5) % 23 <> 5) x;
SELECT count(*), sum(s) FROM (SELECT CASE WHEN k = 1 THEN (SELECT sum(10 / (ui.k - 2)) FROM ui WHERE ui.k = uo.k) END s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT CASE WHEN k > 10 THEN (SELECT count(*) FROM ui WHERE ui.k = uo.k) ELSE -1 END s FROM uo) x;
-- two levels
SELECT count(*), sum(s) FROM (SELECT (SELECT sum((SELECT count(*) FROM ui j WHERE j.k = ui.k AND j.v < uo.id % 20)) FROM ui WHERE ui.k = uo.k) s FROM uo WHERE id < 60) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT count(*) FROM ui WHERE ui.k = uo.k AND EXISTS (SELECT 1 FROM ui j WHERE j.g = uo.g AND j.v = ui.v AND j.id > ui.id)) s FROM uo) x;
-- set operations and windows
SELECT count(*), sum(s) FROM (SELECT (SELECT sum(v) FROM (SELECT v FROM ui WHERE ui.k = uo.k UNION ALL SELECT id FROM uo o2 WHERE o2.k = uo.k) t) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT count(*) FROM (SELECT v FROM ui WHERE ui.k = uo.k EXCEPT SELECT v FROM ui j WHERE j.g = uo.g) t) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT count(*) FROM (SELECT v FROM ui WHERE ui.k = uo.k INTERSECT SELECT 5 UNION SELECT uo.id) t) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT sum(r) FROM (SELECT rank() OVER (ORDER BY v) r FROM ui WHERE ui.k = uo.k) t) s FROM uo) x;
-- arrays keep the order of the subquery
SELECT id, ARRAY(SELECT v FROM ui WHERE ui.k = uo.k AND ui.v > 15 ORDER BY v DESC, id) FROM uo WHERE id % 40 = 1 ORDER BY id;
SELECT count(*), sum(cardinality(a)) FROM (SELECT ARRAY(SELECT id FROM ui WHERE ui.k = uo.k ORDER BY id) a FROM uo) x;
-- functions of the outer row
SELECT count(*), sum(s) FROM (SELECT (SELECT sum(n) FROM generate_series(1, uo.k) n) s FROM uo) x;
SELECT count(*), sum(s) FROM (SELECT (SELECT max(x) FROM (VALUES (uo.id), (uo.k), (3)) t(x)) s FROM uo) x;
-- changes
UPDATE uo SET v = (SELECT count(*) FROM ui WHERE ui.k = uo.k);
SELECT count(*), sum(v) FROM uo;
DELETE FROM uo WHERE (SELECT count(*) FROM ui WHERE ui.k = uo.k) = 0 OR id > (SELECT 300 + max(v) FROM ui WHERE ui.k = uo.k);
SELECT count(*), sum(id) FROM uo;
DROP TABLE uo, ui;
