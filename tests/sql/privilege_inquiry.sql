-- has_…_privilege, and privileges of what is built in.
CREATE ROLE pi_a;
CREATE ROLE pi_b;
CREATE ROLE pi_c NOINHERIT;
GRANT pi_a TO pi_b, pi_c;
GRANT pi_b TO pi_c WITH ADMIN OPTION;
CREATE TABLE pi_t (x int, y int, z int);
CREATE SEQUENCE pi_s;
CREATE FUNCTION pi_f(int) RETURNS int LANGUAGE sql AS 'SELECT $1';
CREATE TYPE pi_e AS ENUM ('a');
CREATE SCHEMA pi_n;
GRANT SELECT, UPDATE ON pi_t TO pi_a WITH GRANT OPTION;
GRANT INSERT (y), REFERENCES (x) ON pi_t TO pi_b;
GRANT DELETE ON pi_t TO public;
GRANT USAGE ON SEQUENCE pi_s TO pi_a;
REVOKE EXECUTE ON FUNCTION pi_f(int) FROM public;
REVOKE USAGE ON TYPE pi_e FROM public;
GRANT CREATE ON SCHEMA pi_n TO pi_a;
SELECT r, has_table_privilege(r, 'pi_t', 'SELECT') AS s, has_table_privilege(r, 'pi_t', 'insert') AS i, has_table_privilege(r, 'pi_t', 'SELECT WITH GRANT OPTION, truncate') AS o,
  has_table_privilege(r, 'pi_t', ' delete ') AS d, has_any_column_privilege(r, 'pi_t', 'INSERT') AS any_i, has_column_privilege(r, 'pi_t', 'y', 'INSERT') AS y,
  has_column_privilege(r, 'pi_t', 'x', 'INSERT') AS x, has_column_privilege(r, 'pi_t', 1::smallint, 'REFERENCES') AS x_ref, has_column_privilege(r, 'pi_t', 'ctid', 'SELECT') AS ctid,
  has_sequence_privilege(r, 'pi_s', 'USAGE') AS seq, has_function_privilege(r, 'pi_f(int)', 'EXECUTE') AS f, has_type_privilege(r, 'pi_e', 'USAGE') AS e,
  has_schema_privilege(r, 'pi_n', 'CREATE') AS n
