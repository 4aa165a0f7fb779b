-- view information_schema_catalog_name
SELECT current_database()::name AS catalog_name;

-- view applicable_roles
SELECT a.rolname AS grantee, b.rolname AS role_name, (CASE WHEN m.admin_option THEN 'YES' ELSE 'NO' END)::varchar AS is_grantable
FROM (SELECT member, roleid, admin_option FROM pg_auth_members
    UNION SELECT d.datdba, r.oid, false FROM pg_database d, pg_authid r WHERE d.datname = current_database() AND r.rolname = 'pg_database_owner') m
  JOIN pg_authid a ON m.member = a.oid JOIN pg_authid b ON m.roleid = b.oid
WHERE pg_has_role(a.oid, 'USAGE');

-- view administrable_role_authorizations
SELECT grantee, role_name, is_grantable FROM information_schema.applicable_roles WHERE is_grantable = 'YES';

-- view attributes
SELECT current_database()::name AS udt_catalog, nc.nspname AS udt_schema, c.relname AS udt_name, a.attname AS attribute_name, a.attnum::int4 AS ordinal_position,
  pg_get_expr(d.adbin, d.adrelid)::varchar AS attribute_default, (CASE WHEN a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) THEN 'NO' ELSE 'YES' END)::varchar AS is_nullable,
  (CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nt.nspname = 'pg_catalog' THEN format_type(a.atttypid, NULL) ELSE 'USER-DEFINED' END)::varchar AS data_type,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) = -1 THEN NULL WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (1042, 1043) THEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) - 4 WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (1560, 1562) THEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) END)::int4 AS character_maximum_length,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (25, 1042, 1043) THEN CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) = -1 THEN 1073741824 ELSE 4 * ((CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) - 4) END END)::int4 AS character_octet_length,
  NULL::name AS character_set_catalog, NULL::name AS character_set_schema, NULL::name AS character_set_name,
  (CASE WHEN nco.nspname IS NOT NULL THEN current_database() END)::name AS collation_catalog, nco.nspname AS collation_schema, co.collname AS collation_name,
  (CASE (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53 WHEN 1700 THEN CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) <> -1 THEN (((CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) - 4) >> 16) & 65535 END END)::int4 AS numeric_precision,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (21, 23, 20, 700, 701) THEN 2 WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1700 THEN 10 END)::int4 AS numeric_precision_radix,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (21, 23, 20) THEN 0 WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1700 AND (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) <> -1 THEN ((CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) - 4) & 65535 END)::int4 AS numeric_scale,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1082 THEN 0 WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (1083, 1114, 1184, 1266) THEN CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) < 0 THEN 6 ELSE (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) END WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1186 THEN CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) < 0 OR (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) & 65535 = 65535 THEN 6 ELSE (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) & 65535 END END)::int4 AS datetime_precision,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1186 THEN information_schema._pg_interval_type((CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END), (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END)) END)::varchar AS interval_type, NULL::int4 AS interval_precision,
  current_database()::name AS attribute_udt_catalog, nt.nspname AS attribute_udt_schema, t.typname AS attribute_udt_name, NULL::name AS scope_catalog, NULL::name AS scope_schema, NULL::name AS scope_name, NULL::int4 AS maximum_cardinality,
  a.attnum::text::name AS dtd_identifier, 'NO'::varchar AS is_derived_reference_attribute
FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  JOIN pg_class c ON a.attrelid = c.oid JOIN pg_namespace nc ON c.relnamespace = nc.oid
  JOIN pg_type t ON a.atttypid = t.oid JOIN pg_namespace nt ON t.typnamespace = nt.oid
  LEFT JOIN (pg_collation co JOIN pg_namespace nco ON co.collnamespace = nco.oid) ON a.attcollation = co.oid AND (nco.nspname <> 'pg_catalog' OR co.collname <> 'default')
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind = 'c' AND (pg_has_role(c.relowner, 'USAGE') OR has_type_privilege(c.reltype, 'USAGE'));

-- view character_sets
SELECT NULL::name AS character_set_catalog, NULL::name AS character_set_schema, getdatabaseencoding()::name AS character_set_name,
  (CASE WHEN getdatabaseencoding() = 'UTF8' THEN 'UCS' ELSE getdatabaseencoding() END)::name AS character_repertoire, getdatabaseencoding()::name AS form_of_use,
  current_database()::name AS default_collate_catalog, n.nspname AS default_collate_schema, c.collname AS default_collate_name
FROM pg_database d LEFT JOIN (pg_collation c JOIN pg_namespace n ON c.collnamespace = n.oid) ON d.datcollate = c.collcollate AND d.datctype = c.collctype
WHERE d.datname = current_database() ORDER BY char_length(c.collname) DESC, c.collname ASC LIMIT 1;

-- view check_constraint_routine_usage
SELECT DISTINCT current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name,
  current_database()::name AS specific_catalog, np.nspname AS specific_schema, nameconcatoid(p.proname, p.oid) AS specific_name
FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace
  JOIN pg_depend d ON d.objid = c.oid AND d.classid = 'pg_constraint'::regclass AND d.refclassid = 'pg_proc'::regclass
  JOIN pg_proc p ON d.refobjid = p.oid JOIN pg_namespace np ON p.pronamespace = np.oid
WHERE c.contype = 'c' AND pg_has_role(p.proowner, 'USAGE');

-- view check_constraints
SELECT current_database()::name AS constraint_catalog, n.nspname AS constraint_schema, c.conname AS constraint_name, substring(pg_get_constraintdef(c.oid) FROM 7)::varchar AS check_clause
FROM pg_constraint c LEFT JOIN pg_namespace n ON n.oid = c.connamespace LEFT JOIN pg_class r ON r.oid = c.conrelid LEFT JOIN pg_type t ON t.oid = c.contypid
WHERE c.contype = 'c' AND pg_has_role(coalesce(r.relowner, t.typowner), 'USAGE')
UNION
SELECT current_database()::name, n.nspname, (n.oid::text || '_' || r.oid::text || '_' || a.attnum::text || '_not_null')::name, (a.attname || ' IS NOT NULL')::varchar
FROM pg_namespace n JOIN pg_class r ON n.oid = r.relnamespace JOIN pg_attribute a ON r.oid = a.attrelid
WHERE a.attnum > 0 AND NOT a.attisdropped AND a.attnotnull AND r.relkind IN ('r', 'p') AND pg_has_role(r.relowner, 'USAGE');

-- view collations
SELECT current_database()::name AS collation_catalog, n.nspname AS collation_schema, c.collname AS collation_name, 'NO PAD'::varchar AS pad_attribute
FROM pg_collation c JOIN pg_namespace n ON c.collnamespace = n.oid WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()));

-- view collation_character_set_applicability
SELECT current_database()::name AS collation_catalog, n.nspname AS collation_schema, c.collname AS collation_name, NULL::name AS character_set_catalog, NULL::name AS character_set_schema, getdatabaseencoding()::name AS character_set_name
FROM pg_collation c JOIN pg_namespace n ON c.collnamespace = n.oid WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()));

-- view column_column_usage
SELECT DISTINCT current_database()::name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, used.attname AS column_name, made.attname AS dependent_column
FROM pg_namespace n JOIN pg_class c ON n.oid = c.relnamespace JOIN pg_attribute made ON made.attrelid = c.oid AND made.attgenerated <> ''
  JOIN pg_attrdef def ON def.adrelid = made.attrelid AND def.adnum = made.attnum
  JOIN pg_depend d ON d.classid = 'pg_attrdef'::regclass AND d.objid = def.oid AND d.refclassid = 'pg_class'::regclass AND d.refobjid = c.oid
  JOIN pg_attribute used ON used.attrelid = c.oid AND used.attnum = d.refobjsubid
WHERE used.attnum <> made.attnum AND pg_has_role(c.relowner, 'USAGE');

