-- Definitions that are printed from what was bound: SEARCH and CYCLE, bodies that change data; domains of the information schema.
CREATE TABLE node (id int PRIMARY KEY, parent int, label text DEFAULT 'x');
CREATE VIEW breadth AS WITH RECURSIVE w(id, parent) AS (SELECT id, parent FROM node WHERE parent IS NULL UNION ALL SELECT n.id, n.parent FROM node n, w WHERE n.parent = w.id)
    SEARCH BREADTH FIRST BY id SET ordered CYCLE id SET looped USING path SELECT id, looped FROM w ORDER BY ordered;
CREATE VIEW depth AS WITH RECURSIVE w AS (SELECT id, parent FROM node UNION SELECT n.id, n.parent FROM node n JOIN w ON n.parent = w.id) SEARCH DEPTH FIRST BY parent, id SET "Order", other AS (SELECT 1 AS one) SELECT w.id, other.one FROM w, other ORDER BY w."Order";
CREATE VIEW marks AS WITH RECURSIVE w AS (SELECT id, parent FROM node UNION ALL SELECT n.id, n.parent FROM node n, w WHERE n.parent = w.id AND n.id > 0) CYCLE id, parent SET looped TO 'Y' DEFAULT 'N' USING path SELECT w.id FROM w WHERE looped = 'N';
CREATE VIEW bits AS WITH RECURSIVE w AS (SELECT id FROM node UNION ALL SELECT n.id FROM node n, w WHERE n.parent = w.id) CYCLE id SET looped TO false DEFAULT true USING path SELECT id, looped FROM w;
SELECT pg_get_viewdef(v::regclass), pg_get_viewdef(v::regclass, true) FROM (VALUES ('breadth'), ('depth'), ('marks'), ('bits')) x(v);
ALTER TABLE node RENAME COLUMN parent TO above;
ALTER TABLE node RENAME TO tree;
INSERT INTO tree VALUES (1, NULL), (2, 1), (3, 1), (4, 2);
UPDATE tree SET above = 4 WHERE id = 1;
INSERT INTO tree VALUES (0, NULL);
SELECT pg_get_viewdef('breadth'::regclass);
SELECT * FROM breadth;
SELECT * FROM marks ORDER BY 1;
CREATE TABLE t (a int PRIMARY KEY, b int, c text DEFAULT 'c', d int GENERATED ALWAYS AS IDENTITY);
CREATE PROCEDURE changes(p int, q text) LANGUAGE sql BEGIN ATOMIC
    INSERT INTO t AS x (a, b) VALUES (p, p + 1), (2, DEFAULT) ON CONFLICT (a) DO UPDATE SET b = excluded.b + x.b, c = DEFAULT WHERE x.b > 1;
    INSERT INTO t (a, b, d) OVERRIDING SYSTEM VALUE SELECT n, n * 2, n FROM generate_series(1, p) n ON CONFLICT DO NOTHING;
    INSERT INTO t (c, a) VALUES (q, DEFAULT) ON CONFLICT ON CONSTRAINT t_pkey DO NOTHING;
    INSERT INTO tree DEFAULT VALUES;
    UPDATE t SET c = DEFAULT, b = s.n FROM (SELECT 1 AS n) s, tree WHERE t.b = s.n AND tree.id = t.a;
    UPDATE ONLY t u SET (a, b) = (SELECT 1, p), c = q WHERE u.a IN (SELECT 3) OR c = q;
    UPDATE t SET (a, c) = (5, upper(c));
    DELETE FROM t USING tree n JOIN tree m ON m.id = n.above WHERE n.id = t.a;
    DELETE FROM ONLY t AS gone;
    WITH gone AS (DELETE FROM t WHERE a = p RETURNING *), more (k) AS MATERIALIZED (INSERT INTO t (a) SELECT gone.a FROM gone RETURNING a + 1) SELECT count(*) FROM gone, more;
END;
CREATE FUNCTION added(x int) RETURNS int LANGUAGE sql BEGIN ATOMIC
    WITH twice AS (SELECT x * 2 AS v) INSERT INTO t (b, a) SELECT v, v FROM twice RETURNING a + b AS sum;
END;
CREATE FUNCTION changed(x int) RETURNS SETOF t LANGUAGE sql BEGIN ATOMIC
    UPDATE t SET b = x WHERE a > x RETURNING *;
END;
SELECT pg_get_functiondef(f::regproc) FROM (VALUES ('changes'), ('added'), ('changed')) x(f);
SELECT added(4), added(5);
SELECT * FROM changed(8);
SELECT pg_typeof(table_name), pg_typeof(is_insertable_into), pg_typeof(table_schema || '') FROM information_schema.tables LIMIT 1;
SELECT table_name, column_name, ordinal_position, data_type FROM information_schema.columns WHERE table_name = 't' AND table_schema = 'public' ORDER BY ordinal_position;
SELECT format_type(atttypid, atttypmod) FROM pg_attribute WHERE attrelid = 'information_schema.tables'::regclass AND attnum > 0 ORDER BY attnum LIMIT 3;
SELECT 'x'::information_schema.sql_identifier, 5::information_schema.cardinal_number;
SELECT (-5)::information_schema.cardinal_number;
SELECT 'maybe'::information_schema.yes_or_no;
SELECT 'MAY'::information_schema.yes_or_no;
SELECT typname, typbasetype::regtype, typarray::regtype FROM pg_type WHERE typnamespace = 'information_schema'::regnamespace AND typtype = 'd' ORDER BY 1;
SELECT feature_id, is_supported FROM information_schema.sql_features WHERE feature_name = 'MERGE statement' ORDER BY 1;
SELECT max(supported_value) FROM information_schema.sql_sizing;