FROM unnest('{pi_a,pi_b,pi_c,public,postgres}'::name[]) r;
SELECT a, b, pg_has_role(a, b, 'USAGE') AS usage, pg_has_role(a, b, 'MEMBER') AS member, pg_has_role(a, b, 'MEMBER WITH ADMIN OPTION') AS admin
FROM unnest('{pi_a,pi_b,pi_c}'::name[]) a, unnest('{pi_a,pi_b,pi_c}'::name[]) b ORDER BY 1, 2;
SELECT has_table_privilege(0::oid, 'pi_t'::regclass, 'DELETE'), has_table_privilege('pi_t', 'DELETE'), has_table_privilege(1::oid, 'SELECT'), has_column_privilege('pi_t', 9::smallint, 'SELECT');
SELECT has_table_privilege('nobody', 'pi_t', 'SELECT');
SELECT has_table_privilege('pi_a', 'nothing', 'SELECT');
SELECT has_table_privilege('pi_a', 'pi_t', 'USAGE');
SELECT has_column_privilege('pi_a', 'pi_t', 'nothing', 'SELECT');
SELECT has_sequence_privilege('pi_a', 'pi_t', 'SELECT');
SELECT has_database_privilege('pi_a', current_database(), 'CONNECT'), has_database_privilege('pi_a', current_database(), 'CREATE'), has_database_privilege('postgres', 'template1', 'CREATE, TEMP');
SELECT has_database_privilege('pi_a', 'nothing', 'CONNECT');
SELECT has_language_privilege('pi_a', 'sql', 'USAGE'), has_language_privilege('pi_a', 'internal', 'USAGE'), has_tablespace_privilege('pi_a', 'pg_default', 'CREATE'), has_tablespace_privilege('postgres', 'pg_default', 'CREATE');
SELECT has_language_privilege('pi_a', 'nothing', 'USAGE');
SELECT has_tablespace_privilege('pi_a', 'nothing', 'CREATE');
SELECT has_server_privilege('pi_a', 'nothing', 'USAGE');
SELECT pg_has_role('pi_a', 'nobody', 'USAGE');
SELECT pg_has_role('pi_a', 'pi_b', 'SELECT');
-- Languages.
REVOKE USAGE ON LANGUAGE sql FROM public;
SELECT lanacl FROM pg_language WHERE lanname = 'sql';
SELECT has_language_privilege('pi_a', 'sql', 'USAGE');
GRANT USAGE ON LANGUAGE sql TO pi_a, public;
SELECT has_language_privilege('pi_a', 'sql', 'USAGE');
REVOKE USAGE ON LANGUAGE sql FROM pi_a;
GRANT USAGE ON LANGUAGE c TO pi_a;
GRANT USAGE ON LANGUAGE nothing TO pi_a;
GRANT SELECT ON LANGUAGE sql TO pi_a;
-- Built-in functions, types and catalogs.
REVOKE EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) FROM public;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) TO pi_a;
SELECT proacl FROM pg_proc WHERE proname = 'pg_sleep';
SELECT has_function_privilege('pi_a', 'pg_sleep(float8)', 'EXECUTE'), has_function_privilege('pi_c', 'pg_sleep(float8)', 'EXECUTE');
SET ROLE pi_a;
SELECT pg_sleep(0);
SET ROLE pi_c;
SELECT pg_sleep(0);
RESET ROLE;
GRANT EXECUTE ON FUNCTION pg_catalog.pg_sleep(float8) TO public;
SET ROLE pi_c;
SELECT pg_sleep(0);
RESET ROLE;
REVOKE USAGE ON TYPE int4 FROM public;
SELECT has_type_privilege('pi_a', 'int4', 'USAGE'), has_type_privilege('pi_a', 'int8', 'USAGE');
GRANT USAGE ON TYPE int4 TO public;
REVOKE USAGE ON TYPE _int4 FROM public;
REVOKE SELECT ON pg_catalog.pg_description FROM public;
SET ROLE pi_a;
SELECT count(*) > 0 FROM pg_description;
RESET ROLE;
GRANT SELECT ON pg_catalog.pg_description TO public;
SET ROLE pi_a;
SELECT count(*) > 0 FROM pg_description;
RESET ROLE;
-- Parameters.
SET ROLE pi_a;
SET log_statement_stats = on;
RESET ROLE;
GRANT SET ON PARAMETER log_statement_stats TO pi_a;
GRANT ALL ON PARAMETER work_mem TO pi_b WITH GRANT OPTION;
SELECT parname, paracl FROM pg_parameter_acl ORDER BY 1;
SELECT has_parameter_privilege('pi_a', 'log_statement_stats', 'SET'), has_parameter_privilege('pi_a', 'log_statement_stats', 'ALTER SYSTEM'), has_parameter_privilege('pi_b', 'work_mem', 'SET WITH GRANT OPTION, ALTER SYSTEM'),
  has_parameter_privilege('pi_a', 'nothing', 'SET'), has_parameter_privilege('nothing', 'SET');
SELECT has_parameter_privilege('pi_a', 'work_mem', 'SELECT');
SET ROLE pi_a;
SET log_statement_stats = on;
SHOW log_statement_stats;
RESET log_statement_stats;
RESET ROLE;
DROP ROLE pi_a;
REVOKE SET ON PARAMETER log_statement_stats FROM pi_a;
REVOKE ALL ON PARAMETER work_mem FROM pi_b;
SELECT parname, paracl FROM pg_parameter_acl ORDER BY 1;
GRANT SET ON PARAMETER nothing TO pi_a;
DROP TABLE pi_t;
DROP SEQUENCE pi_s;
DROP FUNCTION pi_f(int);
DROP TYPE pi_e;
DROP SCHEMA pi_n;
REVOKE ALL ON FUNCTION pg_catalog.pg_sleep(float8) FROM pi_a;
DROP ROLE pi_c, pi_b, pi_a;
