-- Names in stored expressions hold under any search_path and are shown with a schema only where needed.
CREATE SCHEMA sn;
SET search_path = sn;
CREATE TYPE mood AS ENUM ('sad', 'ok');
CREATE FUNCTION twice(x int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT x * 2';
CREATE TABLE t (id int DEFAULT twice(4), m mood DEFAULT 'ok', s text DEFAULT 'sn.twice(1)', CHECK (twice(id) > 0));
CREATE VIEW v AS SELECT id FROM t WHERE m = 'ok'::mood;
CREATE TYPE fr AS RANGE (subtype = float8);
CREATE TABLE child () INHERITS (t);
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'sn.t'::regclass ORDER BY adnum;
SET search_path = '';
INSERT INTO sn.t (s) VALUES (DEFAULT) RETURNING *;
SELECT pg_get_expr(adbin, adrelid) FROM pg_attrdef WHERE adrelid = 'sn.t'::regclass ORDER BY adnum;
SELECT pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = 'sn.t'::regclass AND contype = 'c';
SELECT pg_get_viewdef('sn.v'::regclass) LIKE '%sn.mood%';
SELECT count(*) FROM pg_proc p WHERE pronamespace = 'sn'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE classid = 'pg_proc'::regclass AND objid = p.oid AND deptype = 'i');
SELECT count(*) FROM pg_depend WHERE objid = 'sn.child'::regclass AND refobjid = 'sn.t'::regclass AND deptype = 'n';
