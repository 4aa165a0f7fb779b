-- A database with one of everything that has a definition, for psql's backslash commands and pg_dump: see compare.sh.
SET client_min_messages = warning;

CREATE ROLE every_owner CREATEDB;
CREATE ROLE every_reader NOLOGIN CONNECTION LIMIT 3 VALID UNTIL '2040-01-01 00:00:00+00';
ALTER ROLE every_reader VALID UNTIL 'infinity';
CREATE ROLE every_group;
GRANT every_group TO every_reader;
GRANT every_group TO every_owner WITH ADMIN OPTION;
ALTER ROLE every_reader SET work_mem = '8MB';
ALTER ROLE every_reader IN DATABASE :DBNAME SET search_path = every, public;
COMMENT ON ROLE every_group IS 'the group';
CREATE ROLE every_login LOGIN CREATEROLE NOINHERIT BYPASSRLS REPLICATION PASSWORD 'SCRAM-SHA-256$4096:c2FsdHNhbHRzYWx0c2FsdA==$pFCEWqR8kPCSSxdgVKkC8HOeOwdQWb0OAPhVXfJiYWU=:Y5YS9eYKGOrHyHf1UL/2iIqNOVsJMV6hRcqqUY1fLVk=' IN ROLE every_group;
ALTER ROLE every_login SET "statement_timeout" = '1min';
ALTER ROLE every_login SET datestyle = 'ISO, DMY';
COMMENT ON DATABASE :DBNAME IS 'a database with one of everything';
ALTER DATABASE :DBNAME SET extra_float_digits = 1;
ALTER DATABASE :DBNAME SET "every.setting" = 'it''s';
GRANT CREATE, TEMPORARY ON DATABASE :DBNAME TO every_group WITH GRANT OPTION;
REVOKE CONNECT ON DATABASE :DBNAME FROM PUBLIC;

CREATE SCHEMA every AUTHORIZATION every_owner;
CREATE SCHEMA "Odd Schema";
COMMENT ON SCHEMA every IS 'everything';
GRANT USAGE ON SCHEMA every TO every_reader;
SET search_path = every, public;

-- Types
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
ALTER TYPE mood ADD VALUE 'so so' BEFORE 'ok';
CREATE TYPE pair AS (a integer, b text COLLATE "C");
CREATE TYPE span AS RANGE (subtype = float8, subtype_diff = float8mi);
CREATE DOMAIN positive AS integer DEFAULT 1 NOT NULL CONSTRAINT is_positive CHECK (VALUE > 0) CHECK (VALUE < 1000000);
CREATE DOMAIN code AS varchar(10) COLLATE "C" CHECK (VALUE ~ '^[A-Z]+$');
COMMENT ON TYPE mood IS 'how it is';
COMMENT ON DOMAIN positive IS 'more than nothing';
COMMENT ON COLUMN pair.a IS 'first';
GRANT USAGE ON TYPE mood TO every_reader;
CREATE TYPE "Odd Enum" AS ENUM ('', 'it''s', 'Ω "quoted" \\');
CREATE TYPE nothing_in_it AS ();
CREATE TYPE nested AS (one pair, many pair[], how mood, amount positive, place numeric(6, 2));
CREATE TYPE text_span AS RANGE (subtype = text, collation = "C", multirange_type_name = text_spans);
CREATE DOMAIN odd_positive AS positive CONSTRAINT is_odd CHECK (VALUE % 2 = 1);
CREATE DOMAIN codes AS code[] CHECK (cardinality(VALUE) < 5);
CREATE DOMAIN maybe AS numeric(8, 3) DEFAULT NULL;
ALTER DOMAIN maybe ADD CONSTRAINT not_big CHECK (VALUE < 100) NOT VALID;
CREATE DOMAIN of_pair AS pair CHECK ((VALUE).a > 0);
COMMENT ON CONSTRAINT is_positive ON DOMAIN positive IS 'greater than zero';
COMMENT ON TYPE span IS 'from here to there';
REVOKE USAGE ON DOMAIN code FROM PUBLIC;
GRANT USAGE ON DOMAIN code TO every_owner WITH GRANT OPTION;
ALTER TYPE nested OWNER TO every_owner;

-- Sequences
CREATE SEQUENCE plain_seq;
CREATE SEQUENCE odd_seq AS smallint INCREMENT BY -2 MINVALUE -100 MAXVALUE 100 START WITH 50 CACHE 5 CYCLE;
COMMENT ON SEQUENCE odd_seq IS 'counts down';
GRANT USAGE, SELECT ON SEQUENCE odd_seq TO every_reader;
CREATE SEQUENCE big_seq INCREMENT 1000000000000 MAXVALUE 9000000000000000000 NO CYCLE OWNED BY NONE;
CREATE UNLOGGED SEQUENCE quick_seq START 7;
ALTER SEQUENCE big_seq OWNER TO every_owner;
SELECT nextval('plain_seq'), setval('plain_seq', 42);

