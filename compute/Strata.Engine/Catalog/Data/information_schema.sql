-- view information_schema_catalog_name
SELECT pg_catalog.current_database()::name AS catalog_name;

-- view schemata
SELECT pg_catalog.current_database()::name AS catalog_name, n.nspname AS schema_name, u.rolname AS schema_owner,
  NULL::name AS default_character_set_catalog, NULL::name AS default_character_set_schema, NULL::name AS default_character_set_name, NULL::varchar AS sql_path
FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_authid u ON n.nspowner = u.oid;

-- view tables
SELECT pg_catalog.current_database()::name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
  (CASE WHEN c.relpersistence = 't' THEN 'LOCAL TEMPORARY' WHEN c.relkind IN ('r', 'p') THEN 'BASE TABLE' WHEN c.relkind = 'v' THEN 'VIEW' ELSE 'FOREIGN' END)::varchar AS table_type,
  NULL::name AS self_referencing_column_name, NULL::varchar AS reference_generation, NULL::name AS user_defined_type_catalog,
  NULL::name AS user_defined_type_schema, NULL::name AS user_defined_type_name,
  (CASE WHEN c.relkind IN ('r', 'p') OR (c.relkind IN ('v', 'f') AND pg_catalog.pg_relation_is_updatable(c.oid, false) & 8 = 8) THEN 'YES' ELSE 'NO' END)::varchar AS is_insertable_into,
  (CASE WHEN c.reloftype <> 0 THEN 'YES' ELSE 'NO' END)::varchar AS is_typed, NULL::varchar AS commit_action
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'v', 'f', 'p');

-- view views
SELECT pg_catalog.current_database()::name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
  pg_catalog.pg_get_viewdef(c.oid)::varchar AS view_definition, (CASE WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN 'CASCADED' WHEN 'check_option=local' = ANY (c.reloptions) THEN 'LOCAL' ELSE 'NONE' END)::varchar AS check_option,
  (CASE WHEN pg_catalog.pg_relation_is_updatable(c.oid, false) & 20 = 20 THEN 'YES' ELSE 'NO' END)::varchar AS is_updatable,
  (CASE WHEN pg_catalog.pg_relation_is_updatable(c.oid, false) & 8 = 8 THEN 'YES' ELSE 'NO' END)::varchar AS is_insertable_into,
  'NO'::varchar AS is_trigger_updatable, 'NO'::varchar AS is_trigger_deletable, 'NO'::varchar AS is_trigger_insertable_into
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v';

-- view columns
SELECT pg_catalog.current_database()::name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name, a.attnum::int4 AS ordinal_position,
  (CASE WHEN a.attgenerated = '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END)::varchar AS column_default,
  (CASE WHEN a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) THEN 'NO' ELSE 'YES' END)::varchar AS is_nullable,
  (CASE WHEN t.typelem <> 0 AND t.typlen = -1 AND t.typcategory = 'A' THEN 'ARRAY' WHEN t.typnamespace = 11 THEN pg_catalog.format_type(a.atttypid, NULL) ELSE 'USER-DEFINED' END)::varchar AS data_type,
  (CASE WHEN a.atttypid IN (1042, 1043) AND a.atttypmod <> -1 THEN a.atttypmod - 4 ELSE NULL END)::int4 AS character_maximum_length,
  (CASE WHEN a.atttypid IN (25, 1042, 1043) THEN CASE WHEN a.atttypmod <> -1 AND a.atttypid <> 25 THEN 4 * (a.atttypmod - 4) ELSE 1073741824 END ELSE NULL END)::int4 AS character_octet_length,
  (CASE a.atttypid WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53
    WHEN 1700 THEN CASE WHEN a.atttypmod = -1 THEN NULL ELSE ((a.atttypmod - 4) >> 16) & 65535 END ELSE NULL END)::int4 AS numeric_precision,
  (CASE WHEN a.atttypid IN (21, 23, 20, 700, 701) THEN 2 WHEN a.atttypid = 1700 THEN 10 ELSE NULL END)::int4 AS numeric_precision_radix,
  (CASE WHEN a.atttypid IN (21, 23, 20) THEN 0 WHEN a.atttypid = 1700 THEN CASE WHEN a.atttypmod = -1 THEN NULL ELSE (a.atttypmod - 4) & 65535 END ELSE NULL END)::int4 AS numeric_scale,
  (CASE WHEN a.atttypid = 1082 THEN 0 WHEN a.atttypid IN (1083, 1114, 1184, 1266) THEN CASE WHEN a.atttypmod < 0 THEN 6 ELSE a.atttypmod END
    WHEN a.atttypid = 1186 THEN CASE WHEN a.atttypmod < 0 OR (a.atttypmod & 65535) = 65535 THEN 6 ELSE a.atttypmod & 65535 END ELSE NULL END)::int4 AS datetime_precision,
  NULL::varchar AS interval_type, NULL::int4 AS interval_precision, NULL::name AS character_set_catalog, NULL::name AS character_set_schema, NULL::name AS character_set_name,
  NULL::name AS collation_catalog, NULL::name AS collation_schema, NULL::name AS collation_name, NULL::name AS domain_catalog, NULL::name AS domain_schema, NULL::name AS domain_name,
  pg_catalog.current_database()::name AS udt_catalog, nt.nspname AS udt_schema, t.typname AS udt_name,
  NULL::name AS scope_catalog, NULL::name AS scope_schema, NULL::name AS scope_name, NULL::int4 AS maximum_cardinality, a.attnum::text::name AS dtd_identifier,
  'NO'::varchar AS is_self_referencing, (CASE WHEN a.attidentity IN ('a', 'd') THEN 'YES' ELSE 'NO' END)::varchar AS is_identity,
  (CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END)::varchar AS identity_generation,
  seq.seqstart::text::varchar AS identity_start, seq.seqincrement::text::varchar AS identity_increment, seq.seqmax::text::varchar AS identity_maximum, seq.seqmin::text::varchar AS identity_minimum,
  (CASE WHEN seq.seqcycle THEN 'YES' ELSE 'NO' END)::varchar AS identity_cycle,
  (CASE WHEN a.attgenerated <> '' THEN 'ALWAYS' ELSE 'NEVER' END)::varchar AS is_generated,
  (CASE WHEN a.attgenerated <> '' THEN pg_catalog.pg_get_expr(d.adbin, d.adrelid) END)::varchar AS generation_expression,
  (CASE WHEN c.relkind IN ('r', 'p') OR (c.relkind IN ('v', 'f') AND pg_catalog.pg_column_is_updatable(c.oid, a.attnum, false)) THEN 'YES' ELSE 'NO' END)::varchar AS is_updatable
