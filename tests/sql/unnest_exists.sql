-- EXISTS and IN that read the outer row
CREATE TABLE uo (id int PRIMARY KEY, k int, v int) WITH (autovacuum_enabled = off);
CREATE TABLE ui (id int PRIMARY KEY, k int, v int) WITH (autovacuum_enabled = off);
INSERT INTO uo SELECT i, CASE WHEN i % 13 = 0 THEN NULL ELSE i % 50 END, CASE WHEN i % 17 = 0 THEN NULL ELSE i % 30 END FROM generate_series(1, 400) i;
INSERT INTO ui SELECT i, CASE WHEN i % 11 = 0 THEN NULL ELSE i % 40 END, CASE WHEN i % 7 = 0 AND i % 40 < 10 THEN NULL ELSE i % 23 END FROM generate_series(1, 900) i;
ANALYZE uo;
ANALYZE ui;
-- as values and in OR
SELECT count(*) FILTER (WHERE e), count(*) FILTER (WHERE NOT e), count(*) FILTER (WHERE e IS NULL) FROM (SELECT EXISTS (SELECT 1 FROM ui WHERE ui.k = uo.k AND ui.v = uo.v) e FROM uo) x;
SELECT count(*), sum(id) FROM uo WHERE EXISTS (SELECT 1 FROM ui WHERE ui.k = uo.k AND ui.v > 20) OR id < 10;
SELECT count(*), sum(id) FROM uo WHERE NOT EXISTS (SELECT 1 FROM ui WHERE ui.k = uo.k) OR v = 3;
SELECT count(*), sum(id) FROM uo WHERE CASE WHEN v > 10 THEN EXISTS (SELECT 1 FROM ui WHERE ui.k = uo.k) ELSE id % 2 = 0 END;
-- over aggregates, limits and set operations
SELECT count(*), sum(id) FROM uo WHERE EXISTS (SELECT ui.v FROM ui WHERE ui.k = uo.k GROUP BY ui.v HAVING count(*) > 1);
SELECT count(*), sum(id) FROM uo WHERE NOT EXISTS (SELECT ui.v FROM ui WHERE ui.k = uo.k GROUP BY ui.v HAVING count(*) > 1);
SELECT count(*), sum(id) FROM uo WHERE EXISTS (SELECT 1 FROM ui WHERE ui.k = uo.k ORDER BY v LIMIT 1);
SELECT count(*), sum(id) FROM uo WHERE EXISTS (SELECT 1 FROM ui WHERE ui.k = uo.k UNION ALL SELECT 1 FROM ui j WHERE j.k = uo.v);
SELECT count(*), sum(id) FROM uo WHERE EXISTS (SELECT v FROM ui WHERE ui.k = uo.k EXCEPT SELECT uo.v);
SELECT count(*), sum(id) FROM uo WHERE EXISTS (SELECT count(*) FROM ui WHERE ui.k = uo.k);
SELECT count(*), sum(id) FROM uo WHERE EXISTS (SELECT 1 FROM ui LEFT JOIN ui j ON j.id = ui.v AND j.k = uo.k WHERE ui.k = uo.k AND j.id IS NULL);
SELECT count(*), sum(id) FROM uo WHERE EXISTS (SELECT 1 FROM ui WHERE ui.k = uo.k AND NOT EXISTS (SELECT 1 FROM ui j WHERE j.k = ui.v AND j.v = uo.v));
-- IN, also where its unknown result shows
SELECT count(*) FILTER (WHERE e), count(*) FILTER (WHERE NOT e), count(*) FILTER (WHERE e IS NULL) FROM (SELECT v IN (SELECT ui.v FROM ui WHERE ui.k = uo.k) e FROM uo) x;
SELECT count(*) FILTER (WHERE e), count(*) FILTER (WHERE NOT e), count(*) FILTER (WHERE e IS NULL) FROM (SELECT v NOT IN (SELECT ui.v FROM ui WHERE ui.k = uo.k) e FROM uo) x;
SELECT count(*), sum(id) FROM uo WHERE v NOT IN (SELECT ui.v FROM ui WHERE ui.k = uo.k);
SELECT count(*), sum(id) FROM uo WHERE v IN (SELECT max(ui.v) FROM ui WHERE ui.k = uo.k);
SELECT count(*), sum(id) FROM uo WHERE v IN (SELECT ui.v FROM ui WHERE ui.k = uo.k ORDER BY ui.v DESC LIMIT 5);
SELECT count(*), sum(id) FROM uo WHERE v IN (SELECT ui.v FROM ui WHERE ui.k = uo.k) OR id % 50 = 0;
SELECT count(*), sum(id) FROM uo WHERE v <> ALL (SELECT ui.v FROM ui WHERE ui.k = uo.k AND ui.v IS NOT NULL);
SELECT count(*), sum(id) FROM uo WHERE v > ANY (SELECT ui.v FROM ui WHERE ui.k = uo.k);
SELECT count(*), sum(id) FROM uo WHERE (v, k) IN (SELECT ui.v, ui.k FROM ui WHERE ui.id > uo.id) OR id = 7;
DROP TABLE uo, ui;
