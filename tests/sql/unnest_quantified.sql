-- comparisons with ANY and ALL of a subquery: by the least and greatest value
CREATE TABLE qo (id int PRIMARY KEY, k int, v int) WITH (autovacuum_enabled = off);
CREATE TABLE qi (id int PRIMARY KEY, k int, v int, n numeric, t text, d date) WITH (autovacuum_enabled = off);
INSERT INTO qo SELECT i, CASE WHEN i % 13 = 0 THEN NULL ELSE i % 50 END, CASE WHEN i % 17 = 0 THEN NULL ELSE i % 29 END FROM generate_series(1, 300) i;
INSERT INTO qi SELECT i, i % 40, CASE WHEN i % 11 = 0 AND i % 40 > 20 THEN NULL ELSE i % 23 END, i / 7.0, 't' || i % 31, date '2020-01-01' + i % 100 FROM generate_series(1, 600) i;
ANALYZE qo;
ANALYZE qi;
-- each operator with ANY and ALL: of rows, of rows with nulls, of none
SELECT x, x < ANY (SELECT v FROM qi WHERE id < 20) a, x <= ANY (SELECT v FROM qi WHERE id < 20) b, x > ANY (SELECT v FROM qi WHERE id < 20) c, x >= ANY (SELECT v FROM qi WHERE id < 20) d, x <> ANY (SELECT v FROM qi WHERE id < 20) e, x = ANY (SELECT v FROM qi WHERE id < 20) f FROM (VALUES (0), (1), (5), (19), (22), (23), (NULL)) t(x);
SELECT x, x < ALL (SELECT v FROM qi WHERE id < 20) a, x <= ALL (SELECT v FROM qi WHERE id < 20) b, x > ALL (SELECT v FROM qi WHERE id < 20) c, x >= ALL (SELECT v FROM qi WHERE id < 20) d, x <> ALL (SELECT v FROM qi WHERE id < 20) e, x = ALL (SELECT v FROM qi WHERE id < 20) f FROM (VALUES (0), (1), (5), (19), (22), (23), (NULL)) t(x);
SELECT x, x < ANY (SELECT v FROM qi) a, x <= ANY (SELECT v FROM qi) b, x > ANY (SELECT v FROM qi) c, x >= ANY (SELECT v FROM qi) d, x <> ANY (SELECT v FROM qi) e, x = ANY (SELECT v FROM qi) f FROM (VALUES (-1), (0), (5), (22), (23), (NULL)) t(x);
SELECT x, x < ALL (SELECT v FROM qi) a, x <= ALL (SELECT v FROM qi) b, x > ALL (SELECT v FROM qi) c, x >= ALL (SELECT v FROM qi) d, x <> ALL (SELECT v FROM qi) e, x = ALL (SELECT v FROM qi) f FROM (VALUES (-1), (0), (5), (22), (23), (NULL)) t(x);
SELECT x, x < ANY (SELECT v FROM qi WHERE id < 0) a, x > ANY (SELECT v FROM qi WHERE id < 0) b, x <> ANY (SELECT v FROM qi WHERE id < 0) c, x < ALL (SELECT v FROM qi WHERE id < 0) d, x >= ALL (SELECT v FROM qi WHERE id < 0) e, x <> ALL (SELECT v FROM qi WHERE id < 0) f, x = ALL (SELECT v FROM qi WHERE id < 0) g FROM (VALUES (0), (NULL)) t(x);
SELECT x, x < ANY (SELECT NULL::int) a, x > ALL (SELECT NULL::int) b, x <> ANY (SELECT NULL::int) c, x <> ANY (SELECT 5) d, x = ALL (SELECT 5) e FROM (VALUES (0), (5), (NULL)) t(x);
-- as conditions
SELECT count(*), sum(id) FROM qo WHERE v > ANY (SELECT v FROM qi WHERE k = 3);
SELECT count(*), sum(id) FROM qo WHERE v <> ANY (SELECT v FROM qi WHERE k = 3);
SELECT count(*), sum(id) FROM qo WHERE v >= ALL (SELECT v FROM qi WHERE k = 3);
SELECT count(*), sum(id) FROM qo WHERE v >= ALL (SELECT v FROM qi);
SELECT count(*), sum(id) FROM qo WHERE NOT v < ALL (SELECT v FROM qi WHERE k = 30);
SELECT count(*), sum(id) FROM qo WHERE NOT (v > ANY (SELECT v FROM qi WHERE k = 30));
SELECT count(*), sum(id) FROM qo WHERE v > ANY (SELECT v FROM qi WHERE k = 30) OR k IS NULL;
SELECT count(*), sum(id) FROM qo WHERE (v < ALL (SELECT v FROM qi WHERE k = 7)) IS UNKNOWN;
-- that read the outer row
SELECT count(*), sum(id) FROM qo WHERE v > ANY (SELECT v FROM qi WHERE qi.k = qo.k);
SELECT count(*), sum(id) FROM qo WHERE v > ALL (SELECT v FROM qi WHERE qi.k = qo.k);
SELECT count(*), sum(id) FROM qo WHERE v <= ALL (SELECT v FROM qi WHERE qi.k < qo.k);
SELECT count(*), sum(id) FROM qo WHERE v <> ALL (SELECT v FROM qi WHERE qi.k = qo.k);
SELECT count(*), sum(id) FROM qo WHERE v = ALL (SELECT v FROM qi WHERE qi.id = qo.k);
SELECT a, b, c, count(*), sum(id) FROM (SELECT id, v < ANY (SELECT v FROM qi WHERE qi.k = qo.k) a, v >= ALL (SELECT v FROM qi WHERE qi.k = qo.k) b, v <> ANY (SELECT v FROM qi WHERE qi.k = qo.k) c FROM qo) x GROUP BY 1, 2, 3 ORDER BY 1, 2, 3;
SELECT count(*), sum(id) FROM qo WHERE v > ANY (SELECT v FROM qi WHERE qi.k = qo.k) OR v < ALL (SELECT v FROM qi WHERE qi.k = qo.k + 1);
SELECT count(*), sum(id) FROM qo WHERE v > ALL (SELECT v FROM qi WHERE qi.k = qo.k AND v > ANY (SELECT v FROM qi j WHERE j.k = qi.k + 1));
-- of other types
SELECT x, x < ANY (SELECT n FROM qi) a, x > ALL (SELECT n FROM qi) b FROM (VALUES (0.1), (85.5), (86), ('NaN'::numeric)) t(x);
SELECT x, x < ANY (SELECT v FROM qi) a, x > ALL (SELECT v FROM qi) b FROM (VALUES (0.5), (22.5)) t(x);
SELECT x, x < ANY (SELECT v FROM qi) a, x >= ALL (SELECT v FROM qi WHERE id < 20) b FROM (VALUES (0::bigint), (22)) t(x);
SELECT x, x < ANY (SELECT v::float8 FROM qi UNION ALL SELECT 'NaN') a, x > ALL (SELECT v::float4 FROM qi WHERE id < 20) b FROM (VALUES (0::float8), ('NaN')) t(x);
SELECT x, x < ANY (SELECT t FROM qi) a, x > ALL (SELECT t::varchar(2) FROM qi) b, x = ALL (SELECT 'z'::text) c FROM (VALUES ('t'), ('t9'), ('z')) t(x);
SELECT x, x > ANY (SELECT d FROM qi) a, x <= ALL (SELECT d FROM qi) b FROM (VALUES (date '2020-01-01'), ('2021-01-01')) t(x);
SELECT x, x > ANY (SELECT d FROM qi) a, x <= ALL (SELECT d FROM qi) b FROM (VALUES (timestamp '2020-01-01'), ('2021-01-01')) t(x);
SELECT x, x > ANY (SELECT v % 2 = 0 FROM qi WHERE id < 20) a, x >= ALL (SELECT v % 2 = 0 FROM qi WHERE id < 20) b FROM (VALUES (true), (false), (NULL)) t(x);
SELECT x, x > ANY (SELECT ARRAY[v] FROM qi WHERE id < 20) a FROM (VALUES (ARRAY[0]), (ARRAY[5])) t(x);
SELECT (1, 2) < ANY (SELECT v, k FROM qi), (1, 2) <> ALL (SELECT v, k FROM qi WHERE id < 20);
-- of ordered, limited, grouped and united subqueries
SELECT x, x < ANY (SELECT v FROM qi ORDER BY id LIMIT 5) a, x > ALL (SELECT count(*) FROM qi GROUP BY k) b, x < ALL (SELECT v FROM qi WHERE id < 5 UNION SELECT k FROM qo WHERE id < 5) c FROM (VALUES (1), (5), (100)) t(x);
SELECT count(*) FROM qo WHERE v < ANY (SELECT (random() * 0 + 10)::int FROM qi WHERE k = 1);
-- changes
UPDATE qo SET v = -1 WHERE v >= ALL (SELECT v FROM qi WHERE qi.k = qo.k);
SELECT count(*), sum(v) FROM qo;
DELETE FROM qo WHERE v < ALL (SELECT v FROM qi WHERE id < 100);
SELECT count(*), sum(id) FROM qo;
DROP TABLE qo, qi;