-- view column_domain_usage
SELECT current_database()::name AS domain_catalog, nt.nspname AS domain_schema, t.typname AS domain_name, current_database()::name AS table_catalog, nc.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name
FROM pg_type t JOIN pg_namespace nt ON t.typnamespace = nt.oid JOIN pg_attribute a ON a.atttypid = t.oid JOIN pg_class c ON a.attrelid = c.oid JOIN pg_namespace nc ON c.relnamespace = nc.oid
WHERE t.typtype = 'd' AND c.relkind IN ('r', 'v', 'f', 'p') AND a.attnum > 0 AND NOT a.attisdropped AND pg_has_role(t.typowner, 'USAGE');

-- view column_privileges
SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, current_database()::name AS table_catalog, n.nspname AS table_schema, x.relname AS table_name, x.attname AS column_name, x.privilege_type::varchar AS privilege_type,
  (CASE WHEN pg_has_role(x.grantee, x.relowner, 'USAGE') OR x.is_grantable THEN 'YES' ELSE 'NO' END)::varchar AS is_grantable
FROM (SELECT c.relname, c.relnamespace, c.relowner, a.attname, e.grantor, e.grantee, e.privilege_type, e.is_grantable
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped, LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) e
    WHERE c.relkind IN ('r', 'v', 'f', 'p')
    UNION
    SELECT c.relname, c.relnamespace, c.relowner, a.attname, e.grantor, e.grantee, e.privilege_type, e.is_grantable
    FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped, LATERAL aclexplode(coalesce(a.attacl, acldefault('c', c.relowner))) e
    WHERE c.relkind IN ('r', 'v', 'f', 'p')) x
  JOIN pg_namespace n ON x.relnamespace = n.oid JOIN pg_authid grantor ON x.grantor = grantor.oid JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON x.grantee = grantee.oid
WHERE x.privilege_type IN ('INSERT', 'SELECT', 'UPDATE', 'REFERENCES') AND (pg_has_role(grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

-- view column_udt_usage
SELECT current_database()::name AS udt_catalog, coalesce(nbt.nspname, nt.nspname) AS udt_schema, coalesce(bt.typname, t.typname) AS udt_name,
  current_database()::name AS table_catalog, nc.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name
FROM pg_attribute a JOIN pg_class c ON a.attrelid = c.oid JOIN pg_namespace nc ON c.relnamespace = nc.oid JOIN pg_type t ON a.atttypid = t.oid JOIN pg_namespace nt ON t.typnamespace = nt.oid
  LEFT JOIN (pg_type bt JOIN pg_namespace nbt ON bt.typnamespace = nbt.oid) ON t.typtype = 'd' AND t.typbasetype = bt.oid
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'f', 'p') AND pg_has_role(coalesce(bt.typowner, t.typowner), 'USAGE');

-- view columns
SELECT current_database()::name AS table_catalog, nc.nspname AS table_schema, c.relname AS table_name, a.attname AS column_name, a.attnum::int4 AS ordinal_position,
  (CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END)::varchar AS column_default,
  (CASE WHEN a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) THEN 'NO' ELSE 'YES' END)::varchar AS is_nullable,
  (CASE WHEN t.typtype = 'd' THEN CASE WHEN bt.typelem <> 0 AND bt.typlen = -1 THEN 'ARRAY' WHEN nbt.nspname = 'pg_catalog' THEN format_type(t.typbasetype, NULL) ELSE 'USER-DEFINED' END ELSE CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nt.nspname = 'pg_catalog' THEN format_type(a.atttypid, NULL) ELSE 'USER-DEFINED' END END)::varchar AS data_type,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) = -1 THEN NULL WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (1042, 1043) THEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) - 4 WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (1560, 1562) THEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) END)::int4 AS character_maximum_length,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (25, 1042, 1043) THEN CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) = -1 THEN 1073741824 ELSE 4 * ((CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) - 4) END END)::int4 AS character_octet_length,
  (CASE (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53 WHEN 1700 THEN CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) <> -1 THEN (((CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) - 4) >> 16) & 65535 END END)::int4 AS numeric_precision,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (21, 23, 20, 700, 701) THEN 2 WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1700 THEN 10 END)::int4 AS numeric_precision_radix,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (21, 23, 20) THEN 0 WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1700 AND (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) <> -1 THEN ((CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) - 4) & 65535 END)::int4 AS numeric_scale,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1082 THEN 0 WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) IN (1083, 1114, 1184, 1266) THEN CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) < 0 THEN 6 ELSE (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) END WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1186 THEN CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) < 0 OR (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) & 65535 = 65535 THEN 6 ELSE (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END) & 65535 END END)::int4 AS datetime_precision,
  (CASE WHEN (CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END) = 1186 THEN information_schema._pg_interval_type((CASE WHEN t.typtype = 'd' THEN t.typbasetype ELSE a.atttypid END), (CASE WHEN t.typtype = 'd' THEN t.typtypmod ELSE a.atttypmod END)) END)::varchar AS interval_type, NULL::int4 AS interval_precision,
  NULL::name AS character_set_catalog, NULL::name AS character_set_schema, NULL::name AS character_set_name,
  (CASE WHEN nco.nspname IS NOT NULL THEN current_database() END)::name AS collation_catalog, nco.nspname AS collation_schema, co.collname AS collation_name,
  (CASE WHEN t.typtype = 'd' THEN current_database() END)::name AS domain_catalog, (CASE WHEN t.typtype = 'd' THEN nt.nspname END)::name AS domain_schema, (CASE WHEN t.typtype = 'd' THEN t.typname END)::name AS domain_name,
  current_database()::name AS udt_catalog, coalesce(nbt.nspname, nt.nspname) AS udt_schema, coalesce(bt.typname, t.typname) AS udt_name, NULL::name AS scope_catalog, NULL::name AS scope_schema, NULL::name AS scope_name, NULL::int4 AS maximum_cardinality,
  a.attnum::text::name AS dtd_identifier, 'NO'::varchar AS is_self_referencing, (CASE WHEN a.attidentity IN ('a', 'd') THEN 'YES' ELSE 'NO' END)::varchar AS is_identity,
  (CASE a.attidentity WHEN 'a' THEN 'ALWAYS' WHEN 'd' THEN 'BY DEFAULT' END)::varchar AS identity_generation,
  seq.seqstart::text::varchar AS identity_start, seq.seqincrement::text::varchar AS identity_increment, seq.seqmax::text::varchar AS identity_maximum, seq.seqmin::text::varchar AS identity_minimum,
  (CASE WHEN seq.seqcycle THEN 'YES' ELSE 'NO' END)::varchar AS identity_cycle, (CASE WHEN a.attgenerated <> '' THEN 'ALWAYS' ELSE 'NEVER' END)::varchar AS is_generated,
  (CASE WHEN a.attgenerated <> '' THEN pg_get_expr(d.adbin, d.adrelid) END)::varchar AS generation_expression,
  (CASE WHEN c.relkind IN ('r', 'p') OR (c.relkind IN ('v', 'f') AND pg_column_is_updatable(c.oid, a.attnum, false)) THEN 'YES' ELSE 'NO' END)::varchar AS is_updatable
FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum
  JOIN pg_class c ON a.attrelid = c.oid JOIN pg_namespace nc ON c.relnamespace = nc.oid
  JOIN pg_type t ON a.atttypid = t.oid JOIN pg_namespace nt ON t.typnamespace = nt.oid
  LEFT JOIN (pg_type bt JOIN pg_namespace nbt ON bt.typnamespace = nbt.oid) ON t.typtype = 'd' AND t.typbasetype = bt.oid
  LEFT JOIN (pg_collation co JOIN pg_namespace nco ON co.collnamespace = nco.oid) ON a.attcollation = co.oid AND (nco.nspname <> 'pg_catalog' OR co.collname <> 'default')
  LEFT JOIN (pg_depend dep JOIN pg_sequence seq ON dep.classid = 'pg_class'::regclass AND dep.objid = seq.seqrelid AND dep.deptype = 'i') ON dep.refclassid = 'pg_class'::regclass AND dep.refobjid = c.oid AND dep.refobjsubid = a.attnum
