-- Values over a page: compressed, out of line, updated, deleted, vacuumed.
CREATE TABLE toasted (id integer PRIMARY KEY, n integer, t text, b bytea, v varchar(20000));
-- compressible and not
INSERT INTO toasted VALUES (1, 1, repeat('abcdefghij', 10000), NULL, 'short');
INSERT INTO toasted SELECT 2, 2, string_agg(md5(i::text), ''), NULL, NULL FROM generate_series(1, 5000) i;
INSERT INTO toasted SELECT 3, 3, string_agg(md5(i::text), ''), decode(string_agg(md5((i + 7)::text), ''), 'hex'), left(string_agg(md5((-i)::text), ''), 20000) FROM generate_series(1, 2000) i;
INSERT INTO toasted VALUES (4, 4, '', '\x', repeat('x', 20000));
SELECT id, n, length(t), md5(t), length(b), md5(b), length(v), md5(v) FROM toasted ORDER BY id;
SELECT id, substr(t, 9990, 20), right(v, 5) FROM toasted ORDER BY id;
-- an update of another column leaves them alone
UPDATE toasted SET n = n + 10;
SELECT id, n, length(t), md5(t), md5(b), md5(v) FROM toasted ORDER BY id;
-- one of themselves
UPDATE toasted SET t = t || 'more' WHERE id IN (2, 3);
UPDATE toasted SET t = 'small' WHERE id = 1;
UPDATE toasted SET b = decode(repeat('0102', 50000), 'hex') WHERE id = 4;
SELECT id, n, length(t), md5(t), length(b), md5(b), md5(v) FROM toasted ORDER BY id;
-- rolled back
BEGIN;
UPDATE toasted SET t = repeat(t, 2), v = NULL WHERE id <> 4;
DELETE FROM toasted WHERE id = 4;
SELECT id, length(t), length(v) FROM toasted ORDER BY id;
SAVEPOINT s;
INSERT INTO toasted SELECT 5, 5, string_agg(md5(i::text), '') FROM generate_series(1, 4000) i;
SELECT length(t), md5(t) FROM toasted WHERE id = 5;
ROLLBACK TO s;
INSERT INTO toasted SELECT 6, 6, string_agg(md5(i::text), '') FROM generate_series(1, 4001) i;
SELECT length(t), md5(t) FROM toasted WHERE id = 6;
ROLLBACK;
SELECT id, n, length(t), md5(t), length(b), md5(b), md5(v) FROM toasted ORDER BY id;
VACUUM toasted;
SELECT id, n, length(t), md5(t), length(b), md5(b), md5(v) FROM toasted ORDER BY id;
-- conflicts
INSERT INTO toasted SELECT 2, 0, string_agg(md5(i::text), '') FROM generate_series(1, 3000) i ON CONFLICT (id) DO UPDATE SET t = excluded.t || toasted.t;
INSERT INTO toasted SELECT 3, 0, string_agg(md5(i::text), '') FROM generate_series(1, 3000) i ON CONFLICT (id) DO NOTHING;
SELECT id, n, length(t), md5(t), length(b), md5(b), md5(v) FROM toasted ORDER BY id;
-- joins, sorting, grouping and RETURNING carry them
SELECT a.id, b.id, md5(a.t || b.t) FROM toasted a JOIN toasted b ON a.t > b.t ORDER BY a.t, b.t;
SELECT count(*), length(t) FROM toasted GROUP BY t ORDER BY 2;
DELETE FROM toasted WHERE id = 2 RETURNING id, md5(t);
-- storage strategies
CREATE TABLE strategies (p text, e text, x text, m text);
ALTER TABLE strategies ALTER p SET STORAGE PLAIN, ALTER e SET STORAGE EXTERNAL, ALTER m SET STORAGE MAIN;
SELECT attname, attstorage FROM pg_attribute WHERE attrelid = 'strategies'::regclass AND attnum > 0 ORDER BY attnum;
INSERT INTO strategies VALUES (repeat('p', 1000), repeat('e', 100000), repeat('x', 100000), repeat('m', 100000));
SELECT length(p), md5(e), md5(x), md5(m) FROM strategies;
UPDATE strategies SET p = 'q', m = m || 'm';
SELECT length(p), md5(e), md5(x), md5(m) FROM strategies;
ALTER TABLE strategies ALTER e SET STORAGE nonsense;
-- rewrites and truncation
ALTER TABLE strategies ALTER p TYPE varchar;
ALTER TABLE strategies ADD COLUMN c timestamptz DEFAULT clock_timestamp();
SELECT length(p), md5(e), md5(x), md5(m), c IS NOT NULL FROM strategies;
CREATE TABLE copied AS SELECT id, t, v FROM toasted;
SELECT id, md5(t), md5(v) FROM copied ORDER BY id;
CREATE INDEX ON copied (md5(t));
SELECT id FROM copied WHERE md5(t) = (SELECT md5(t) FROM toasted WHERE id = 3);
TRUNCATE copied;
INSERT INTO copied SELECT id, t, v FROM toasted WHERE id = 3;
SELECT id, md5(t), md5(v) FROM copied;
-- many rows at once, more than a batch should hold
INSERT INTO copied SELECT i, repeat(md5(i::text), 8000), NULL FROM generate_series(10, 110) i;
SELECT count(*), sum(length(t)), md5(string_agg(md5(t), '' ORDER BY id)) FROM copied;
UPDATE copied SET t = t || 'x' WHERE id % 2 = 0;
SELECT count(*), sum(length(t)), md5(string_agg(md5(t), '' ORDER BY id)) FROM copied;
DELETE FROM copied WHERE id % 3 = 0;
VACUUM copied;
INSERT INTO copied SELECT i, repeat(md5(i::text), 500), NULL FROM generate_series(200, 240) i;
SELECT count(*), sum(length(t)), md5(string_agg(md5(t), '' ORDER BY id)) FROM copied;
-- an array and a numeric of many digits
CREATE TABLE others (a integer[], n numeric, ts text[]);
INSERT INTO others SELECT array_agg(i), repeat('1234567890', 1000)::numeric, array_agg(md5(i::text)) FROM generate_series(1, 3000) i;
SELECT array_length(a, 1), a[2999], n = repeat('1234567890', 1000)::numeric, ts[3000] FROM others;
DROP TABLE toasted, strategies, copied, others;