FROM pg_catalog.pg_attribute a
  LEFT JOIN pg_catalog.pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  JOIN pg_catalog.pg_class c ON a.attrelid = c.oid
  JOIN pg_catalog.pg_namespace n ON c.relnamespace = n.oid
  JOIN pg_catalog.pg_type t ON a.atttypid = t.oid
  JOIN pg_catalog.pg_namespace nt ON t.typnamespace = nt.oid
  LEFT JOIN pg_catalog.pg_depend dep ON dep.classid = 1259 AND dep.refclassid = 1259 AND dep.refobjid = c.oid AND dep.refobjsubid = a.attnum AND dep.deptype = 'i'
  LEFT JOIN pg_catalog.pg_sequence seq ON seq.seqrelid = dep.objid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'f', 'p');

-- view table_constraints
SELECT pg_catalog.current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name,
  pg_catalog.current_database()::name AS table_catalog, nr.nspname AS table_schema, r.relname AS table_name,
  (CASE c.contype WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END)::varchar AS constraint_type,
  (CASE WHEN c.condeferrable THEN 'YES' ELSE 'NO' END)::varchar AS is_deferrable, (CASE WHEN c.condeferred THEN 'YES' ELSE 'NO' END)::varchar AS initially_deferred,
  'YES'::varchar AS enforced, (CASE WHEN c.contype = 'u' THEN 'YES' END)::varchar AS nulls_distinct
FROM pg_catalog.pg_constraint c
  JOIN pg_catalog.pg_namespace nc ON nc.oid = c.connamespace
  JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
  JOIN pg_catalog.pg_namespace nr ON nr.oid = r.relnamespace
WHERE c.contype IN ('c', 'f', 'p', 'u');

-- view key_column_usage
SELECT pg_catalog.current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name,
  pg_catalog.current_database()::name AS table_catalog, nr.nspname AS table_schema, r.relname AS table_name, a.attname AS column_name,
  pg_catalog.array_position(c.conkey, a.attnum)::int4 AS ordinal_position,
  (CASE WHEN c.contype = 'f' THEN pg_catalog.array_position(c.conkey, a.attnum) END)::int4 AS position_in_unique_constraint
FROM pg_catalog.pg_constraint c
  JOIN pg_catalog.pg_namespace nc ON nc.oid = c.connamespace
  JOIN pg_catalog.pg_class r ON r.oid = c.conrelid
  JOIN pg_catalog.pg_namespace nr ON nr.oid = r.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = r.oid
WHERE c.contype IN ('p', 'u', 'f') AND a.attnum = ANY (c.conkey) AND NOT a.attisdropped;

-- view referential_constraints
SELECT pg_catalog.current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name,
  pg_catalog.current_database()::name AS unique_constraint_catalog, npk.nspname AS unique_constraint_schema, pk.conname AS unique_constraint_name,
  (CASE c.confmatchtype WHEN 'f' THEN 'FULL' WHEN 'p' THEN 'PARTIAL' WHEN 's' THEN 'NONE' END)::varchar AS match_option,
  (CASE c.confupdtype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' WHEN 'a' THEN 'NO ACTION' END)::varchar AS update_rule,
  (CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' WHEN 'a' THEN 'NO ACTION' END)::varchar AS delete_rule
FROM pg_catalog.pg_constraint c
  JOIN pg_catalog.pg_namespace nc ON nc.oid = c.connamespace
  LEFT JOIN pg_catalog.pg_constraint pk ON pk.conindid = c.conindid AND pk.contype IN ('p', 'u')
  LEFT JOIN pg_catalog.pg_namespace npk ON npk.oid = pk.connamespace
WHERE c.contype = 'f';

-- view sequences
SELECT pg_catalog.current_database()::name AS sequence_catalog, n.nspname AS sequence_schema, c.relname AS sequence_name,
  pg_catalog.format_type(s.seqtypid, NULL)::varchar AS data_type, (CASE s.seqtypid WHEN 21 THEN 16 WHEN 23 THEN 32 ELSE 64 END)::int4 AS numeric_precision,
  2::int4 AS numeric_precision_radix, 0::int4 AS numeric_scale, s.seqstart::text::varchar AS start_value, s.seqmin::text::varchar AS minimum_value,
  s.seqmax::text::varchar AS maximum_value, s.seqincrement::text::varchar AS increment, (CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END)::varchar AS cycle_option
FROM pg_catalog.pg_sequence s JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace;