WHERE a.attnum > 0 AND NOT a.attisdropped AND c.relkind IN ('r', 'v', 'f', 'p') AND NOT pg_is_other_temp_schema(nc.oid)
  AND (pg_has_role(c.relowner, 'USAGE') OR has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES'));

-- view constraint_column_usage
SELECT current_database()::name AS table_catalog, nr.nspname AS table_schema, r.relname AS table_name, a.attname AS column_name, current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name
FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace
  JOIN pg_class r ON r.oid = CASE c.contype WHEN 'f' THEN c.confrelid ELSE c.conrelid END JOIN pg_namespace nr ON nr.oid = r.relnamespace
  JOIN pg_attribute a ON a.attrelid = r.oid AND NOT a.attisdropped AND a.attnum = ANY (CASE c.contype WHEN 'f' THEN c.confkey ELSE c.conkey END)
WHERE c.contype IN ('c', 'p', 'u', 'f') AND r.relkind IN ('r', 'p') AND pg_has_role(r.relowner, 'USAGE');

-- view constraint_table_usage
SELECT current_database()::name AS table_catalog, nr.nspname AS table_schema, r.relname AS table_name, current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name
FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace JOIN pg_class r ON r.oid = CASE c.contype WHEN 'f' THEN c.confrelid ELSE c.conrelid END JOIN pg_namespace nr ON nr.oid = r.relnamespace
WHERE c.contype IN ('p', 'u', 'f') AND r.relkind IN ('r', 'p') AND pg_has_role(r.relowner, 'USAGE');

-- view domain_constraints
SELECT current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name, current_database()::name AS domain_catalog, nt.nspname AS domain_schema, t.typname AS domain_name,
  (CASE WHEN c.condeferrable THEN 'YES' ELSE 'NO' END)::varchar AS is_deferrable, (CASE WHEN c.condeferred THEN 'YES' ELSE 'NO' END)::varchar AS initially_deferred
FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace JOIN pg_type t ON t.oid = c.contypid JOIN pg_namespace nt ON nt.oid = t.typnamespace
WHERE pg_has_role(t.typowner, 'USAGE') OR has_type_privilege(t.oid, 'USAGE');

-- view domain_udt_usage
SELECT current_database()::name AS udt_catalog, nbt.nspname AS udt_schema, bt.typname AS udt_name, current_database()::name AS domain_catalog, nt.nspname AS domain_schema, t.typname AS domain_name
FROM pg_type t JOIN pg_namespace nt ON t.typnamespace = nt.oid JOIN pg_type bt ON t.typbasetype = bt.oid JOIN pg_namespace nbt ON bt.typnamespace = nbt.oid
WHERE t.typtype = 'd' AND pg_has_role(bt.typowner, 'USAGE');

-- view domains
SELECT current_database()::name AS domain_catalog, nt.nspname AS domain_schema, t.typname AS domain_name,
  (CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nbt.nspname = 'pg_catalog' THEN format_type(t.typbasetype, NULL) ELSE 'USER-DEFINED' END)::varchar AS data_type,
  (CASE WHEN t.typtypmod = -1 THEN NULL WHEN t.typbasetype IN (1042, 1043) THEN t.typtypmod - 4 WHEN t.typbasetype IN (1560, 1562) THEN t.typtypmod END)::int4 AS character_maximum_length,
  (CASE WHEN t.typbasetype IN (25, 1042, 1043) THEN CASE WHEN t.typtypmod = -1 THEN 1073741824 ELSE 4 * (t.typtypmod - 4) END END)::int4 AS character_octet_length,
  NULL::name AS character_set_catalog, NULL::name AS character_set_schema, NULL::name AS character_set_name,
  (CASE WHEN nco.nspname IS NOT NULL THEN current_database() END)::name AS collation_catalog, nco.nspname AS collation_schema, co.collname AS collation_name,
  (CASE t.typbasetype WHEN 21 THEN 16 WHEN 23 THEN 32 WHEN 20 THEN 64 WHEN 700 THEN 24 WHEN 701 THEN 53 WHEN 1700 THEN CASE WHEN t.typtypmod <> -1 THEN ((t.typtypmod - 4) >> 16) & 65535 END END)::int4 AS numeric_precision,
  (CASE WHEN t.typbasetype IN (21, 23, 20, 700, 701) THEN 2 WHEN t.typbasetype = 1700 THEN 10 END)::int4 AS numeric_precision_radix,
  (CASE WHEN t.typbasetype IN (21, 23, 20) THEN 0 WHEN t.typbasetype = 1700 AND t.typtypmod <> -1 THEN (t.typtypmod - 4) & 65535 END)::int4 AS numeric_scale,
  (CASE WHEN t.typbasetype = 1082 THEN 0 WHEN t.typbasetype IN (1083, 1114, 1184, 1266) THEN CASE WHEN t.typtypmod < 0 THEN 6 ELSE t.typtypmod END WHEN t.typbasetype = 1186 THEN CASE WHEN t.typtypmod < 0 OR t.typtypmod & 65535 = 65535 THEN 6 ELSE t.typtypmod & 65535 END END)::int4 AS datetime_precision,
  (CASE WHEN t.typbasetype = 1186 THEN information_schema._pg_interval_type(t.typbasetype, t.typtypmod) END)::varchar AS interval_type, NULL::int4 AS interval_precision,
  t.typdefault::varchar AS domain_default, current_database()::name AS udt_catalog, nbt.nspname AS udt_schema, bt.typname AS udt_name, NULL::name AS scope_catalog, NULL::name AS scope_schema, NULL::name AS scope_name, NULL::int4 AS maximum_cardinality, '1'::name AS dtd_identifier
FROM pg_type t JOIN pg_namespace nt ON t.typnamespace = nt.oid JOIN pg_type bt ON t.typbasetype = bt.oid JOIN pg_namespace nbt ON bt.typnamespace = nbt.oid
  LEFT JOIN (pg_collation co JOIN pg_namespace nco ON co.collnamespace = nco.oid) ON t.typcollation = co.oid AND (nco.nspname <> 'pg_catalog' OR co.collname <> 'default')
WHERE t.typtype = 'd' AND (pg_has_role(t.typowner, 'USAGE') OR has_type_privilege(t.oid, 'USAGE'));

-- view enabled_roles
SELECT rolname AS role_name FROM pg_authid WHERE pg_has_role(oid, 'USAGE');

-- view key_column_usage
SELECT current_database()::name AS constraint_catalog, k.constraint_schema, k.conname AS constraint_name, current_database()::name AS table_catalog, k.table_schema, k.relname AS table_name, a.attname AS column_name,
  k.position::int4 AS ordinal_position, (CASE WHEN k.contype = 'f' THEN information_schema._pg_index_position(k.conindid, k.confkey[k.position]) END)::int4 AS position_in_unique_constraint
FROM (SELECT nc.nspname AS constraint_schema, nr.nspname AS table_schema, r.oid, r.relname, r.relowner, c.conname, c.contype, c.conindid, c.confkey, c.conkey, generate_subscripts(c.conkey, 1) AS position
    FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace nr ON nr.oid = r.relnamespace
    WHERE c.contype IN ('p', 'u', 'f') AND r.relkind IN ('r', 'p') AND NOT pg_is_other_temp_schema(nr.oid)) k
  JOIN pg_attribute a ON a.attrelid = k.oid AND a.attnum = k.conkey[k.position] AND NOT a.attisdropped
WHERE pg_has_role(k.relowner, 'USAGE') OR has_column_privilege(k.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES');

-- view parameters
SELECT current_database()::name AS specific_catalog, p.nspname AS specific_schema, nameconcatoid(p.proname, p.oid) AS specific_name, (p.arg).n::int4 AS ordinal_position,
  (CASE p.proargmodes[(p.arg).n] WHEN 'o' THEN 'OUT' WHEN 'b' THEN 'INOUT' WHEN 't' THEN 'OUT' ELSE 'IN' END)::varchar AS parameter_mode, 'NO'::varchar AS is_result, 'NO'::varchar AS as_locator,
  nullif(p.proargnames[(p.arg).n], '')::name AS parameter_name, (CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nt.nspname = 'pg_catalog' THEN format_type(t.oid, NULL) ELSE 'USER-DEFINED' END)::varchar AS data_type,
  NULL::int4 AS character_maximum_length, NULL::int4 AS character_octet_length, NULL::name AS character_set_catalog, NULL::name AS character_set_schema, NULL::name AS character_set_name,
  NULL::name AS collation_catalog, NULL::name AS collation_schema, NULL::name AS collation_name, NULL::int4 AS numeric_precision, NULL::int4 AS numeric_precision_radix, NULL::int4 AS numeric_scale, NULL::int4 AS datetime_precision, NULL::varchar AS interval_type, NULL::int4 AS interval_precision,
  current_database()::name AS udt_catalog, nt.nspname AS udt_schema, t.typname AS udt_name, NULL::name AS scope_catalog, NULL::name AS scope_schema, NULL::name AS scope_name, NULL::int4 AS maximum_cardinality, (p.arg).n::text::name AS dtd_identifier,
  (CASE WHEN pg_has_role(p.proowner, 'USAGE') THEN pg_get_function_arg_default(p.oid, (p.arg).n) END)::varchar AS parameter_default
FROM (SELECT n.nspname, f.oid, f.proname, f.proowner, f.proargnames, f.proargmodes, information_schema._pg_expandarray(coalesce(f.proallargtypes, f.proargtypes::oid[])) AS arg
    FROM pg_proc f JOIN pg_namespace n ON n.oid = f.pronamespace WHERE pg_has_role(f.proowner, 'USAGE') OR has_function_privilege(f.oid, 'EXECUTE')) p
  JOIN pg_type t ON t.oid = (p.arg).x JOIN pg_namespace nt ON t.typnamespace = nt.oid;

-- view referential_constraints
SELECT current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name,
  (CASE WHEN npk.nspname IS NOT NULL THEN current_database() END)::name AS unique_constraint_catalog, npk.nspname AS unique_constraint_schema, pk.conname AS unique_constraint_name,
  (CASE c.confmatchtype WHEN 'f' THEN 'FULL' WHEN 'p' THEN 'PARTIAL' WHEN 's' THEN 'NONE' END)::varchar AS match_option,
  (CASE c.confupdtype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' WHEN 'a' THEN 'NO ACTION' END)::varchar AS update_rule,
  (CASE c.confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' WHEN 'a' THEN 'NO ACTION' END)::varchar AS delete_rule
FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace JOIN pg_class r ON r.oid = c.conrelid
  CROSS JOIN LATERAL (SELECT true AS is_key UNION ALL SELECT false FROM pg_constraint whole WHERE whole.oid = c.conparentid AND whole.conrelid <> c.conrelid) part
  LEFT JOIN (pg_constraint pk JOIN pg_namespace npk ON npk.oid = pk.connamespace) ON part.is_key AND pk.conindid = c.conindid AND pk.conrelid = c.confrelid AND pk.contype IN ('p', 'u')
WHERE c.contype = 'f' AND (pg_has_role(r.relowner, 'USAGE') OR has_table_privilege(r.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(r.oid, 'INSERT, UPDATE, REFERENCES'));

-- view role_column_grants
SELECT grantor, grantee, table_catalog, table_schema, table_name, column_name, privilege_type, is_grantable FROM information_schema.column_privileges
WHERE grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR grantee IN (SELECT role_name FROM information_schema.enabled_roles);

-- view routine_column_usage
SELECT DISTINCT current_database()::name AS specific_catalog, np.nspname AS specific_schema, nameconcatoid(p.proname, p.oid) AS specific_name, current_database()::name AS routine_catalog, np.nspname AS routine_schema, p.proname AS routine_name,
  current_database()::name AS table_catalog, nt.nspname AS table_schema, t.relname AS table_name, a.attname AS column_name
FROM pg_proc p JOIN pg_namespace np ON p.pronamespace = np.oid JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass
  JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace nt ON t.relnamespace = nt.oid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
WHERE t.relkind IN ('r', 'v', 'f', 'p') AND pg_has_role(t.relowner, 'USAGE');

-- view routine_privileges
SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, current_database()::name AS specific_catalog, n.nspname AS specific_schema, nameconcatoid(x.proname, x.oid) AS specific_name,
  current_database()::name AS routine_catalog, n.nspname AS routine_schema, x.proname AS routine_name, 'EXECUTE'::varchar AS privilege_type, (CASE WHEN pg_has_role(x.grantee, x.proowner, 'USAGE') OR x.is_grantable THEN 'YES' ELSE 'NO' END)::varchar AS is_grantable
FROM (SELECT p.oid, p.proname, p.proowner, p.pronamespace, e.grantor, e.grantee, e.is_grantable FROM pg_proc p, LATERAL aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) e WHERE e.privilege_type = 'EXECUTE') x
  JOIN pg_namespace n ON x.pronamespace = n.oid JOIN pg_authid grantor ON x.grantor = grantor.oid JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON x.grantee = grantee.oid
WHERE (pg_has_role(grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

-- view role_routine_grants
SELECT grantor, grantee, specific_catalog, specific_schema, specific_name, routine_catalog, routine_schema, routine_name, privilege_type, is_grantable FROM information_schema.routine_privileges
WHERE grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR grantee IN (SELECT role_name FROM information_schema.enabled_roles);

-- view routine_routine_usage
SELECT DISTINCT current_database()::name AS specific_catalog, np.nspname AS specific_schema, nameconcatoid(p.proname, p.oid) AS specific_name,
  current_database()::name AS routine_catalog, nu.nspname AS routine_schema, nameconcatoid(u.proname, u.oid) AS routine_name
FROM pg_proc p JOIN pg_namespace np ON p.pronamespace = np.oid JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_proc'::regclass JOIN pg_proc u ON u.oid = d.refobjid JOIN pg_namespace nu ON u.pronamespace = nu.oid
WHERE p.prokind IN ('f', 'p') AND u.prokind IN ('f', 'p') AND pg_has_role(u.proowner, 'USAGE');

-- view routine_sequence_usage
SELECT DISTINCT current_database()::name AS specific_catalog, np.nspname AS specific_schema, nameconcatoid(p.proname, p.oid) AS specific_name, current_database()::name AS routine_catalog, np.nspname AS routine_schema, p.proname AS routine_name,
  current_database()::name AS sequence_catalog, nt.nspname AS sequence_schema, t.relname AS sequence_name
FROM pg_proc p JOIN pg_namespace np ON p.pronamespace = np.oid JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace nt ON t.relnamespace = nt.oid
WHERE t.relkind = 'S' AND pg_has_role(t.relowner, 'USAGE');

-- view routine_table_usage
SELECT DISTINCT current_database()::name AS specific_catalog, np.nspname AS specific_schema, nameconcatoid(p.proname, p.oid) AS specific_name, current_database()::name AS routine_catalog, np.nspname AS routine_schema, p.proname AS routine_name,
  current_database()::name AS table_catalog, nt.nspname AS table_schema, t.relname AS table_name
FROM pg_proc p JOIN pg_namespace np ON p.pronamespace = np.oid JOIN pg_depend d ON d.classid = 'pg_proc'::regclass AND d.objid = p.oid AND d.refclassid = 'pg_class'::regclass JOIN pg_class t ON t.oid = d.refobjid JOIN pg_namespace nt ON t.relnamespace = nt.oid
WHERE t.relkind IN ('r', 'v', 'f', 'p') AND pg_has_role(t.relowner, 'USAGE');

-- view routines
SELECT current_database()::name AS specific_catalog, n.nspname AS specific_schema, nameconcatoid(p.proname, p.oid) AS specific_name, current_database()::name AS routine_catalog, n.nspname AS routine_schema, p.proname AS routine_name,
  (CASE p.prokind WHEN 'f' THEN 'FUNCTION' WHEN 'p' THEN 'PROCEDURE' END)::varchar AS routine_type, NULL::name AS module_catalog, NULL::name AS module_schema, NULL::name AS module_name,
  NULL::name AS udt_catalog, NULL::name AS udt_schema, NULL::name AS udt_name, (CASE WHEN p.prokind <> 'p' THEN CASE WHEN t.typelem <> 0 AND t.typlen = -1 THEN 'ARRAY' WHEN nt.nspname = 'pg_catalog' THEN format_type(t.oid, NULL) ELSE 'USER-DEFINED' END END)::varchar AS data_type,
  NULL::int4 AS character_maximum_length, NULL::int4 AS character_octet_length, NULL::name AS character_set_catalog, NULL::name AS character_set_schema, NULL::name AS character_set_name,
  NULL::name AS collation_catalog, NULL::name AS collation_schema, NULL::name AS collation_name, NULL::int4 AS numeric_precision, NULL::int4 AS numeric_precision_radix, NULL::int4 AS numeric_scale, NULL::int4 AS datetime_precision, NULL::varchar AS interval_type, NULL::int4 AS interval_precision,
  (CASE WHEN nt.nspname IS NOT NULL THEN current_database() END)::name AS type_udt_catalog, nt.nspname AS type_udt_schema, t.typname AS type_udt_name, NULL::name AS scope_catalog, NULL::name AS scope_schema, NULL::name AS scope_name, NULL::int4 AS maximum_cardinality,
  (CASE WHEN p.prokind <> 'p' THEN 0 END)::text::name AS dtd_identifier, (CASE WHEN l.lanname = 'sql' THEN 'SQL' ELSE 'EXTERNAL' END)::varchar AS routine_body,
  (CASE WHEN pg_has_role(p.proowner, 'USAGE') THEN p.prosrc END)::varchar AS routine_definition, (CASE WHEN l.lanname = 'c' THEN p.prosrc END)::varchar AS external_name, upper(l.lanname)::varchar AS external_language,
  'GENERAL'::varchar AS parameter_style, (CASE WHEN p.provolatile = 'i' THEN 'YES' ELSE 'NO' END)::varchar AS is_deterministic, 'MODIFIES'::varchar AS sql_data_access,
  (CASE WHEN p.prokind <> 'p' THEN CASE WHEN p.proisstrict THEN 'YES' ELSE 'NO' END END)::varchar AS is_null_call, NULL::varchar AS sql_path, 'YES'::varchar AS schema_level_routine, 0::int4 AS max_dynamic_result_sets,
  NULL::varchar AS is_user_defined_cast, NULL::varchar AS is_implicitly_invocable, (CASE WHEN p.prosecdef THEN 'DEFINER' ELSE 'INVOKER' END)::varchar AS security_type,
  NULL::name AS to_sql_specific_catalog, NULL::name AS to_sql_specific_schema, NULL::name AS to_sql_specific_name, 'NO'::varchar AS as_locator, NULL::timestamptz AS created, NULL::timestamptz AS last_altered,
  NULL::varchar AS new_savepoint_level, 'NO'::varchar AS is_udt_dependent,
  NULL::varchar AS result_cast_data_type, NULL::varchar AS result_cast_as_locator, NULL::int4 AS result_cast_char_max_length, NULL::int4 AS result_cast_char_octet_length, NULL::name AS result_cast_char_set_catalog, NULL::name AS result_cast_char_set_schema, NULL::name AS result_cast_char_set_name, NULL::name AS result_cast_collation_catalog, NULL::name AS result_cast_collation_schema, NULL::name AS result_cast_collation_name, NULL::int4 AS result_cast_numeric_precision, NULL::int4 AS result_cast_numeric_precision_radix, NULL::int4 AS result_cast_numeric_scale, NULL::int4 AS result_cast_datetime_precision, NULL::varchar AS result_cast_interval_type, NULL::int4 AS result_cast_interval_precision, NULL::name AS result_cast_type_udt_catalog, NULL::name AS result_cast_type_udt_schema, NULL::name AS result_cast_type_udt_name, NULL::name AS result_cast_scope_catalog, NULL::name AS result_cast_scope_schema, NULL::name AS result_cast_scope_name, NULL::int4 AS result_cast_maximum_cardinality, NULL::name AS result_cast_dtd_identifier
FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_language l ON p.prolang = l.oid
  LEFT JOIN (pg_type t JOIN pg_namespace nt ON t.typnamespace = nt.oid) ON p.prorettype = t.oid AND p.prokind <> 'p'
WHERE pg_has_role(p.proowner, 'USAGE') OR has_function_privilege(p.oid, 'EXECUTE');

-- view schemata
SELECT current_database()::name AS catalog_name, n.nspname AS schema_name, u.rolname AS schema_owner,
  NULL::name AS default_character_set_catalog, NULL::name AS default_character_set_schema, NULL::name AS default_character_set_name, NULL::varchar AS sql_path
FROM pg_namespace n JOIN pg_authid u ON n.nspowner = u.oid
WHERE pg_has_role(n.nspowner, 'USAGE') OR has_schema_privilege(n.oid, 'CREATE, USAGE');

-- view sequences
SELECT current_database()::name AS sequence_catalog, n.nspname AS sequence_schema, c.relname AS sequence_name, format_type(s.seqtypid, NULL)::varchar AS data_type,
  (CASE s.seqtypid WHEN 21 THEN 16 WHEN 23 THEN 32 ELSE 64 END)::int4 AS numeric_precision, 2::int4 AS numeric_precision_radix, 0::int4 AS numeric_scale,
  s.seqstart::text::varchar AS start_value, s.seqmin::text::varchar AS minimum_value, s.seqmax::text::varchar AS maximum_value, s.seqincrement::text::varchar AS increment, (CASE WHEN s.seqcycle THEN 'YES' ELSE 'NO' END)::varchar AS cycle_option
FROM pg_sequence s JOIN pg_class c ON c.oid = s.seqrelid JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'i') AND NOT pg_is_other_temp_schema(n.oid)
  AND (pg_has_role(c.relowner, 'USAGE') OR has_sequence_privilege(c.oid, 'SELECT, UPDATE, USAGE'));

-- view table_constraints
SELECT current_database()::name AS constraint_catalog, nc.nspname AS constraint_schema, c.conname AS constraint_name, current_database()::name AS table_catalog, nr.nspname AS table_schema, r.relname AS table_name,
  (CASE c.contype WHEN 'c' THEN 'CHECK' WHEN 'f' THEN 'FOREIGN KEY' WHEN 'p' THEN 'PRIMARY KEY' WHEN 'u' THEN 'UNIQUE' END)::varchar AS constraint_type,
  (CASE WHEN c.condeferrable THEN 'YES' ELSE 'NO' END)::varchar AS is_deferrable, (CASE WHEN c.condeferred THEN 'YES' ELSE 'NO' END)::varchar AS initially_deferred, 'YES'::varchar AS enforced,
  (CASE WHEN c.contype = 'u' THEN CASE WHEN (SELECT NOT i.indnullsnotdistinct FROM pg_index i WHERE i.indexrelid = c.conindid) THEN 'YES' ELSE 'NO' END END)::varchar AS nulls_distinct
FROM pg_constraint c JOIN pg_namespace nc ON nc.oid = c.connamespace JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace nr ON nr.oid = r.relnamespace
WHERE c.contype NOT IN ('t', 'x') AND r.relkind IN ('r', 'p') AND NOT pg_is_other_temp_schema(nr.oid)
  AND (pg_has_role(r.relowner, 'USAGE') OR has_table_privilege(r.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(r.oid, 'INSERT, UPDATE, REFERENCES'))
UNION ALL
SELECT current_database()::name, nr.nspname, (nr.oid::text || '_' || r.oid::text || '_' || a.attnum::text || '_not_null')::name, current_database()::name, nr.nspname, r.relname, 'CHECK'::varchar, 'NO'::varchar, 'NO'::varchar, 'YES'::varchar, NULL::varchar
FROM pg_class r JOIN pg_namespace nr ON nr.oid = r.relnamespace JOIN pg_attribute a ON r.oid = a.attrelid
WHERE a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped AND r.relkind IN ('r', 'p') AND NOT pg_is_other_temp_schema(nr.oid)
  AND (pg_has_role(r.relowner, 'USAGE') OR has_table_privilege(r.oid, 'INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(r.oid, 'INSERT, UPDATE, REFERENCES'));

-- view table_privileges
SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, current_database()::name AS table_catalog, n.nspname AS table_schema, x.relname AS table_name, x.privilege_type::varchar AS privilege_type,
  (CASE WHEN pg_has_role(x.grantee, x.relowner, 'USAGE') OR x.is_grantable THEN 'YES' ELSE 'NO' END)::varchar AS is_grantable, (CASE WHEN x.privilege_type = 'SELECT' THEN 'YES' ELSE 'NO' END)::varchar AS with_hierarchy
FROM (SELECT c.relname, c.relnamespace, c.relowner, e.grantor, e.grantee, e.privilege_type, e.is_grantable
    FROM pg_class c, LATERAL aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) e WHERE c.relkind IN ('r', 'v', 'f', 'p')) x
  JOIN pg_namespace n ON x.relnamespace = n.oid JOIN pg_authid grantor ON x.grantor = grantor.oid JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON x.grantee = grantee.oid
WHERE x.privilege_type IN ('INSERT', 'SELECT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER') AND (pg_has_role(grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

-- view role_table_grants
SELECT grantor, grantee, table_catalog, table_schema, table_name, privilege_type, is_grantable, with_hierarchy FROM information_schema.table_privileges
WHERE grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR grantee IN (SELECT role_name FROM information_schema.enabled_roles);

-- view tables
SELECT current_database()::name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name,
  (CASE WHEN n.oid = pg_my_temp_schema() THEN 'LOCAL TEMPORARY' WHEN c.relkind IN ('r', 'p') THEN 'BASE TABLE' WHEN c.relkind = 'v' THEN 'VIEW' WHEN c.relkind = 'f' THEN 'FOREIGN' END)::varchar AS table_type,
  NULL::name AS self_referencing_column_name, NULL::varchar AS reference_generation, (CASE WHEN t.typname IS NOT NULL THEN current_database() END)::name AS user_defined_type_catalog,
  nt.nspname AS user_defined_type_schema, t.typname AS user_defined_type_name,
  (CASE WHEN c.relkind IN ('r', 'p') OR (c.relkind IN ('v', 'f') AND pg_relation_is_updatable(c.oid, false) & 8 = 8) THEN 'YES' ELSE 'NO' END)::varchar AS is_insertable_into,
  (CASE WHEN t.typname IS NOT NULL THEN 'YES' ELSE 'NO' END)::varchar AS is_typed, NULL::varchar AS commit_action
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace LEFT JOIN (pg_type t JOIN pg_namespace nt ON t.typnamespace = nt.oid) ON c.reloftype = t.oid
WHERE c.relkind IN ('r', 'v', 'f', 'p') AND NOT pg_is_other_temp_schema(n.oid)
  AND (pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'));

-- view udt_privileges
SELECT grantor.rolname AS grantor, grantee.rolname AS grantee, current_database()::name AS udt_catalog, n.nspname AS udt_schema, x.typname AS udt_name, 'TYPE USAGE'::varchar AS privilege_type, (CASE WHEN pg_has_role(x.grantee, x.typowner, 'USAGE') OR x.is_grantable THEN 'YES' ELSE 'NO' END)::varchar AS is_grantable
FROM (SELECT t.typname, t.typnamespace, t.typowner, e.grantor, e.grantee, e.is_grantable FROM pg_type t, LATERAL aclexplode(coalesce(t.typacl, acldefault('T', t.typowner))) e WHERE t.typtype = 'c' AND e.privilege_type = 'USAGE') x
  JOIN pg_namespace n ON x.typnamespace = n.oid JOIN pg_authid grantor ON x.grantor = grantor.oid JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON x.grantee = grantee.oid
WHERE (pg_has_role(grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

-- view role_udt_grants
SELECT grantor, grantee, udt_catalog, udt_schema, udt_name, privilege_type, is_grantable FROM information_schema.udt_privileges
WHERE grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR grantee IN (SELECT role_name FROM information_schema.enabled_roles);

-- view usage_privileges
SELECT u.rolname AS grantor, 'PUBLIC'::name AS grantee, current_database()::name AS object_catalog, n.nspname AS object_schema, c.collname AS object_name, 'COLLATION'::varchar AS object_type, 'USAGE'::varchar AS privilege_type, 'NO'::varchar AS is_grantable
FROM pg_collation c JOIN pg_authid u ON c.collowner = u.oid JOIN pg_namespace n ON c.collnamespace = n.oid WHERE c.collencoding IN (-1, (SELECT encoding FROM pg_database WHERE datname = current_database()))
UNION ALL
SELECT grantor.rolname, grantee.rolname, current_database()::name, n.nspname, x.typname, 'DOMAIN'::varchar, 'USAGE'::varchar, (CASE WHEN pg_has_role(x.grantee, x.typowner, 'USAGE') OR x.is_grantable THEN 'YES' ELSE 'NO' END)::varchar
FROM (SELECT o.typname, o.typowner, o.typnamespace AS namespace, e.grantor, e.grantee, e.is_grantable FROM pg_type o, LATERAL aclexplode(coalesce(o.typacl, acldefault('T', o.typowner))) e WHERE e.privilege_type = 'USAGE' AND o.typtype = 'd') x JOIN pg_namespace n ON x.namespace = n.oid JOIN pg_authid grantor ON x.grantor = grantor.oid JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON x.grantee = grantee.oid
WHERE (pg_has_role(grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC')
UNION ALL
SELECT grantor.rolname, grantee.rolname, current_database()::name, ''::name, x.fdwname, 'FOREIGN DATA WRAPPER'::varchar, 'USAGE'::varchar, (CASE WHEN pg_has_role(x.grantee, x.fdwowner, 'USAGE') OR x.is_grantable THEN 'YES' ELSE 'NO' END)::varchar
FROM (SELECT o.fdwname, o.fdwowner, e.grantor, e.grantee, e.is_grantable FROM pg_foreign_data_wrapper o, LATERAL aclexplode(coalesce(o.fdwacl, acldefault('F', o.fdwowner))) e WHERE e.privilege_type = 'USAGE') x JOIN pg_authid grantor ON x.grantor = grantor.oid JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON x.grantee = grantee.oid
WHERE (pg_has_role(grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC')
UNION ALL
SELECT grantor.rolname, grantee.rolname, current_database()::name, ''::name, x.srvname, 'FOREIGN SERVER'::varchar, 'USAGE'::varchar, (CASE WHEN pg_has_role(x.grantee, x.srvowner, 'USAGE') OR x.is_grantable THEN 'YES' ELSE 'NO' END)::varchar
FROM (SELECT o.srvname, o.srvowner, e.grantor, e.grantee, e.is_grantable FROM pg_foreign_server o, LATERAL aclexplode(coalesce(o.srvacl, acldefault('S', o.srvowner))) e WHERE e.privilege_type = 'USAGE') x JOIN pg_authid grantor ON x.grantor = grantor.oid JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON x.grantee = grantee.oid
WHERE (pg_has_role(grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC')
UNION ALL
SELECT grantor.rolname, grantee.rolname, current_database()::name, n.nspname, x.relname, 'SEQUENCE'::varchar, 'USAGE'::varchar, (CASE WHEN pg_has_role(x.grantee, x.relowner, 'USAGE') OR x.is_grantable THEN 'YES' ELSE 'NO' END)::varchar
FROM (SELECT o.relname, o.relowner, o.relnamespace AS namespace, e.grantor, e.grantee, e.is_grantable FROM pg_class o, LATERAL aclexplode(coalesce(o.relacl, acldefault('r', o.relowner))) e WHERE e.privilege_type = 'USAGE' AND o.relkind = 'S') x JOIN pg_namespace n ON x.namespace = n.oid JOIN pg_authid grantor ON x.grantor = grantor.oid JOIN (SELECT oid, rolname FROM pg_authid UNION ALL SELECT 0::oid, 'PUBLIC') grantee ON x.grantee = grantee.oid
WHERE (pg_has_role(grantor.oid, 'USAGE') OR pg_has_role(grantee.oid, 'USAGE') OR grantee.rolname = 'PUBLIC');

-- view role_usage_grants
SELECT grantor, grantee, object_catalog, object_schema, object_name, object_type, privilege_type, is_grantable FROM information_schema.usage_privileges
WHERE grantor IN (SELECT role_name FROM information_schema.enabled_roles) OR grantee IN (SELECT role_name FROM information_schema.enabled_roles);

-- view user_defined_types
SELECT current_database()::name AS user_defined_type_catalog, n.nspname AS user_defined_type_schema, c.relname AS user_defined_type_name, 'STRUCTURED'::varchar AS user_defined_type_category, 'YES'::varchar AS is_instantiable,
  NULL::varchar AS is_final, NULL::varchar AS ordering_form, NULL::varchar AS ordering_category, NULL::name AS ordering_routine_catalog, NULL::name AS ordering_routine_schema, NULL::name AS ordering_routine_name,
  NULL::varchar AS reference_type, NULL::varchar AS data_type, NULL::int4 AS character_maximum_length, NULL::int4 AS character_octet_length, NULL::name AS character_set_catalog, NULL::name AS character_set_schema, NULL::name AS character_set_name,
  NULL::name AS collation_catalog, NULL::name AS collation_schema, NULL::name AS collation_name, NULL::int4 AS numeric_precision, NULL::int4 AS numeric_precision_radix, NULL::int4 AS numeric_scale, NULL::int4 AS datetime_precision, NULL::varchar AS interval_type, NULL::int4 AS interval_precision, NULL::name AS source_dtd_identifier, NULL::name AS ref_dtd_identifier
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_type t ON t.typrelid = c.oid
WHERE c.relkind = 'c' AND (pg_has_role(t.typowner, 'USAGE') OR has_type_privilege(t.oid, 'USAGE'));

-- view view_column_usage
SELECT DISTINCT current_database()::name AS view_catalog, nv.nspname AS view_schema, v.relname AS view_name, current_database()::name AS table_catalog, nt.nspname AS table_schema, t.relname AS table_name, a.attname AS column_name
FROM pg_class v JOIN pg_namespace nv ON v.relnamespace = nv.oid
  JOIN pg_depend dv ON dv.refclassid = 'pg_class'::regclass AND dv.refobjid = v.oid AND dv.classid = 'pg_rewrite'::regclass AND dv.deptype = 'i'
  JOIN pg_depend dt ON dt.classid = 'pg_rewrite'::regclass AND dt.objid = dv.objid AND dt.refclassid = 'pg_class'::regclass AND dt.refobjid <> v.oid
  JOIN pg_class t ON t.oid = dt.refobjid JOIN pg_namespace nt ON t.relnamespace = nt.oid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = dt.refobjsubid
WHERE v.relkind = 'v' AND t.relkind IN ('r', 'v', 'f', 'p') AND pg_has_role(t.relowner, 'USAGE');

-- view view_routine_usage
SELECT DISTINCT current_database()::name AS table_catalog, nv.nspname AS table_schema, v.relname AS table_name, current_database()::name AS specific_catalog, np.nspname AS specific_schema, nameconcatoid(p.proname, p.oid) AS specific_name
FROM pg_class v JOIN pg_namespace nv ON v.relnamespace = nv.oid
  JOIN pg_depend dv ON dv.refclassid = 'pg_class'::regclass AND dv.refobjid = v.oid AND dv.classid = 'pg_rewrite'::regclass AND dv.deptype = 'i'
  JOIN pg_depend dt ON dt.classid = 'pg_rewrite'::regclass AND dt.objid = dv.objid AND dt.refclassid = 'pg_proc'::regclass AND dt.refobjid <> v.oid
  JOIN pg_proc p ON p.oid = dt.refobjid JOIN pg_namespace np ON p.pronamespace = np.oid
WHERE v.relkind = 'v' AND pg_has_role(p.proowner, 'USAGE');

-- view view_table_usage
SELECT DISTINCT current_database()::name AS view_catalog, nv.nspname AS view_schema, v.relname AS view_name, current_database()::name AS table_catalog, nt.nspname AS table_schema, t.relname AS table_name
FROM pg_class v JOIN pg_namespace nv ON v.relnamespace = nv.oid
  JOIN pg_depend dv ON dv.refclassid = 'pg_class'::regclass AND dv.refobjid = v.oid AND dv.classid = 'pg_rewrite'::regclass AND dv.deptype = 'i'
  JOIN pg_depend dt ON dt.classid = 'pg_rewrite'::regclass AND dt.objid = dv.objid AND dt.refclassid = 'pg_class'::regclass AND dt.refobjid <> v.oid
  JOIN pg_class t ON t.oid = dt.refobjid JOIN pg_namespace nt ON t.relnamespace = nt.oid
WHERE v.relkind = 'v' AND t.relkind IN ('r', 'v', 'f', 'p') AND pg_has_role(t.relowner, 'USAGE');

-- view views
SELECT current_database()::name AS table_catalog, n.nspname AS table_schema, c.relname AS table_name, (CASE WHEN pg_has_role(c.relowner, 'USAGE') THEN pg_get_viewdef(c.oid) END)::varchar AS view_definition,
  (CASE WHEN 'check_option=cascaded' = ANY (c.reloptions) THEN 'CASCADED' WHEN 'check_option=local' = ANY (c.reloptions) THEN 'LOCAL' ELSE 'NONE' END)::varchar AS check_option,
  (CASE WHEN pg_relation_is_updatable(c.oid, false) & 20 = 20 THEN 'YES' ELSE 'NO' END)::varchar AS is_updatable, (CASE WHEN pg_relation_is_updatable(c.oid, false) & 8 = 8 THEN 'YES' ELSE 'NO' END)::varchar AS is_insertable_into,
  'NO'::varchar AS is_trigger_updatable, 'NO'::varchar AS is_trigger_deletable, 'NO'::varchar AS is_trigger_insertable_into
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v' AND NOT pg_is_other_temp_schema(n.oid)
  AND (pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES'));

-- view data_type_privileges
SELECT current_database()::name AS object_catalog, x.object_schema, x.object_name, x.object_type, x.dtd_identifier
FROM (SELECT udt_schema AS object_schema, udt_name AS object_name, 'USER-DEFINED TYPE'::varchar AS object_type, dtd_identifier FROM information_schema.attributes
    UNION ALL SELECT table_schema, table_name, 'TABLE'::varchar, dtd_identifier FROM information_schema.columns
    UNION ALL SELECT domain_schema, domain_name, 'DOMAIN'::varchar, dtd_identifier FROM information_schema.domains
    UNION ALL SELECT specific_schema, specific_name, 'ROUTINE'::varchar, dtd_identifier FROM information_schema.parameters
    UNION ALL SELECT specific_schema, specific_name, 'ROUTINE'::varchar, dtd_identifier FROM information_schema.routines) x;

-- view element_types
SELECT current_database()::name AS object_catalog, n.nspname AS object_schema, x.object_name, x.object_type, x.dtd_identifier AS collection_type_identifier,
  (CASE WHEN nbt.nspname = 'pg_catalog' THEN format_type(bt.oid, NULL) ELSE 'USER-DEFINED' END)::varchar AS data_type, NULL::int4 AS character_maximum_length, NULL::int4 AS character_octet_length, NULL::name AS character_set_catalog, NULL::name AS character_set_schema, NULL::name AS character_set_name,
  (CASE WHEN nco.nspname IS NOT NULL THEN current_database() END)::name AS collation_catalog, nco.nspname AS collation_schema, co.collname AS collation_name,
  NULL::int4 AS numeric_precision, NULL::int4 AS numeric_precision_radix, NULL::int4 AS numeric_scale, NULL::int4 AS datetime_precision, NULL::varchar AS interval_type, NULL::int4 AS interval_precision, NULL::varchar AS domain_default,
  current_database()::name AS udt_catalog, nbt.nspname AS udt_schema, bt.typname AS udt_name, NULL::name AS scope_catalog, NULL::name AS scope_schema, NULL::name AS scope_name, NULL::int4 AS maximum_cardinality, ('a' || x.dtd_identifier::text)::name AS dtd_identifier
FROM (SELECT c.relnamespace AS namespace, c.relname AS object_name, (CASE WHEN c.relkind = 'c' THEN 'USER-DEFINED TYPE' ELSE 'TABLE' END)::varchar AS object_type, a.attnum::text::name AS dtd_identifier, a.atttypid AS type, a.attcollation AS collation
    FROM pg_class c JOIN pg_attribute a ON c.oid = a.attrelid WHERE c.relkind IN ('r', 'v', 'f', 'c', 'p') AND a.attnum > 0 AND NOT a.attisdropped
    UNION ALL SELECT t.typnamespace, t.typname, 'DOMAIN'::varchar, '1'::name, t.typbasetype, t.typcollation FROM pg_type t WHERE t.typtype = 'd'
    UNION ALL SELECT p.pronamespace, nameconcatoid(p.proname, p.oid), 'ROUTINE'::varchar, (p.arg).n::text::name, (p.arg).x, 0::oid
        FROM (SELECT f.pronamespace, f.proname, f.oid, information_schema._pg_expandarray(coalesce(f.proallargtypes, f.proargtypes::oid[])) AS arg FROM pg_proc f) p
    UNION ALL SELECT p.pronamespace, nameconcatoid(p.proname, p.oid), 'ROUTINE'::varchar, '0'::name, p.prorettype, 0::oid FROM pg_proc p) x
  JOIN pg_namespace n ON x.namespace = n.oid JOIN pg_type at ON at.oid = x.type AND at.typelem <> 0 AND at.typlen = -1 JOIN pg_type bt ON at.typelem = bt.oid JOIN pg_namespace nbt ON bt.typnamespace = nbt.oid
  LEFT JOIN (pg_collation co JOIN pg_namespace nco ON co.collnamespace = nco.oid) ON x.collation = co.oid AND (nco.nspname <> 'pg_catalog' OR co.collname <> 'default')
WHERE (n.nspname, x.object_name, x.object_type, x.dtd_identifier) IN (SELECT object_schema, object_name, object_type, dtd_identifier FROM information_schema.data_type_privileges);

-- view _pg_foreign_table_columns
SELECT n.nspname, c.relname, a.attname, a.attfdwoptions
FROM pg_foreign_table f JOIN pg_class c ON c.oid = f.ftrelid AND c.relkind = 'f' JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
WHERE pg_has_role(c.relowner, 'USAGE') OR has_column_privilege(c.oid, a.attnum, 'SELECT, INSERT, UPDATE, REFERENCES');

-- view column_options
SELECT current_database()::name AS table_catalog, c.nspname AS table_schema, c.relname AS table_name, c.attname AS column_name, o.option_name::name AS option_name, o.option_value::varchar AS option_value
FROM information_schema._pg_foreign_table_columns c, LATERAL pg_options_to_table(c.attfdwoptions) o;

-- view _pg_foreign_data_wrappers
SELECT w.oid, w.fdwowner, w.fdwoptions, current_database()::name AS foreign_data_wrapper_catalog, w.fdwname AS foreign_data_wrapper_name, u.rolname AS authorization_identifier, 'c'::varchar AS foreign_data_wrapper_language
FROM pg_foreign_data_wrapper w JOIN pg_authid u ON u.oid = w.fdwowner WHERE pg_has_role(w.fdwowner, 'USAGE') OR has_foreign_data_wrapper_privilege(w.oid, 'USAGE');

-- view foreign_data_wrapper_options
SELECT w.foreign_data_wrapper_catalog, w.foreign_data_wrapper_name, o.option_name::name AS option_name, o.option_value::varchar AS option_value
FROM information_schema._pg_foreign_data_wrappers w, LATERAL pg_options_to_table(w.fdwoptions) o;

-- view foreign_data_wrappers
SELECT foreign_data_wrapper_catalog, foreign_data_wrapper_name, authorization_identifier, NULL::varchar AS library_name, foreign_data_wrapper_language FROM information_schema._pg_foreign_data_wrappers;

-- view _pg_foreign_servers
SELECT s.oid, s.srvoptions, current_database()::name AS foreign_server_catalog, s.srvname AS foreign_server_name, current_database()::name AS foreign_data_wrapper_catalog, w.fdwname AS foreign_data_wrapper_name,
  s.srvtype::varchar AS foreign_server_type, s.srvversion::varchar AS foreign_server_version, u.rolname AS authorization_identifier
FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw JOIN pg_authid u ON u.oid = s.srvowner WHERE pg_has_role(s.srvowner, 'USAGE') OR has_server_privilege(s.oid, 'USAGE');

-- view foreign_server_options
SELECT s.foreign_server_catalog, s.foreign_server_name, o.option_name::name AS option_name, o.option_value::varchar AS option_value
FROM information_schema._pg_foreign_servers s, LATERAL pg_options_to_table(s.srvoptions) o;

-- view foreign_servers
SELECT foreign_server_catalog, foreign_server_name, foreign_data_wrapper_catalog, foreign_data_wrapper_name, foreign_server_type, foreign_server_version, authorization_identifier FROM information_schema._pg_foreign_servers;

-- view _pg_foreign_tables
SELECT current_database()::name AS foreign_table_catalog, n.nspname AS foreign_table_schema, c.relname AS foreign_table_name, f.ftoptions, current_database()::name AS foreign_server_catalog, s.srvname AS foreign_server_name, u.rolname AS authorization_identifier
FROM pg_foreign_table f JOIN pg_foreign_server s ON s.oid = f.ftserver JOIN pg_class c ON c.oid = f.ftrelid AND c.relkind = 'f' JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_authid u ON u.oid = c.relowner
WHERE pg_has_role(c.relowner, 'USAGE') OR has_table_privilege(c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER') OR has_any_column_privilege(c.oid, 'SELECT, INSERT, UPDATE, REFERENCES');

-- view foreign_table_options
SELECT t.foreign_table_catalog, t.foreign_table_schema, t.foreign_table_name, o.option_name::name AS option_name, o.option_value::varchar AS option_value
FROM information_schema._pg_foreign_tables t, LATERAL pg_options_to_table(t.ftoptions) o;

-- view foreign_tables
SELECT foreign_table_catalog, foreign_table_schema, foreign_table_name, foreign_server_catalog, foreign_server_name FROM information_schema._pg_foreign_tables;

-- view _pg_user_mappings
SELECT m.oid, m.umoptions, m.umuser, coalesce(u.rolname, 'PUBLIC')::name AS authorization_identifier, s.foreign_server_catalog, s.foreign_server_name, s.authorization_identifier AS srvowner
FROM pg_user_mapping m LEFT JOIN pg_authid u ON u.oid = m.umuser JOIN information_schema._pg_foreign_servers s ON s.oid = m.umserver;

-- view user_mapping_options
SELECT m.authorization_identifier, m.foreign_server_catalog, m.foreign_server_name, o.option_name::name AS option_name,
  (CASE WHEN (m.umuser <> 0 AND m.authorization_identifier = current_user) OR (m.umuser = 0 AND pg_has_role(m.srvowner, 'USAGE')) OR (SELECT rolsuper FROM pg_authid WHERE rolname = current_user) THEN o.option_value END)::varchar AS option_value
FROM information_schema._pg_user_mappings m, LATERAL pg_options_to_table(m.umoptions) o;

-- view user_mappings
SELECT authorization_identifier, foreign_server_catalog, foreign_server_name FROM information_schema._pg_user_mappings;
