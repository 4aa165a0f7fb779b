-- A database with one of everything that has a definition, for psql's backslash commands and pg_dump: see compare.sh.
SET client_min_messages = warning;

CREATE ROLE every_owner CREATEDB;
CREATE ROLE every_reader NOLOGIN CONNECTION LIMIT 3 VALID UNTIL '2040-01-01 00:00:00+00';
CREATE ROLE every_group;
GRANT every_group TO every_reader;
GRANT every_group TO every_owner WITH ADMIN OPTION;
ALTER ROLE every_reader SET work_mem = '8MB';
ALTER ROLE every_reader IN DATABASE :DBNAME SET search_path = every, public;
COMMENT ON ROLE every_group IS 'the group';

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

-- Sequences
CREATE SEQUENCE plain_seq;
CREATE SEQUENCE odd_seq AS smallint INCREMENT BY -2 MINVALUE -100 MAXVALUE 100 START WITH 50 CACHE 5 CYCLE;
COMMENT ON SEQUENCE odd_seq IS 'counts down';
GRANT USAGE, SELECT ON SEQUENCE odd_seq TO every_reader;
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

-- Indexes
CREATE INDEX book_title ON book (lower(title) text_pattern_ops, price DESC NULLS LAST) INCLUDE (added) WHERE price > 5;
CREATE UNIQUE INDEX book_expression ON book ((price * 2), (title || '!'), author_id DESC);
CREATE INDEX book_hash ON book USING hash (author_id) WITH (fillfactor = 50);
CREATE INDEX author_name ON author (name COLLATE "C" DESC, born NULLS FIRST);
CREATE INDEX measure_place ON measure (place);
ALTER TABLE author CLUSTER ON author_pk;
COMMENT ON INDEX book_title IS 'by title';

-- Data
INSERT INTO author (name, email, born) VALUES ('Ann', 'ann@example.com', '1970-05-05'), ('Bob', NULL, NULL), (E'tab\there\\', '"quoted"', '2000-02-29');
INSERT INTO book (author_id, title, price, tags, attributes, added, amount, two, stretch)
    VALUES (10, 'One', 1.5, '{a,"b c"}', '{"k": [1, 2, null]}', '2024-01-02 03:04:05+00', 5, ROW(1, 'x'), '[1.5,2.5)'), (20, 'Two', 20, NULL, 'null', '2024-05-06 07:08:09+00', 20, NULL, 'empty');
INSERT INTO measure VALUES ('2023-05-01', 'x', 1.25), ('2024-05-01', 'a', 'NaN'), ('1999-01-01', NULL, '-Infinity');
INSERT INTO hashed SELECT a, 't' FROM generate_series(1, 20) a WHERE satisfies_hash_partition('hashed'::regclass, 2, 0, a, 't'::text);
INSERT INTO "Odd Schema"."Odd Table" VALUES (1, 'select');

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
ALTER VIEW cheap ALTER COLUMN title SET DEFAULT 'cheap';
COMMENT ON VIEW books IS 'all of them';
COMMENT ON MATERIALIZED VIEW stored IS 'counted';

-- Names that change after something was built on them
ALTER TABLE author RENAME COLUMN born TO birthday;
ALTER TABLE scratch RENAME TO draft;
ALTER FUNCTION atomic(integer) RENAME TO doubled;
ALTER TYPE pair RENAME ATTRIBUTE b TO second CASCADE;
ALTER SEQUENCE plain_seq RENAME TO simple_seq;

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
