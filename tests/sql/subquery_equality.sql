-- Two subqueries that are written alike are one expression: in GROUP BY, HAVING, DISTINCT and ORDER BY.
CREATE TABLE se_a (id int PRIMARY KEY, name text);
CREATE TABLE se_b (id int PRIMARY KEY, a_id int, x int);
INSERT INTO se_a VALUES (1, 'one'), (2, 'two'), (3, 'two');
INSERT INTO se_b VALUES (1, 1, 5), (2, 1, 6), (3, 2, 9);
SELECT name, (SELECT max(x) FROM se_b b WHERE b.a_id = a.id) AS m, count(*) FROM se_a a GROUP BY name, (SELECT max(x) FROM se_b b WHERE b.a_id = a.id) ORDER BY 1, 2;
SELECT DISTINCT name, (SELECT max(x) FROM se_b b WHERE b.a_id = a.id) AS m FROM se_a a ORDER BY (SELECT max(x) FROM se_b b WHERE b.a_id = a.id) DESC NULLS LAST, name;
SELECT (SELECT max(x) FROM se_b b WHERE b.a_id = a.id) + 1 AS y, count(*) FROM se_a a GROUP BY (SELECT max(x) FROM se_b b WHERE b.a_id = a.id)
HAVING (SELECT max(x) FROM se_b b WHERE b.a_id = a.id) > 2 ORDER BY (SELECT max(x) FROM se_b b WHERE b.a_id = a.id);
SELECT EXISTS (SELECT 1 FROM se_b b WHERE b.a_id = a.id), count(*) FROM se_a a GROUP BY EXISTS (SELECT 1 FROM se_b b WHERE b.a_id = a.id) ORDER BY 1;
SELECT a.id IN (SELECT a_id FROM se_b), count(*) FROM se_a a GROUP BY a.id IN (SELECT a_id FROM se_b) ORDER BY 1;
-- Written alike, but with another operand, another table of the name or another column of it.
SELECT a.id IN (SELECT a_id FROM se_b) FROM se_a a GROUP BY name IN (SELECT 'one' FROM se_b);
SELECT a.id NOT IN (SELECT a_id FROM se_b), count(*) FROM se_a a GROUP BY a.id IN (SELECT a_id FROM se_b) ORDER BY 1;
WITH w AS (SELECT 1 AS v) SELECT (SELECT v FROM w), (WITH w AS (SELECT 2 AS v) SELECT (SELECT v FROM w)), count(*) FROM se_a GROUP BY (SELECT v FROM w);
SELECT (SELECT max(x) FROM se_b b WHERE b.a_id = a.id) FROM se_a a GROUP BY (SELECT min(x) FROM se_b b WHERE b.a_id = a.id);
SELECT a.id, (SELECT count(*) FROM se_b b WHERE b.a_id = a.id AND a.name LIKE 't%') FROM se_a a GROUP BY a.id ORDER BY 1;
-- Fields of one row of a subquery are different values.
SELECT count(*) FROM se_a a WHERE (a.id, 5) = (SELECT b.a_id, b.x FROM se_b b WHERE b.a_id = a.id ORDER BY b.id LIMIT 1);
SELECT a.id, (1, 2) < (SELECT min(x), max(x) FROM se_b b WHERE b.a_id = a.id), (6, 6) = (SELECT max(x), max(x) FROM se_b b WHERE b.a_id = a.id) FROM se_a a ORDER BY 1;
DROP TABLE se_a, se_b;