-- Functions, procedures, aggregates, operators, casts
CREATE FUNCTION add_em(a integer, b integer DEFAULT 5 + 1) RETURNS integer LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 7 AS 'SELECT a + b';
CREATE FUNCTION many(IN n integer, OUT a integer, OUT b text) RETURNS SETOF record LANGUAGE sql STABLE ROWS 10 AS $$ SELECT i, 'row ' || i FROM generate_series(1, n) i $$;
CREATE FUNCTION as_table(VARIADIC items text[]) RETURNS TABLE (item text, place integer) LANGUAGE sql SET search_path = pg_catalog SECURITY DEFINER LEAKPROOF AS $$ SELECT x, 1 FROM unnest(items) x $$;
CREATE FUNCTION atomic(p integer) RETURNS integer LANGUAGE sql RETURN p * 2;
CREATE PROCEDURE touch(INOUT p integer) LANGUAGE sql AS 'SELECT p + 1';
CREATE FUNCTION pair_to_text(pair) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a || ($1).b';
CREATE AGGREGATE total(integer) (SFUNC = int4pl, STYPE = integer, INITCOND = '0', PARALLEL = SAFE);
CREATE OPERATOR |+| (FUNCTION = add_em, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = |+|);
CREATE CAST (pair AS text) WITH FUNCTION pair_to_text(pair) AS ASSIGNMENT;
CREATE FUNCTION moods_less(mood, mood) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 < $2';
CREATE OPERATOR FAMILY odd_family USING btree;
CREATE OPERATOR CLASS odd_ops FOR TYPE integer USING btree FAMILY odd_family AS OPERATOR 1 <, OPERATOR 2 <=, OPERATOR 3 =, OPERATOR 4 >=, OPERATOR 5 >, FUNCTION 1 btint4cmp(integer, integer);
CREATE CONVERSION odd_conversion FOR 'LATIN1' TO 'UTF8' FROM iso8859_1_to_utf8;
COMMENT ON FUNCTION add_em(integer, integer) IS 'adds';
COMMENT ON AGGREGATE total(integer) IS 'sums';
COMMENT ON OPERATOR |+| (integer, integer) IS 'adds more';
COMMENT ON CAST (pair AS text) IS 'a pair in words';
COMMENT ON CONVERSION odd_conversion IS 'odd';
COMMENT ON OPERATOR CLASS odd_ops USING btree IS 'odd order';
COMMENT ON OPERATOR FAMILY odd_family USING btree IS 'odd orders';
REVOKE ALL ON FUNCTION atomic(integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION atomic(integer) TO every_reader;
CREATE FUNCTION anything(VARIADIC a anyarray) RETURNS anyelement LANGUAGE sql AS 'SELECT a[1]';
CREATE FUNCTION of_kind(a anycompatible, b anycompatiblearray DEFAULT NULL) RETURNS anycompatible LANGUAGE sql CALLED ON NULL INPUT EXTERNAL SECURITY INVOKER AS $a$ SELECT coalesce(a, b[1]) -- $$
$a$;
CREATE FUNCTION defaults(a text DEFAULT 'it''s', b date DEFAULT '2020-02-29', c mood DEFAULT 'ok', d numeric DEFAULT -1.50, e pair DEFAULT ROW(1, 'x'), f interval DEFAULT '1 mon 2 days') RETURNS text LANGUAGE sql STABLE RETURN a || b::text || c::text;
CREATE FUNCTION block(INOUT p integer, OUT q text) LANGUAGE sql BEGIN ATOMIC SELECT p; SELECT p + 1, 'q'::text; END;
CREATE PROCEDURE steps(p integer DEFAULT 3) LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT p; END;
CREATE FUNCTION with_settings() RETURNS SETOF pair LANGUAGE sql SET work_mem = '4MB' SET "DateStyle" = 'ISO, DMY' SET search_path = every, "$user", 'Odd Schema' PARALLEL RESTRICTED AS $$ SELECT ROW(1, 'x')::pair $$;
CREATE FUNCTION nothing() RETURNS void LANGUAGE sql AS '';
CREATE FUNCTION "Odd Schema"."Odd Function"("Key" integer, "select" text) RETURNS boolean LANGUAGE sql AS $_$ SELECT $1::text = $2 $_$;
CREATE FUNCTION middle(integer[]) RETURNS integer LANGUAGE sql AS 'SELECT $1[cardinality($1) / 2]';
CREATE AGGREGATE middle_of(integer) (SFUNC = array_append, STYPE = integer[], FINALFUNC = middle, FINALFUNC_MODIFY = READ_ONLY, INITCOND = '{}');
CREATE AGGREGATE greatest_of(integer) (SFUNC = int4larger, STYPE = integer, COMBINEFUNC = int4larger, SORTOP = >);
CREATE AGGREGATE moving(integer) (SFUNC = int4pl, STYPE = integer, MSFUNC = int4pl, MINVFUNC = int4mi, MSTYPE = integer, MINITCOND = '0', INITCOND = '0', SSPACE = 8, MSSPACE = 16);
CREATE AGGREGATE percentile(float8 ORDER BY float8) (SFUNC = ordered_set_transition, STYPE = internal, FINALFUNC = percentile_cont_float8_final);
CREATE AGGREGATE place_of(VARIADIC "any" ORDER BY VARIADIC "any") (SFUNC = ordered_set_transition_multi, STYPE = internal, FINALFUNC = rank_final, FINALFUNC_EXTRA, HYPOTHETICAL);
CREATE AGGREGATE everything(*) (SFUNC = int8inc, STYPE = int8, INITCOND = '0');
CREATE FUNCTION same_pair(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a = ($2).a';
CREATE FUNCTION other_pair(pair, pair) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a <> ($2).a';
CREATE FUNCTION minus_pair(pair) RETURNS pair LANGUAGE sql IMMUTABLE AS 'SELECT ROW(-($1).a, ($1).b)::pair';
CREATE OPERATOR === (FUNCTION = same_pair, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = ===, NEGATOR = !==, RESTRICT = eqsel, JOIN = eqjoinsel, HASHES, MERGES);
CREATE OPERATOR !== (FUNCTION = other_pair, LEFTARG = pair, RIGHTARG = pair, COMMUTATOR = !==, NEGATOR = ===, RESTRICT = neqsel, JOIN = neqjoinsel);
CREATE OPERATOR !! (FUNCTION = minus_pair, RIGHTARG = pair);
CREATE FUNCTION mood_number(mood) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT 1';
CREATE FUNCTION pair_hash(pair) RETURNS integer LANGUAGE sql IMMUTABLE AS 'SELECT ($1).a';
CREATE CAST (mood AS integer) WITH FUNCTION mood_number(mood) AS ASSIGNMENT;
CREATE CAST (span AS text) WITH INOUT;
CREATE CAST (text AS span) WITH INOUT AS ASSIGNMENT;
CREATE OPERATOR CLASS pair_ops DEFAULT FOR TYPE pair USING hash AS OPERATOR 1 ===, FUNCTION 1 pair_hash(pair);
ALTER OPERATOR FAMILY odd_family USING btree ADD OPERATOR 1 < (integer, bigint), OPERATOR 2 <= (integer, bigint), OPERATOR 3 = (integer, bigint), OPERATOR 4 >= (integer, bigint), OPERATOR 5 > (integer, bigint), FUNCTION 1 (integer, bigint) btint48cmp(integer, bigint);
COMMENT ON PROCEDURE touch(integer) IS 'touches';
COMMENT ON FUNCTION "Odd Schema"."Odd Function"(integer, text) IS 'odd';
ALTER FUNCTION defaults OWNER TO every_owner;
ALTER OPERATOR !! (NONE, pair) OWNER TO every_owner;
ALTER AGGREGATE total(integer) OWNER TO every_owner;
GRANT EXECUTE ON PROCEDURE touch(integer) TO every_reader;
GRANT EXECUTE ON FUNCTION total(integer) TO every_group;

-- Tables
CREATE TABLE author (
    id integer GENERATED ALWAYS AS IDENTITY (START WITH 10 INCREMENT BY 10),
    name text NOT NULL,
    email varchar(100) COLLATE "C" UNIQUE,
    born date CHECK (born > '1800-01-01'),
    shape mood DEFAULT 'ok',
    CONSTRAINT author_pk PRIMARY KEY (id),
    CONSTRAINT name_email UNIQUE NULLS NOT DISTINCT (name, email) INCLUDE (born)
);
CREATE TABLE book (
    id bigserial PRIMARY KEY,
    author_id integer NOT NULL REFERENCES author ON DELETE CASCADE ON UPDATE SET NULL,
    title character varying(200) DEFAULT 'untitled'::character varying NOT NULL,
    price numeric(10,2) DEFAULT 9.99 CHECK (price >= 0 AND price < 10000),
    net numeric(10,2) GENERATED ALWAYS AS (price * 0.9) STORED,
    tags text[] DEFAULT '{}',
    attributes jsonb DEFAULT '{}'::jsonb,
    added timestamp with time zone DEFAULT now(),
    period interval DEFAULT '1 day',
    flags bit(4) DEFAULT B'0101',
    amount positive,
    two pair,
    stretch span,
    CHECK (CASE WHEN amount > 10 THEN price > 1 ELSE true END),
    CONSTRAINT title_check CHECK (title <> '' AND title NOT LIKE '%forbidden%') NO INHERIT
) WITH (fillfactor = 90, autovacuum_enabled = false);
ALTER TABLE book ALTER COLUMN title SET STATISTICS 200, ALTER COLUMN tags SET STORAGE EXTERNAL, ALTER COLUMN id SET (n_distinct = -0.5);
ALTER TABLE book ADD CONSTRAINT later FOREIGN KEY (author_id) REFERENCES author (id) MATCH FULL DEFERRABLE INITIALLY DEFERRED NOT VALID;
CREATE UNLOGGED TABLE scratch (a integer, b integer, PRIMARY KEY (b, a) DEFERRABLE);
CREATE TABLE "Odd Schema"."Odd Table" ("Key" integer, "select" text, PRIMARY KEY ("Key"));
CREATE TABLE typed OF pair (a WITH OPTIONS PRIMARY KEY, b DEFAULT 'x');
CREATE TABLE child (extra integer) INHERITS (scratch);
CREATE TABLE measure (logged date NOT NULL, place text, value double precision) PARTITION BY RANGE (logged);
CREATE TABLE measure_2023 PARTITION OF measure FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
CREATE TABLE measure_2024 PARTITION OF measure FOR VALUES FROM ('2024-01-01') TO (MAXVALUE) PARTITION BY LIST (lower(place));
CREATE TABLE measure_2024_a PARTITION OF measure_2024 FOR VALUES IN ('a', 'b', NULL);
CREATE TABLE measure_rest PARTITION OF measure DEFAULT;
CREATE TABLE hashed (a integer, b text) PARTITION BY HASH (a, b);
CREATE TABLE hashed_0 PARTITION OF hashed FOR VALUES WITH (MODULUS 2, REMAINDER 0);
CREATE TABLE rooms (room integer, during tsrange, EXCLUDE USING btree (room WITH =) WHERE (room > 5));
COMMENT ON TABLE book IS 'books; with ''quotes''';
COMMENT ON COLUMN book.title IS 'what it is called';
COMMENT ON CONSTRAINT title_check ON book IS 'no bad titles';
ALTER TABLE book OWNER TO every_owner;
ALTER TABLE scratch REPLICA IDENTITY FULL;
CREATE TABLE kinds_of (
    small smallserial, mid serial, own integer GENERATED BY DEFAULT AS IDENTITY (SEQUENCE NAME kinds_own MINVALUE 5 MAXVALUE 50 CYCLE) NOT NULL,
    b boolean DEFAULT true, c "char" DEFAULT 'x', ch char(3), v varchar, n name, by bytea DEFAULT '\xdeadbeef', r real DEFAULT 1.5, d double precision DEFAULT 'Infinity', m money DEFAULT 12.34, big bigint DEFAULT 9223372036854775807,
    d1 date DEFAULT '2020-01-01', t1 time(3) DEFAULT '04:05:06', t2 time with time zone, ts timestamp(0) without time zone DEFAULT CURRENT_TIMESTAMP, iv interval day to second(2), ym interval year to month,
    u uuid DEFAULT gen_random_uuid(), j json DEFAULT '{"a": 1}', jp jsonpath DEFAULT '$.a', bits bit varying(8) DEFAULT B'1', i inet, ci cidr DEFAULT '10.0.0.0/8', mac macaddr, mac8 macaddr8,
    pt point DEFAULT '(1,2)', bx box, ln line, ls lseg, pa path, po polygon, ce circle, tv tsvector DEFAULT to_tsvector('english', 'the fat cats'), tq tsquery, o oid, rc regclass DEFAULT 'author'::regclass, rt regtype DEFAULT 'every.mood'::regtype,
    ir int4range DEFAULT '[1,5)', im int4multirange, lsn pg_lsn, x xid, matrix integer[][], nest nested, oddp odd_positive, cs codes, dp of_pair, "check" text CONSTRAINT "odd check" CHECK ("check" IN ('a', 'b')),
    who name DEFAULT current_user, total integer
) WITH (toast_tuple_target = 1000, parallel_workers = 2, toast.autovacuum_enabled = false);
ALTER TABLE kinds_of ALTER COLUMN total SET DEFAULT nextval('plain_seq'), ALTER COLUMN v SET COMPRESSION pglz, ALTER COLUMN v SET STORAGE MAIN, ALTER COLUMN j SET STORAGE EXTENDED, DROP COLUMN ln, ADD COLUMN late integer DEFAULT 3;
ALTER SEQUENCE big_seq OWNED BY NONE;
CREATE TABLE node (id integer PRIMARY KEY, parent integer DEFAULT 0 REFERENCES node (id) ON DELETE SET DEFAULT, a integer, b integer, UNIQUE (id, a), FOREIGN KEY (b, a) REFERENCES node (id, a) ON DELETE SET NULL (a) DEFERRABLE);
CREATE TABLE region (country text, code integer, PRIMARY KEY (country, code)) PARTITION BY LIST (country);
CREATE TABLE region_nl PARTITION OF region FOR VALUES IN ('nl');
CREATE TABLE region_be (code integer NOT NULL, gone integer, country text NOT NULL);
ALTER TABLE region_be DROP COLUMN gone;
ALTER TABLE region ATTACH PARTITION region_be FOR VALUES IN ('be', 'lu');
CREATE TABLE town (name text, country text, code integer, FOREIGN KEY (country, code) REFERENCES region ON UPDATE CASCADE) PARTITION BY RANGE (lower(name) COLLATE "C" text_pattern_ops, code);
CREATE TABLE town_1 PARTITION OF town (CONSTRAINT named CHECK (name <> ''), country DEFAULT 'nl') FOR VALUES FROM (MINVALUE, MINVALUE) TO ('m', 100);
CREATE TABLE town_2 PARTITION OF town FOR VALUES FROM ('m', 100) TO (MAXVALUE, MAXVALUE) WITH (fillfactor = 70);
CREATE TABLE top_a (a integer NOT NULL DEFAULT 1, shared_c text CHECK (shared_c <> 'x'));
CREATE TABLE top_b (b integer, shared_c text DEFAULT 'y');
CREATE TABLE under (shared_c text DEFAULT 'z', c integer, CHECK (c > 0)) INHERITS (top_a, top_b);
ALTER TABLE under ALTER COLUMN a SET DEFAULT 5;
CREATE TABLE no_columns ();
CREATE TABLE like_it (LIKE book INCLUDING ALL, more integer);
CREATE TABLE by_index (a integer NOT NULL, b integer NOT NULL);
CREATE UNIQUE INDEX by_index_b ON by_index (b);
ALTER TABLE by_index REPLICA IDENTITY USING INDEX by_index_b;
ALTER TABLE node REPLICA IDENTITY NOTHING;
COMMENT ON TABLE measure IS 'in parts';
COMMENT ON COLUMN measure_2023.value IS 'of 2023';

-- Indexes
CREATE INDEX book_title ON book (lower(title) text_pattern_ops, price DESC NULLS LAST) INCLUDE (added) WHERE price > 5;
CREATE UNIQUE INDEX book_expression ON book ((price * 2), (title || '!'), author_id DESC);
CREATE INDEX book_hash ON book USING hash (author_id) WITH (fillfactor = 50);
CREATE INDEX author_name ON author (name COLLATE "C" DESC, born NULLS FIRST);
CREATE INDEX measure_place ON measure (place);
ALTER TABLE author CLUSTER ON author_pk;
COMMENT ON INDEX book_title IS 'by title';
CREATE INDEX measure_value ON ONLY measure (value DESC);
CREATE INDEX measure_2023_value ON measure_2023 (value DESC);
ALTER INDEX measure_value ATTACH PARTITION measure_2023_value;
CREATE UNIQUE INDEX region_unique ON region (country, code DESC);
CREATE INDEX author_odd ON author USING btree (id odd_ops) WITH (deduplicate_items = off);
CREATE INDEX kinds_two ON kinds_of (v varchar_pattern_ops, (lower(v)), (b IS TRUE)) WHERE b AND v IS NOT NULL AND d1 BETWEEN '2020-01-01' AND '2021-01-01';
ALTER INDEX book_expression ALTER COLUMN 1 SET STATISTICS 500;
ALTER TABLE "Odd Schema"."Odd Table" CLUSTER ON "Odd Table_pkey";

-- Data
INSERT INTO author (name, email, born) VALUES ('Ann', 'ann@example.com', '1970-05-05'), ('Bob', NULL, NULL), (E'tab\there\\', '"quoted"', '2000-02-29');
INSERT INTO book (author_id, title, price, tags, attributes, added, amount, two, stretch)
    VALUES (10, 'One', 1.5, '{a,"b c"}', '{"k": [1, 2, null]}', '2024-01-02 03:04:05+00', 5, ROW(1, 'x'), '[1.5,2.5)'), (20, 'Two', 20, NULL, 'null', '2024-05-06 07:08:09+00', 20, NULL, 'empty');
INSERT INTO measure VALUES ('2023-05-01', 'x', 1.25), ('2024-05-01', 'a', 'NaN'), ('1999-01-01', NULL, '-Infinity');
INSERT INTO hashed SELECT a, 't' FROM generate_series(1, 20) a WHERE satisfies_hash_partition('hashed'::regclass, 2, 0, a, 't'::text);
INSERT INTO "Odd Schema"."Odd Table" VALUES (1, 'select');
INSERT INTO kinds_of (ch, v, n, t2, ts, iv, ym, u, bits, i, mac, mac8, bx, ls, pa, po, ce, tq, o, im, lsn, x, matrix, nest, oddp, cs, dp, "check", who)
    VALUES ('a', E'line\nfeed\ttab\\back', 'n', '04:05:06.7+02', '2020-01-01', '1 day 02:03:04.56', '1-2', '00000000-0000-0000-0000-000000000001', '101', '::1/64', '08:00:2b:01:02:03', '08:00:2b:01:02:03:04:05',
        '(1,2),(3,4)', '[(1,2),(3,4)]', '[(1,2),(3,4)]', '((1,2),(3,4),(5,6))', '<(1,2),3>', '''fat'' & !rat:*A', 5, '{[1,3),[5,9)}', '16/B374D848', '7', '[0:1][2:3]={{1,2},{NULL,4}}', ROW(ROW(1, 'a,b')::pair, ARRAY[ROW(2, '"')::pair], 'sad', 4, 1.5), 7, '{A,B}', ROW(1, NULL), 'b', 'someone'),
        (NULL, '', '\.', NULL, 'infinity', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, '{}', NULL, 9, NULL, NULL, NULL, NULL);
INSERT INTO node VALUES (0, NULL, 1, NULL), (1, 0, 1, 0), (2, 1, NULL, NULL);
INSERT INTO region VALUES ('nl', 1), ('be', 2), ('lu', 3);
INSERT INTO town VALUES ('ams', 'nl', 1), ('mons', 'be', 2), ('zeist', 'nl', 1);
INSERT INTO under VALUES (1, 'q', 2, 3);
INSERT INTO top_a DEFAULT VALUES;
INSERT INTO no_columns DEFAULT VALUES;

-- Views
CREATE VIEW books AS SELECT b.id, b.title AS name, a.name AS author, b.price * 2 AS twice FROM book b JOIN author a ON b.author_id = a.id WHERE b.price > 1 AND NOT a.name IS NULL ORDER BY b.title DESC NULLS LAST LIMIT 10;
CREATE VIEW cheap WITH (security_barrier = true) AS SELECT id, title, price FROM book WHERE price < 10 WITH LOCAL CHECK OPTION;
CREATE VIEW cheaper WITH (security_invoker = true) AS SELECT id, title FROM cheap WHERE price < 5;
CREATE VIEW kinds AS
    SELECT CASE a.shape WHEN 'sad' THEN 1 WHEN 'ok' THEN 2 ELSE 3 END AS kind, count(*) AS n, count(DISTINCT a.name) FILTER (WHERE a.id > 1) AS names,
        string_agg(a.name, ', ' ORDER BY a.name DESC) AS list, coalesce(max(a.born), current_date) AS latest, extract(year FROM min(a.born)) AS y
    FROM author a GROUP BY a.shape HAVING count(*) > 0;
CREATE VIEW windows AS SELECT id, rank() OVER w AS r, sum(price) OVER (PARTITION BY author_id ORDER BY id ROWS BETWEEN 1 PRECEDING AND CURRENT ROW) AS s FROM book WINDOW w AS (ORDER BY price DESC);
CREATE VIEW unions AS SELECT 1 AS a, 'x' AS b UNION ALL SELECT 2, 'y' EXCEPT (SELECT 3, 'z' INTERSECT SELECT 4, NULL) ORDER BY 1;
CREATE VIEW withs AS WITH RECURSIVE t(n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 5), u AS MATERIALIZED (SELECT 1 AS one) SELECT t.n, u.one FROM t, u;
CREATE VIEW subs AS SELECT a.name, (SELECT count(*) FROM book b WHERE b.author_id = a.id) AS n, ARRAY(SELECT title FROM book) AS titles FROM author a WHERE a.id IN (SELECT author_id FROM book) OR EXISTS (SELECT 1 FROM book WHERE price > ALL (SELECT 5));
CREATE VIEW laterals AS SELECT x.i, y.j, z.*, f.* FROM generate_series(1, 3) WITH ORDINALITY AS x(i, o) CROSS JOIN LATERAL (SELECT x.i * 2 AS j) y LEFT JOIN (VALUES (1, 'a'), (2, 'b')) z(k, v) ON z.k = x.i, many(2) f;
CREATE VIEW usings AS SELECT * FROM scratch NATURAL JOIN child c FULL JOIN (SELECT 1 AS a, 2 AS q) s USING (a);
CREATE VIEW rowed AS SELECT b AS whole, (b.two).a AS first, b.tags[1] AS tag, b.tags[1:2] AS slice, b.attributes -> 'k' AS k, b.added AT TIME ZONE 'UTC' AS utc, b.title::char(5) AS five, b.price IN (1, 2, 3) AS small, b.title BETWEEN 'A' AND 'M' AS half FROM book b;
CREATE VIEW grouped AS SELECT place, extract(month FROM logged) AS m, grouping(place), sum(value) FROM measure GROUP BY GROUPING SETS ((place), ROLLUP (place, extract(month FROM logged)), ());
CREATE RECURSIVE VIEW nums (n) AS VALUES (1) UNION ALL SELECT n + 1 FROM nums WHERE n < 3;
CREATE MATERIALIZED VIEW stored AS SELECT author_id, count(*) AS n FROM book GROUP BY author_id;
CREATE UNIQUE INDEX stored_author ON stored (author_id);
CREATE MATERIALIZED VIEW unfilled AS SELECT 1 AS one WITH NO DATA;
CREATE MATERIALIZED VIEW on_stored WITH (fillfactor = 80) AS SELECT n, now() > '2000-01-01' AS late FROM stored;
CREATE VIEW on_views (renamed, "Second Column") AS SELECT o.n, c.title FROM on_stored o CROSS JOIN cheap c;
CREATE VIEW cascaded AS SELECT * FROM cheap WHERE id > 0 WITH CASCADED CHECK OPTION;
CREATE VIEW rows_from AS SELECT * FROM ROWS FROM (generate_series(1, 3), unnest(ARRAY['a', 'b'])) WITH ORDINALITY AS r(n, t, o);
CREATE VIEW defined AS SELECT * FROM json_to_recordset('[{"a":1,"b":"x"}]') AS j(a integer, b text COLLATE "C"), jsonb_to_record('{"c": 1.5}') AS k(c numeric(5, 2));
CREATE VIEW expressions AS SELECT a.id IS DISTINCT FROM 5 AS e1, a.name LIKE 'A%' ESCAPE '!' AS e2, a.name ILIKE '%b' AS e3, a.name SIMILAR TO 'a+' AS e4, a.name ~* 'x' AS e5, (a.id, a.name) = (1, 'x') AS e6, (a.id, a.name) < (2, 'y') AS e7,
    a.id = ANY (ARRAY[1, 2]) AS e8, a.name <> ALL (ARRAY['p', 'q']) AS e9, nullif(a.id, 3) AS e10, greatest(a.id, 1, 2) AS e11, least(a.id, 4) AS e12, ROW(a.id, NULL) IS NULL AS e13, a.shape::text || '!' AS e14, CAST(a.id AS numeric(10, 1)) AS e15,
    substring(a.name FROM 2 FOR 3) AS e16, position('a' IN a.name) AS e17, overlay(a.name PLACING 'z' FROM 1) AS e18, trim(BOTH 'x' FROM a.name) AS e19, a.name COLLATE "C" AS e20, (a.id > 1) IS NOT TRUE AS e21, -a.id AS e22, - (-5) AS e23,
    localtimestamp(2) AS e24, session_user AS e25, ARRAY[ARRAY[1, 2], ARRAY[a.id, 3]] AS e26, ROW(1, 'a')::pair AS e27 FROM author a;
CREATE VIEW sets AS (SELECT 1 AS x UNION SELECT 2) INTERSECT ALL SELECT * FROM (VALUES (1), (3)) v (x) ORDER BY x DESC OFFSET 0 FETCH FIRST 2 ROWS WITH TIES;
CREATE VIEW cycles AS WITH RECURSIVE w(id, parent) AS (SELECT id, parent FROM node WHERE parent IS NULL UNION ALL SELECT n.id, n.parent FROM node n, w WHERE n.parent = w.id) SEARCH BREADTH FIRST BY id SET ordered CYCLE id SET looped USING path SELECT id, looped FROM w ORDER BY ordered;
CREATE VIEW distincts AS SELECT DISTINCT ON (author_id) author_id, id, price FROM book ORDER BY author_id, price DESC NULLS LAST;
CREATE VIEW frames AS SELECT first_value(a) OVER (ORDER BY b RANGE BETWEEN 1 PRECEDING AND 2 FOLLOWING EXCLUDE TIES) AS f, lag(a, 2, 0) OVER (PARTITION BY b ORDER BY a GROUPS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS l FROM by_index;
CREATE VIEW ordered_sets AS SELECT percentile_disc(0.5) WITHIN GROUP (ORDER BY price DESC) AS p, rank(3.0) WITHIN GROUP (ORDER BY price) AS r, array_agg(DISTINCT title ORDER BY title) AS t, json_object_agg(id, title) AS j FROM book TABLESAMPLE bernoulli (100) REPEATABLE (7);
CREATE VIEW joins AS SELECT x.*, y.code AS other FROM region x LEFT JOIN region y USING (country) RIGHT JOIN (town t FULL JOIN node n ON n.id = t.code) ON t.country = x.country WHERE x IS NOT NULL AND NOT EXISTS (SELECT FROM by_index);
CREATE VIEW using_alias AS SELECT j.country, x.code FROM region x JOIN town y USING (country) AS j;
CREATE VIEW only_tops AS SELECT a, shared_c FROM ONLY top_a;
CREATE VIEW "Odd Schema"."Odd View" AS SELECT "Key" AS "Value", "select" AS "from" FROM "Odd Schema"."Odd Table" "O T";
COMMENT ON COLUMN books.name IS 'what it is called, again';
ALTER VIEW using_alias OWNER TO every_owner;
ALTER VIEW cheap ALTER COLUMN title SET DEFAULT 'cheap';
COMMENT ON VIEW books IS 'all of them';
COMMENT ON MATERIALIZED VIEW stored IS 'counted';

-- Names that change after something was built on them
ALTER TABLE author RENAME COLUMN born TO birthday;
ALTER TABLE scratch RENAME TO draft;
ALTER FUNCTION atomic(integer) RENAME TO doubled;
ALTER TYPE pair RENAME ATTRIBUTE b TO second CASCADE;
ALTER SEQUENCE plain_seq RENAME TO simple_seq;
ALTER TYPE "Odd Enum" RENAME VALUE 'it''s' TO 'renamed';
ALTER VIEW on_views RENAME COLUMN renamed TO again;
ALTER TABLE node RENAME CONSTRAINT node_pkey TO node_pk;
ALTER INDEX kinds_two RENAME TO kinds_three;
ALTER DOMAIN maybe RENAME TO perhaps;
ALTER OPERATOR CLASS odd_ops USING btree RENAME TO odder_ops;
ALTER MATERIALIZED VIEW on_stored RENAME TO upon_stored;

-- Privileges, policies, statistics
GRANT SELECT, INSERT (title, price), UPDATE (price) ON book TO every_reader WITH GRANT OPTION;
GRANT ALL ON author TO every_group;
GRANT SELECT ON books TO PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner IN SCHEMA every GRANT SELECT ON TABLES TO every_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER TABLE author ENABLE ROW LEVEL SECURITY;
CREATE POLICY see ON author FOR SELECT TO every_reader, every_group USING (id > 5 AND EXISTS (SELECT 1 FROM book b WHERE b.author_id = author.id));
CREATE POLICY change ON author AS RESTRICTIVE FOR ALL USING (name <> 'x') WITH CHECK (email IS NOT NULL);
COMMENT ON POLICY see ON author IS 'what may be seen';
ALTER TABLE book FORCE ROW LEVEL SECURITY;
CREATE POLICY put ON book FOR INSERT TO CURRENT_USER WITH CHECK (price > 0);
CREATE POLICY set_it ON book FOR UPDATE USING (amount > 1) WITH CHECK (amount > 2);
CREATE POLICY drop_it ON book FOR DELETE TO PUBLIC USING (false);
ALTER DEFAULT PRIVILEGES GRANT USAGE ON SCHEMAS TO every_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner GRANT ALL ON SEQUENCES TO every_group WITH GRANT OPTION;
ALTER DEFAULT PRIVILEGES IN SCHEMA "Odd Schema" GRANT EXECUTE ON FUNCTIONS TO every_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE every_owner REVOKE ALL ON TYPES FROM PUBLIC;
GRANT SELECT, UPDATE ON ALL TABLES IN SCHEMA "Odd Schema" TO every_group;
GRANT TRUNCATE, REFERENCES (id), TRIGGER ON author TO every_reader;
REVOKE DELETE ON author FROM every_group;
GRANT SELECT ("Value") ON "Odd Schema"."Odd View" TO every_reader;
REVOKE ALL ON "Odd Schema"."Odd View" FROM CURRENT_USER;
GRANT ALL ON SCHEMA "Odd Schema" TO every_owner WITH GRANT OPTION;
GRANT SELECT ON stored TO every_reader;
SET SESSION AUTHORIZATION every_owner;
GRANT SELECT ON book TO every_group;
RESET SESSION AUTHORIZATION;

-- Text search, foreign data, publications, statistics
CREATE TEXT SEARCH DICTIONARY plain_words (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION plain_search (PARSER = "default");
ALTER TEXT SEARCH CONFIGURATION plain_search ADD MAPPING FOR asciiword, word WITH plain_words, simple;
COMMENT ON TEXT SEARCH CONFIGURATION plain_search IS 'words as they are';
CREATE FOREIGN DATA WRAPPER far OPTIONS (debug 'true');
CREATE SERVER away TYPE 'x' VERSION '1.0' FOREIGN DATA WRAPPER far OPTIONS (host 'localhost', port '1');
CREATE USER MAPPING FOR every_reader SERVER away OPTIONS ("user" 'u', password 'secret');
CREATE FOREIGN TABLE remote (id integer OPTIONS (column_name 'ID') NOT NULL, v text DEFAULT 'd') SERVER away OPTIONS (table_name 't');
COMMENT ON FOREIGN TABLE remote IS 'not here';
CREATE PUBLICATION some_tables FOR TABLE book (id, title), author WHERE (id > 1) WITH (publish = 'insert, update');
CREATE PUBLICATION all_tables FOR ALL TABLES;
CREATE STATISTICS related (ndistinct, dependencies) ON author_id, price FROM book;
CREATE COLLATION odd_collation (LOCALE = 'C');
CREATE COLLATION "Other Collation" FROM "POSIX";
CREATE PUBLICATION whole_schema FOR TABLES IN SCHEMA every, "Odd Schema" WITH (publish_via_partition_root = true);
CREATE PUBLICATION nothing_yet WITH (publish = 'truncate');
CREATE STATISTICS every_mcv (mcv) ON author_id, (price * 2), lower(title) FROM book;
CREATE STATISTICS of_all ON id, title FROM book;
ALTER STATISTICS related SET STATISTICS 77;
CREATE TEXT SEARCH DICTIONARY stems (TEMPLATE = snowball, Language = english, StopWords = english);
CREATE TEXT SEARCH CONFIGURATION copied_search (COPY = pg_catalog.english);
ALTER TEXT SEARCH CONFIGURATION copied_search ALTER MAPPING FOR hword, word WITH stems;
CREATE TEXT SEARCH TEMPLATE odd_template (INIT = dsimple_init, LEXIZE = dsimple_lexize);
CREATE TEXT SEARCH PARSER odd_parser (START = prsd_start, GETTOKEN = prsd_nexttoken, END = prsd_end, LEXTYPES = prsd_lextype, HEADLINE = prsd_headline);
COMMENT ON TEXT SEARCH DICTIONARY stems IS 'stems of words';
COMMENT ON TEXT SEARCH TEMPLATE odd_template IS 'a template';
COMMENT ON TEXT SEARCH PARSER odd_parser IS 'a parser';
COMMENT ON COLLATION odd_collation IS 'an order';
COMMENT ON FOREIGN DATA WRAPPER far IS 'far away';
COMMENT ON SERVER away IS 'there';
COMMENT ON PUBLICATION some_tables IS 'some';
COMMENT ON STATISTICS related IS 'belong together';
GRANT USAGE ON FOREIGN DATA WRAPPER far TO every_reader;
GRANT USAGE ON FOREIGN SERVER away TO every_group WITH GRANT OPTION;
CREATE USER MAPPING FOR PUBLIC SERVER away;
ALTER SERVER away OWNER TO every_login;
ALTER FOREIGN TABLE remote ADD COLUMN more integer CHECK (more > 0);
GRANT SELECT ON remote TO every_reader;
ALTER PUBLICATION nothing_yet OWNER TO every_login;
ALTER COLLATION odd_collation OWNER TO every_owner;
ALTER TEXT SEARCH DICTIONARY stems OWNER TO every_owner;
ALTER CONVERSION odd_conversion OWNER TO every_owner;
-- Kinds of indexes, access methods
CREATE ACCESS METHOD second_heap TYPE TABLE HANDLER heap_tableam_handler;
COMMENT ON ACCESS METHOD second_heap IS 'the heap under another name';
CREATE TABLE in_second (a integer, b text) USING second_heap;
CREATE TABLE searched (id integer PRIMARY KEY, words tsvector, tags text[], attributes jsonb, at point, box box, during int4range, address inet, name text, seen timestamptz, n integer, floats numeric);
CREATE INDEX searched_words ON searched USING gin (words) WITH (fastupdate = off, gin_pending_list_limit = 128);
CREATE INDEX searched_tags ON searched USING gin (tags, attributes jsonb_path_ops);
CREATE INDEX searched_attributes ON searched USING gin ((attributes -> 'tags'));
CREATE INDEX searched_at ON searched USING gist (at, box) WITH (buffering = off, fillfactor = 60);
CREATE INDEX searched_signature ON searched USING gist (words tsvector_ops (siglen = 100)) WHERE id > 3;
CREATE INDEX searched_during ON searched USING gist (during) INCLUDE (id);
CREATE INDEX searched_quad ON searched USING spgist (at);
CREATE INDEX searched_kd ON searched USING spgist (at kd_point_ops);
CREATE INDEX searched_name ON searched USING spgist (name) WITH (fillfactor = 75);
CREATE INDEX searched_address ON searched USING gist (address inet_ops);
CREATE INDEX searched_seen ON searched USING brin (seen) WITH (pages_per_range = 16, autosummarize = on);
CREATE INDEX searched_many ON searched USING brin (n int4_minmax_multi_ops (values_per_range = 16), name text_bloom_ops (n_distinct_per_range = 50, false_positive_rate = 0.05), during, address inet_inclusion_ops);
CREATE UNIQUE INDEX searched_nulls ON searched (name, n) NULLS NOT DISTINCT;
CREATE INDEX searched_all ON searched (name COLLATE "C" text_pattern_ops DESC NULLS LAST, (lower(name)), n) INCLUDE (seen, floats) WITH (fillfactor = 33) WHERE n IS NOT NULL AND name <> ALL (ARRAY['a', 'b']);
ALTER TABLE searched ADD CONSTRAINT apart EXCLUDE USING gist (during WITH &&, at WITH ~=) WHERE (n > 1) DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE searched ADD CONSTRAINT one_name UNIQUE USING INDEX searched_nulls;
COMMENT ON CONSTRAINT apart ON searched IS 'no two at once';
COMMENT ON CONSTRAINT one_name ON searched IS 'one name';
COMMENT ON INDEX searched_many IS 'in blocks';
CREATE STATISTICS only_expression ON (n * 2) FROM searched;
COMMENT ON STATISTICS only_expression IS 'twice';
ALTER TABLE searched ADD CONSTRAINT has_words CHECK (words IS NOT NULL OR tags IS NULL) NOT VALID, ADD CONSTRAINT no_heirs CHECK (n <> 13) NO INHERIT;
COMMENT ON CONSTRAINT has_words ON searched IS 'words or no tags';
CREATE TABLE like_searched (LIKE searched INCLUDING ALL);
CREATE TABLE like_little (LIKE searched INCLUDING DEFAULTS INCLUDING CONSTRAINTS EXCLUDING INDEXES, extra text COMPRESSION pglz);
INSERT INTO searched VALUES (1, 'a:1 b:2', '{x,y}', '{"tags": ["a"]}', '(1,2)', '(1,2),(3,4)', '[1,5)', '10.0.0.1', 'one', '2024-01-01 00:00:00+00', 1, 1.5);

-- Deeper trees of tables
CREATE TABLE deep (a integer NOT NULL, b text DEFAULT 'deep', c date, d numeric GENERATED ALWAYS AS (a * 1.5) STORED, CONSTRAINT deep_check CHECK (a > 0)) PARTITION BY RANGE (a, c);
CREATE TABLE deep_1 PARTITION OF deep FOR VALUES FROM (1, MINVALUE) TO (100, '2024-01-01') PARTITION BY HASH (a);
CREATE TABLE deep_1_0 PARTITION OF deep_1 FOR VALUES WITH (MODULUS 3, REMAINDER 0);
CREATE TABLE deep_1_1 PARTITION OF deep_1 (b DEFAULT 'own' NOT NULL) FOR VALUES WITH (MODULUS 3, REMAINDER 1) PARTITION BY LIST (b);
CREATE TABLE deep_1_1_x PARTITION OF deep_1_1 FOR VALUES IN ('x', 'it''s');
CREATE TABLE deep_1_1_rest PARTITION OF deep_1_1 DEFAULT;
CREATE UNLOGGED TABLE "Odd Schema".deep_2 PARTITION OF deep FOR VALUES FROM (100, '2024-01-01') TO (200, MAXVALUE) WITH (autovacuum_enabled = off, toast.autovacuum_vacuum_threshold = 7);
ALTER TABLE deep ADD PRIMARY KEY (a, b, c), ADD CONSTRAINT deep_unique UNIQUE (c, b, a) INCLUDE (d);
CREATE INDEX deep_b ON deep USING hash (b);
CREATE INDEX ON deep ((lower(b)), c DESC) WHERE a > 5;
CREATE TABLE of_deep (a integer, b text, c date, CONSTRAINT to_deep FOREIGN KEY (a, b, c) REFERENCES deep ON DELETE CASCADE);
COMMENT ON COLUMN deep.b IS 'in all parts';
COMMENT ON INDEX deep_b IS 'of all parts';
CREATE TABLE flags (yes boolean, kind mood) PARTITION BY LIST (yes);
CREATE TABLE flags_true PARTITION OF flags FOR VALUES IN (true);
CREATE TABLE flags_null PARTITION OF flags FOR VALUES IN (NULL, false);
CREATE TABLE moods (kind mood, at timestamptz, n numeric) PARTITION BY LIST (kind);
CREATE TABLE moods_good PARTITION OF moods FOR VALUES IN ('happy', 'ok') PARTITION BY RANGE (at, n);
CREATE TABLE moods_good_old PARTITION OF moods_good FOR VALUES FROM ('2000-01-01 00:00:00+00', 1.50) TO ('2024-06-01 12:00:00+00', MAXVALUE);
CREATE TABLE gone (a integer, b integer, c text);
CREATE TABLE grandchild (d integer DEFAULT 4) INHERITS (under);
ALTER TABLE grandchild ALTER COLUMN c SET DEFAULT 7, ALTER COLUMN b SET NOT NULL, DROP CONSTRAINT IF EXISTS nothing;
ALTER TABLE top_a ADD COLUMN later_a integer DEFAULT 5, ADD CONSTRAINT later_check CHECK (later_a > 0);
ALTER TABLE gone DROP COLUMN b;
ALTER TABLE gone INHERIT no_columns;
CREATE TABLE left_alone () INHERITS (gone);
ALTER TABLE gone NO INHERIT no_columns;
ALTER TABLE left_alone ADD COLUMN own_one integer;
INSERT INTO deep (a, b, c) SELECT a, 'x', '2023-01-01' FROM generate_series(1, 30) a WHERE NOT satisfies_hash_partition('deep_1'::regclass, 3, 2, a);
INSERT INTO deep (a, b, c) VALUES (150, 'q', '2024-05-05');
INSERT INTO moods VALUES ('happy', '2020-01-01 00:00:00+00', 2);

-- More types, routines and operators
CREATE TYPE changed AS (a integer, gone text, c date);
ALTER TYPE changed DROP ATTRIBUTE gone, ADD ATTRIBUTE d positive, ALTER ATTRIBUTE a TYPE bigint;
COMMENT ON COLUMN changed.d IS 'the last';
CREATE TABLE of_changed OF changed (PRIMARY KEY (a), CHECK (c > '2000-01-01'));
ALTER TYPE changed ADD ATTRIBUTE e text CASCADE;
CREATE DOMAIN stamp AS timestamp(3) with time zone DEFAULT now() CHECK (VALUE > '2000-01-01 00:00:00+00'::timestamptz);
CREATE DOMAIN of_mood AS mood CHECK (VALUE <> 'sad');
CREATE DOMAIN of_span AS span NOT NULL;
CREATE DOMAIN usual_mood AS mood DEFAULT 'ok' CHECK (VALUE IN ('ok', 'happy'));
CREATE TYPE mood_span AS RANGE (subtype = mood);
CREATE FUNCTION of_types(a positive, b of_pair[], c mood_span, d "Odd Enum"[], e author.name%TYPE) RETURNS book[] LANGUAGE sql AS 'SELECT NULL::book[]';
CREATE FUNCTION whole_rows() RETURNS SETOF book LANGUAGE sql STABLE ROWS 5 COST 3 BEGIN ATOMIC SELECT * FROM book; END;
CREATE FUNCTION first_row(b book) RETURNS text LANGUAGE sql IMMUTABLE RETURN b.title || (b).id::text;
CREATE FUNCTION internal_abs(integer) RETURNS integer LANGUAGE internal IMMUTABLE STRICT PARALLEL SAFE AS 'int4abs';
CREATE FUNCTION overloaded(a integer) RETURNS integer LANGUAGE sql AS 'SELECT 1';
CREATE FUNCTION overloaded(a integer, b text DEFAULT 'x', VARIADIC c integer[] DEFAULT '{1,2}') RETURNS integer LANGUAGE sql AS 'SELECT 2';
CREATE FUNCTION overloaded(a text) RETURNS integer LANGUAGE sql AS 'SELECT 3';
CREATE FUNCTION many_out(OUT a integer, INOUT b text DEFAULT 'b', OUT c numeric) LANGUAGE sql AS $$ SELECT 1, b, 2.5 $$;
CREATE PROCEDURE with_out(IN a integer, OUT b integer, INOUT c text DEFAULT NULL) LANGUAGE sql AS $$ SELECT a, c $$;
CREATE PROCEDURE changes(p integer) LANGUAGE sql BEGIN ATOMIC
    INSERT INTO by_index AS t (a, b) VALUES (p, p + 1), (2, DEFAULT) ON CONFLICT (b) DO UPDATE SET a = excluded.a + t.a WHERE t.a > 1;
    INSERT INTO by_index SELECT n, n * 2 FROM generate_series(1, p) n ON CONFLICT DO NOTHING;
    INSERT INTO top_a DEFAULT VALUES;
    UPDATE by_index SET a = DEFAULT, b = x.n FROM (SELECT 1 AS n) x WHERE by_index.b = x.n;
    UPDATE by_index t SET (a, b) = (SELECT 1, 2) WHERE a IN (SELECT 3);
    DELETE FROM by_index USING node n WHERE n.id = by_index.a;
    WITH gone AS (DELETE FROM by_index WHERE a = p RETURNING *) SELECT count(*) FROM gone;
END;
CREATE FUNCTION added(x integer) RETURNS integer LANGUAGE sql BEGIN ATOMIC
    WITH twice AS MATERIALIZED (SELECT x * 2 AS v) INSERT INTO by_index (b, a) SELECT v, v FROM twice RETURNING a + b AS sum;
END;
CREATE FUNCTION replaced(t text) RETURNS text LANGUAGE sql IMMUTABLE WINDOW AS 'SELECT t';
DROP FUNCTION replaced(text);
CREATE AGGREGATE combined(numeric) (SFUNC = numeric_avg_accum, STYPE = internal, SSPACE = 128, FINALFUNC = numeric_avg, COMBINEFUNC = numeric_avg_combine, SERIALFUNC = numeric_avg_serialize, DESERIALFUNC = numeric_avg_deserialize, PARALLEL = SAFE);
CREATE FUNCTION pick(anycompatible, anycompatible) RETURNS anycompatible LANGUAGE sql IMMUTABLE AS 'SELECT coalesce($1, $2)';
CREATE AGGREGATE longest(anycompatible) (SFUNC = pick, STYPE = anycompatible);
CREATE OPERATOR "Odd Schema".|++ (FUNCTION = pg_catalog.int4pl, LEFTARG = integer, RIGHTARG = integer, COMMUTATOR = OPERATOR("Odd Schema".|++));
CREATE OPERATOR FAMILY point_family USING gist;
CREATE OPERATOR CLASS point_class FOR TYPE point USING gist FAMILY point_family AS OPERATOR 1 <<, OPERATOR 15 <-> (point, point) FOR ORDER BY float_ops, FUNCTION 1 gist_point_consistent(internal, point, smallint, oid, internal), FUNCTION 2 gist_box_union(internal, internal), FUNCTION 3 gist_point_compress(internal), FUNCTION 5 gist_box_penalty(internal, internal, internal), FUNCTION 6 gist_box_picksplit(internal, internal), FUNCTION 7 gist_box_same(box, box, internal), STORAGE box;
CREATE CAST (span AS text_span) WITH INOUT AS IMPLICIT;
CREATE DEFAULT CONVERSION default_conversion FOR 'UTF8' TO 'LATIN1' FROM utf8_to_iso8859_1;
CREATE COLLATION copied_collation FROM "C";

-- More views
CREATE VIEW deeper AS
    WITH outermost AS (WITH inner_one (x) AS (VALUES (1), (2)) SELECT x, (WITH again AS (SELECT x * 2 AS y) SELECT y FROM again) AS y FROM inner_one), other AS NOT MATERIALIZED (SELECT 1 AS one)
    SELECT o.x, o.y, (SELECT array_agg(s.v ORDER BY s.v DESC) FROM (SELECT o.x + g AS v FROM generate_series(1, 3) g(g) UNION ALL SELECT o.y EXCEPT SELECT one FROM other) s) AS list
    FROM outermost o WHERE (o.x, o.y) IN (SELECT x, y FROM outermost) AND ROW(o.x, o.y) <> ROW(3, 4) AND o.x >= ALL (SELECT one FROM other) AND NOT (o.x = ANY (SELECT one FROM other) OR o.y IS NULL);
CREATE VIEW branches AS (SELECT 1 AS a, 'x'::text AS b ORDER BY 1 LIMIT 1) UNION ((SELECT 2, 'y' UNION ALL SELECT 3, 'z') EXCEPT ALL SELECT 4, NULL) UNION ALL (WITH w AS (SELECT 5 AS five) SELECT five, 'w' FROM w) ORDER BY b DESC NULLS FIRST, a LIMIT 10 OFFSET 1;
CREATE VIEW locked AS SELECT a.id, n.id AS node FROM author a, node n WHERE n.id = a.id FOR UPDATE OF a NOWAIT FOR KEY SHARE OF n SKIP LOCKED;
CREATE VIEW slices AS SELECT b.tags[:2] AS s1, b.tags[2:] AS s2, b.tags[:] AS s3, (b.two).second AS f, (ARRAY[[1, 2], [3, 4]])[1][2] AS m, (array_agg(b.id) OVER ())[1] AS w FROM book b;
CREATE VIEW calls AS SELECT add_em(1), add_em(b => 2, a => 1) AS named, anything(VARIADIC ARRAY[1, 2]) AS va, anything(1, 2, 3) AS vb, "Odd Schema"."Odd Function"(1, 'x') AS o, 1 OPERATOR("Odd Schema".|++) 2 AS q, 1 |+| 2 AS p, overloaded('x'::text) AS ot, first_row(b.*) AS fr, b::text AS bt, count(*) OVER (PARTITION BY b.author_id) AS c, total(b.author_id) FILTER (WHERE b.id > 1) OVER () AS t FROM book b;
CREATE VIEW times AS SELECT (now(), now()) OVERLAPS (now(), interval '1 day') AS o, current_timestamp(3) AS a, current_time AS b, localtime AS c, current_role AS d, current_catalog AS e, current_schema AS f, user AS g, extract(epoch FROM interval '1 day 02:00') AS h, date '2020-01-01' + time '10:00' AS i, timestamp '2020-01-01 00:00:00' AT TIME ZONE 'Europe/Amsterdam' AS j, interval '1' year AS k, interval '1 2:03' day to minute AS l, interval(2) '1.2345 sec' AS m, timestamptz 'infinity' AS n, '1 day'::interval(3) AS p, time with time zone '04:05:06+02' AS q, make_interval(days => 10) AS r;
CREATE VIEW literals AS SELECT 1 AS a, -1 AS b, 2147483648 AS c, 1.0 AS d, 1e10 AS e, -2.5 AS f, 'x' AS g, E'a\\b\nc' AS h, NULL AS i, true AS j, B'101' AS k, X'1F' AS l, '\xdead'::bytea AS m, '{1,2}'::integer[] AS n, ARRAY[]::text[] AS o, '(1,2)'::point AS p, '{"a": 1}'::jsonb AS q, 1::smallint AS r, 2::bigint AS s, 1.5::real AS t, 'NaN'::float8 AS u, 'c'::"char" AS v, 'abc'::char(5) AS w, 'abc'::varchar(2) AS x, 5::oid AS y, 'author'::regclass AS z, 'happy'::mood AS aa, '[1,2]'::span AS bb, 3::positive AS cc, U&'\00e9' AS ff, 12.34::money AS gg, 'a & b'::tsquery AS hh, '$.a'::jsonpath AS ii, '-0'::float8 AS jj, (-1)::int8 AS kk, - 5 AS ll, + 5 AS mm, -(3) ^ 2 AS nn, NOT true AS oo, 1 IS NULL AS pp;
CREATE VIEW aggregates AS SELECT count(*) AS c, count(DISTINCT (b.id, b.title)) AS d, string_agg(DISTINCT b.title, ',' ORDER BY b.title DESC) AS s, mode() WITHIN GROUP (ORDER BY b.price) AS m, percentile_cont(ARRAY[0.1, 0.9]) WITHIN GROUP (ORDER BY b.price::float8) FILTER (WHERE b.price > 0) AS p, middle_of(b.author_id) AS mo, every(b.price > 1) AS e, regr_slope(b.price, b.id) AS r, jsonb_agg(b ORDER BY b.id) AS j, grouping(b.author_id, b.amount) AS g, sum(sum(b.price)) OVER (ORDER BY b.author_id RANGE UNBOUNDED PRECEDING) AS ss FROM book b GROUP BY CUBE (b.author_id, b.amount), GROUPING SETS ((b.author_id), ()) HAVING count(*) > 0 OR bool_or(b.id > 5);
CREATE VIEW more_windows AS SELECT ntile(4) OVER w1 AS a, dense_rank() OVER (w1 ROWS UNBOUNDED PRECEDING) AS b, nth_value(b, 2) OVER (w2 RANGE BETWEEN INTERVAL '1 day' PRECEDING AND CURRENT ROW EXCLUDE CURRENT ROW) AS c, cume_dist() OVER (PARTITION BY a % 2, b ORDER BY b DESC NULLS LAST, a) AS d, last_value(a) OVER (ORDER BY a ROWS BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE GROUP) AS e FROM (SELECT a, b, now() - make_interval(days => a) AS t FROM by_index) s WINDOW w1 AS (ORDER BY a), w2 AS (PARTITION BY b ORDER BY t), unused AS (PARTITION BY a + 1 ORDER BY b DESC NULLS LAST ROWS 3 PRECEDING);
CREATE VIEW subscripts AS SELECT b.attributes['k'] AS k, b.attributes['k'][0]['x'] AS x, (b.attributes -> 'a')[b.title] AS y, b.attributes[b.author_id] AS z, (jsonb_build_object('a', 1))['a'] AS w FROM book b WHERE b.attributes['k'][1] IS NOT NULL;
CREATE VIEW whole AS SELECT ROW(a.*) IS NULL AS n, ROW(a.*, 1) = ROW(a.*, 2) AS e, (ROW(1, 'x')::pair).a AS f, (ROW(a.id, a.name)::pair).second AS s, (ROW(1, 2)).f2 AS t, a IS NULL AS w, (SELECT x FROM (SELECT a.*) x) IS NOT NULL AS y FROM author a;
CREATE VIEW places AS SELECT place_of(3, 'x') WITHIN GROUP (ORDER BY b.id, b.title) AS p, percentile(0.5) WITHIN GROUP (ORDER BY b.price::float8 DESC) AS q FROM book b;
CREATE VIEW in_xml AS SELECT xmlelement(name author, xmlattributes(a.id AS "no", a.email), a.name, xmlcomment('c')) AS e, xmlforest(a.id, a.name AS "Name") AS f, xmlconcat('<a/>', '<b/>') AS c, xmlpi(name php, 'echo') AS p, xmlparse(CONTENT 'x<y/>') AS d, xmlserialize(CONTENT '<a/>'::xml AS text) AS s, xmlroot(xml '<a/>', VERSION '1.0', STANDALONE YES) AS r, '<a/>'::xml IS DOCUMENT AS i, xmlexists('//a' PASSING '<a/>'::xml) AS x FROM author a;
CREATE VIEW from_xml AS SELECT t.* FROM (SELECT '<r><i n="1">x</i></r>'::xml AS d) s, XMLTABLE('//i' PASSING s.d COLUMNS n integer PATH '@n' NOT NULL, place FOR ORDINALITY, v text PATH '.' DEFAULT 'none') AS t;
CREATE VIEW samples AS SELECT d.a, x.* FROM deep d TABLESAMPLE system (12.5) CROSS JOIN LATERAL unnest(ARRAY[d.a], ARRAY[d.b]) WITH ORDINALITY AS x(p, q, o) LEFT JOIN LATERAL (SELECT d.a + 1 AS more) l ON l.more > x.p, LATERAL generate_series(1, d.a) AS g;
CREATE VIEW searches AS WITH RECURSIVE w(id, parent) AS (SELECT id, parent FROM node WHERE parent IS NULL UNION SELECT n.id, n.parent FROM node n JOIN w ON n.parent = w.id) SEARCH DEPTH FIRST BY id, parent SET "Order" , other AS (SELECT 1) SELECT w.id, other.* FROM w, other ORDER BY "Order";
CREATE VIEW cycle_marks AS WITH RECURSIVE w AS (SELECT id, parent FROM node UNION ALL SELECT n.id, n.parent FROM node n, w WHERE n.parent = w.id) CYCLE id, parent SET looped TO 1 DEFAULT 0 USING path SELECT w.id, w.looped FROM w WHERE looped = 0;
CREATE VIEW conditions AS SELECT CASE WHEN a.id > 1 AND a.id < 5 OR NOT a.name = 'x' THEN 1 WHEN a.email IS NULL THEN NULL END AS c1, CASE a.id WHEN 1 THEN 'one' END AS c2, a.id BETWEEN SYMMETRIC 5 AND 1 AS c3, a.id NOT BETWEEN 1 AND 5 AS c4, a.name NOT ILIKE '%x' AS c5, a.name NOT SIMILAR TO 'a' ESCAPE '#' AS c6, a.id NOT IN (1, 2) AS c7, a.id IN (a.id + 1, 3) AS c8, a.name IS NOT DISTINCT FROM a.email AS c9, (a.id = 1) IS UNKNOWN AS c10, (a.id = 1) IS NOT FALSE AS c11, (a.id, a.name) IN ((1, 'x'), (2, 'y')) AS c12, a.* IS NOT NULL AS c13, EXISTS (SELECT) AS c14, a.id = ANY ('{1,2}'::integer[]) AS c15, a.name LIKE ANY (ARRAY['a%', 'b%']) AS c16, a.name !~~* 'x' AS c17, coalesce(a.email, a.name, 'none') AS c18, nullif(a.name, '') AS c19, a.name ^@ 'A' AS c20, normalize(a.name, NFKC) AS c21, a.name IS NFC NORMALIZED AS c22, collation for (a.name) AS c23, trim(LEADING FROM a.name) AS c24, substring(a.name SIMILAR 'a' ESCAPE '#') AS c25, substring(a.name FROM 'a.c') AS c26, a.name COLLATE "C" < 'x' AS c27, a.birthday + 1 AS c28, - a.id * 2 + 3 % 2 AS c29, a.id::text::varchar(3) AS c30, (a.id || a.name) COLLATE "POSIX" AS c31, a.tableoid::regclass AS c32, a.ctid AS c33 FROM author a;
CREATE OR REPLACE VIEW replaced AS SELECT 1 AS a;
CREATE OR REPLACE VIEW replaced AS SELECT 1 AS a, 2 AS b;
ALTER VIEW replaced SET (security_barrier = off, security_invoker);
CREATE VIEW renamed_columns AS SELECT j.p, j.q, t.* FROM (by_index a JOIN node n ON n.id = a.a) AS j (p, q) CROSS JOIN by_index AS t (c1, c2) FULL JOIN (VALUES (1, 2), (3, NULL)) v (c1, k) USING (c1);
CREATE MATERIALIZED VIEW stored_more (one, "Two") USING second_heap AS TABLE by_index WITH NO DATA;
ALTER MATERIALIZED VIEW stored_more ALTER COLUMN one SET STATISTICS 5;
CREATE TABLE table_as (x, y) WITH (fillfactor = 55) AS SELECT id, title FROM book WITH NO DATA;

-- PostgreSQL cannot sample the rows of foreign tables, so before there is one that inherits.
ANALYZE;

-- Foreign tables, comments, names that change
CREATE FOREIGN TABLE remote_child (own integer DEFAULT 3 NOT NULL CHECK (own > 1), twice integer GENERATED ALWAYS AS (own * 2) STORED) INHERITS (top_b) SERVER away;
CREATE FOREIGN TABLE measure_far PARTITION OF measure FOR VALUES FROM ('1900-01-01') TO ('1950-01-01') SERVER away OPTIONS (table_name 'old');
ALTER FOREIGN TABLE remote ALTER COLUMN v OPTIONS (ADD x 'y'), OPTIONS (ADD "Odd" 'it''s');
ALTER SERVER away OPTIONS (SET port '2', DROP host, ADD dbname 'd');
COMMENT ON SEQUENCE simple_seq IS 'plain';
COMMENT ON COLUMN stored.n IS 'how many';
COMMENT ON COLUMN remote.v IS 'far value';
COMMENT ON CONSTRAINT author_pk ON author IS 'the key';
COMMENT ON CONSTRAINT later ON book IS 'checked later';
COMMENT ON CONSTRAINT not_big ON DOMAIN perhaps IS 'not big';
ALTER ROLE every_reader IN DATABASE :DBNAME SET role = every_group;
ALTER TABLE author SET SCHEMA "Odd Schema";
ALTER TABLE "Odd Schema".author SET SCHEMA every;
ALTER FUNCTION overloaded(text) SET SCHEMA "Odd Schema";
ALTER TYPE mood_span SET SCHEMA "Odd Schema";
ALTER TABLE searched ALTER COLUMN name TYPE varchar(50) USING substr(name, 1, 50), ALTER COLUMN n SET NOT NULL, ALTER COLUMN words SET STORAGE MAIN;
ALTER TABLE searched DISABLE ROW LEVEL SECURITY, SET (toast.autovacuum_enabled = true, toast.vacuum_truncate = off, fillfactor = 77), SET WITHOUT CLUSTER;

-- Large objects
SELECT lo_from_bytea(5000001, '\x0001feff'), lo_create(5000002);
SELECT lo_put(5000002, 5000, 'far away');
COMMENT ON LARGE OBJECT 5000001 IS 'a few bytes';
GRANT SELECT ON LARGE OBJECT 5000001 TO every_reader;
ALTER LARGE OBJECT 5000002 OWNER TO every_owner;
