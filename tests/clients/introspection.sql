-- What clients ask the catalogs about a database, in the shapes in which they ask it. Run by introspection.sh on the database of ../psql/everything.sql; every answer must be PostgreSQL's.
\set ON_ERROR_STOP off
\pset format unaligned
\pset null NULL

\echo # Prisma: schema engine
SELECT n.nspname AS namespace_name FROM pg_namespace n WHERE n.nspname = ANY ('{every,public,"Odd Schema"}') ORDER BY namespace_name;
SELECT t.relname AS table_name, n.nspname AS namespace, (t.relhassubclass AND t.relkind = 'p') AS is_partition, (t.relhassubclass AND t.relkind = 'r') AS has_subclass, t.relkind = 'f' AS is_foreign, t.relrowsecurity, reloptions,
    obj_description(t.oid, 'pg_class') AS description
FROM pg_class AS t INNER JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE ((t.relkind = 'r' AND t.relispartition = 'f') OR t.relkind = 'p' OR t.relkind = 'f') AND n.nspname = ANY ('{every,"Odd Schema"}') ORDER BY namespace, table_name;
SELECT v.viewname, v.definition, v.schemaname, obj_description(c.oid, 'pg_class') AS description
FROM pg_catalog.pg_views v INNER JOIN pg_catalog.pg_namespace n ON v.schemaname = n.nspname INNER JOIN pg_catalog.pg_class c ON c.relnamespace = n.oid AND c.relname = v.viewname
WHERE schemaname = ANY ('{every,"Odd Schema"}') ORDER BY 3, 1;
SELECT o.namespace, info.table_name, info.column_name, format_type(att.atttypid, att.atttypmod) AS formatted_type, info.numeric_precision, info.numeric_scale, info.numeric_precision_radix, info.datetime_precision, info.data_type,
    info.udt_schema AS type_schema_name, info.udt_name AS full_data_type, pg_get_expr(def.adbin, def.adrelid) AS column_default, info.is_nullable, info.is_identity, info.character_maximum_length,
    col_description(att.attrelid, ordinal_position) AS description
FROM information_schema.columns info
JOIN pg_attribute att ON att.attname = info.column_name
JOIN (SELECT c.oid, relname, n.nspname AS namespace FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = ANY ('{every,"Odd Schema"}') WHERE reltype > 0) AS o
    ON o.oid = att.attrelid AND relname = info.table_name AND namespace = info.table_schema
LEFT OUTER JOIN pg_attrdef def ON def.adrelid = att.attrelid AND def.adnum = att.attnum AND table_schema = namespace
WHERE table_schema = ANY ('{every,"Odd Schema"}') ORDER BY namespace, table_name, ordinal_position;
SELECT n.nspname AS namespace, t.relname AS table_name, c.conname, c.contype, pg_get_constraintdef(c.oid), c.condeferrable, c.condeferred
FROM pg_constraint c JOIN pg_class AS t ON t.oid = c.conrelid JOIN pg_namespace AS n ON n.oid = t.relnamespace
WHERE n.nspname = ANY ('{every,"Odd Schema"}') AND contype NOT IN ('p', 'u', 'f') ORDER BY namespace, table_name, c.contype, c.conname;
WITH raw AS (
    SELECT indrelid, indexrelid, indisunique, indisprimary, unnest(indkey) AS indkeyid, generate_subscripts(indkey, 1) AS indkeyidx, unnest(indclass) AS indclass, unnest(indoption) AS indoption
    FROM pg_index WHERE indpred IS NULL AND NOT indisexclusion)
SELECT n.nspname AS namespace, i.relname AS index_name, t.relname AS table_name, a.attname AS column_name, raw.indisunique, raw.indisprimary, raw.indkeyidx AS column_index, o.opcname, o.opcdefault, am.amname,
    CASE raw.indoption & 1 WHEN 1 THEN 'DESC' ELSE 'ASC' END AS column_order, CASE raw.indoption & 2 WHEN 2 THEN true ELSE false END AS nulls_first, c.condeferrable, c.condeferred
FROM raw INNER JOIN pg_class AS t ON t.oid = raw.indrelid INNER JOIN pg_class AS i ON i.oid = raw.indexrelid INNER JOIN pg_namespace AS n ON n.oid = t.relnamespace
    LEFT JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = raw.indkeyid INNER JOIN pg_am AS am ON am.oid = i.relam LEFT JOIN pg_opclass AS o ON o.oid = raw.indclass
    LEFT JOIN pg_constraint c ON raw.indexrelid = c.conindid AND c.contype <> 'f'
WHERE n.nspname = ANY ('{every,"Odd Schema"}') ORDER BY namespace, table_name, index_name, column_index;
SELECT child_att.attname AS child_column, cl.relname AS parent_table, att.attname AS parent_column, k.confdeltype, k.confupdtype, rn.nspname AS referenced_schema, conname, child, parent, table_name, namespace, condeferrable, condeferred
FROM (SELECT n.nspname AS namespace, unnest(f.conkey) AS parent, unnest(f.confkey) AS child, c.relname AS table_name, generate_subscripts(f.conkey, 1) AS colidx, f.oid, f.confrelid, f.conrelid, f.conname, f.confdeltype, f.confupdtype, f.condeferrable, f.condeferred
    FROM pg_class c JOIN pg_constraint f ON f.conrelid = c.oid JOIN pg_namespace n ON c.relnamespace = n.oid WHERE n.nspname = ANY ('{every,"Odd Schema"}') AND f.contype = 'f' ORDER BY colidx) k
    JOIN pg_attribute att ON att.attrelid = k.confrelid AND att.attnum = k.child JOIN pg_class cl ON cl.oid = k.confrelid
    JOIN pg_attribute child_att ON child_att.attrelid = k.conrelid AND child_att.attnum = k.parent JOIN pg_class rc ON k.confrelid = rc.oid JOIN pg_namespace rn ON rc.relnamespace = rn.oid
ORDER BY namespace, table_name, conname, parent_table, k.colidx;
SELECT t.typname AS name, e.enumlabel AS value, n.nspname AS namespace, obj_description(t.oid, 'pg_type') AS description
FROM pg_type t JOIN pg_enum e ON t.oid = e.enumtypid JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = ANY ('{every,"Odd Schema"}') ORDER BY 1, e.enumsortorder;
SELECT sequence_name, sequence_schema AS namespace, start_value::bigint, minimum_value::bigint AS min_value, maximum_value::bigint AS max_value, increment::bigint AS increment_by, (CASE cycle_option WHEN 'YES' THEN true ELSE false END) AS cycle, 0::bigint AS cache_size
FROM information_schema.sequences WHERE sequence_schema = ANY ('{every}') ORDER BY sequence_name;
SELECT schemaname, sequencename, start_value, min_value, max_value, increment_by, cycle, cache_size FROM pg_sequences WHERE schemaname = ANY ('{every}') ORDER BY sequencename;
SELECT p.proname AS name, n.nspname AS namespace, CASE WHEN l.lanname = 'internal' THEN p.prosrc ELSE pg_get_functiondef(p.oid) END AS definition
FROM pg_proc p LEFT JOIN pg_namespace n ON p.pronamespace = n.oid LEFT JOIN pg_language l ON p.prolang = l.oid WHERE n.nspname = ANY ('{every,"Odd Schema"}') AND p.prokind <> 'a' ORDER BY 1, 2, 3;
SELECT x.extname, x.extversion, x.extrelocatable, n.nspname FROM pg_extension x INNER JOIN pg_namespace n ON x.extnamespace = n.oid ORDER BY x.extname;
SELECT EXISTS (SELECT 1 FROM pg_namespace WHERE nspname = 'every'), current_setting('server_version_num')::integer / 10000 AS numeric_version;
SELECT t.typname, n.nspname FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace WHERE (t.typrelid = 0 OR (SELECT c.relkind = 'c' FROM pg_catalog.pg_class c WHERE c.oid = t.typrelid))
    AND NOT EXISTS (SELECT 1 FROM pg_catalog.pg_type el WHERE el.oid = t.typelem AND el.typarray = t.oid) AND n.nspname = 'every' ORDER BY 1;

\echo # Npgsql: types at connection
SELECT ns.nspname, t.typname, t.typtype, t.typnotnull, t.elemtypname
FROM (SELECT typ.oid, typ.typnamespace, typ.typname, typ.typtype, typ.typrelid, typ.typnotnull, typ.relkind, elemtyp.typname AS elemtypname, elemcls.relkind AS elemrelkind,
        CASE WHEN elemproc.proname = 'array_recv' THEN 'a' ELSE elemtyp.typtype END AS elemtyptype, typ.typcategory
    FROM (SELECT t.oid, t.typnamespace, t.typname, t.typrelid, t.typnotnull, t.typcategory, c.relkind, CASE WHEN p.proname = 'array_recv' THEN 'a' ELSE t.typtype END AS typtype,
            CASE WHEN p.proname = 'array_recv' THEN t.typelem WHEN t.typtype = 'r' THEN r.rngsubtype WHEN t.typtype = 'm' THEN (SELECT rngtypid FROM pg_range WHERE rngmultitypid = t.oid) WHEN t.typtype = 'd' THEN t.typbasetype END AS elemtypoid
        FROM pg_type t LEFT JOIN pg_class c ON c.oid = t.typrelid LEFT JOIN pg_proc p ON p.oid = t.typreceive LEFT JOIN pg_range r ON r.rngtypid = t.oid) AS typ
    LEFT JOIN pg_type elemtyp ON elemtyp.oid = typ.elemtypoid LEFT JOIN pg_class elemcls ON elemcls.oid = elemtyp.typrelid LEFT JOIN pg_proc elemproc ON elemproc.oid = elemtyp.typreceive) AS t
JOIN pg_namespace ns ON ns.oid = t.typnamespace
WHERE (typtype IN ('b', 'r', 'm', 'e', 'd') OR (typtype = 'c' AND relkind = 'c') OR (typtype = 'p' AND typname IN ('record', 'void', 'unknown')) OR (typtype = 'a' AND (elemtyptype IN ('b', 'r', 'm', 'e', 'd') OR (elemtyptype = 'p' AND elemtypname IN ('record', 'void')) OR (elemtyptype = 'c' AND elemrelkind = 'c'))))
ORDER BY ns.nspname, t.typname;
SELECT typ.typname, att.attname, att.atttypid::regtype FROM pg_type AS typ JOIN pg_namespace AS ns ON ns.oid = typ.typnamespace JOIN pg_class AS cls ON cls.oid = typ.typrelid JOIN pg_attribute AS att ON att.attrelid = typ.typrelid
WHERE typ.typtype = 'c' AND cls.relkind = 'c' AND attnum > 0 AND NOT attisdropped ORDER BY typ.typname, att.attnum;

\echo # JDBC: DatabaseMetaData
SELECT NULL AS table_cat, n.nspname AS table_schem, c.relname AS table_name, CASE n.nspname ~ '^pg_' OR n.nspname = 'information_schema' WHEN true THEN 'SYSTEM' ELSE CASE c.relkind WHEN 'r' THEN 'TABLE' WHEN 'p' THEN 'PARTITIONED TABLE' WHEN 'i' THEN 'INDEX' WHEN 'P' THEN 'PARTITIONED INDEX' WHEN 'S' THEN 'SEQUENCE' WHEN 'v' THEN 'VIEW' WHEN 'c' THEN 'TYPE' WHEN 'f' THEN 'FOREIGN TABLE' WHEN 'm' THEN 'MATERIALIZED VIEW' END END AS table_type, d.description AS remarks
FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_description d ON (c.oid = d.objoid AND d.objsubid = 0 AND d.classoid = 'pg_class'::regclass)
WHERE c.relnamespace = n.oid AND n.nspname LIKE 'every' ORDER BY table_type, table_schem, table_name;
SELECT * FROM (SELECT n.nspname, c.relname, a.attname, a.atttypid::regtype, a.attnotnull OR (t.typtype = 'd' AND t.typnotnull) AS attnotnull, a.atttypmod, a.attlen, t.typtypmod, row_number() OVER (PARTITION BY a.attrelid ORDER BY a.attnum) AS attnum, nullif(a.attidentity, '') AS attidentity, nullif(a.attgenerated, '') AS attgenerated, pg_catalog.pg_get_expr(def.adbin, def.adrelid) AS adsrc, dsc.description, t.typbasetype::regtype, t.typtype
    FROM pg_catalog.pg_namespace n JOIN pg_catalog.pg_class c ON (c.relnamespace = n.oid) JOIN pg_catalog.pg_attribute a ON (a.attrelid = c.oid) JOIN pg_catalog.pg_type t ON (a.atttypid = t.oid) LEFT JOIN pg_catalog.pg_attrdef def ON (a.attrelid = def.adrelid AND a.attnum = def.adnum)
        LEFT JOIN pg_catalog.pg_description dsc ON (c.oid = dsc.objoid AND a.attnum = dsc.objsubid) LEFT JOIN pg_catalog.pg_class dc ON (dc.oid = dsc.classoid AND dc.relname = 'pg_class') LEFT JOIN pg_catalog.pg_namespace dn ON (dc.relnamespace = dn.oid AND dn.nspname = 'pg_catalog')
    WHERE c.relkind IN ('r', 'p', 'v', 'f', 'm') AND a.attnum > 0 AND NOT a.attisdropped AND n.nspname LIKE 'every') c ORDER BY nspname, relname, attnum;
SELECT NULL::text AS pktable_cat, pkn.nspname, pkc.relname, pka.attname, fkn.nspname, fkc.relname, fka.attname, pos.n AS key_seq, CASE con.confupdtype WHEN 'c' THEN 0 WHEN 'n' THEN 2 WHEN 'd' THEN 4 WHEN 'r' THEN 1 WHEN 'p' THEN 1 WHEN 'a' THEN 3 END AS update_rule, con.conname AS fk_name, pkic.relname AS pk_name, CASE WHEN con.condeferrable AND con.condeferred THEN 5 WHEN con.condeferrable THEN 6 ELSE 7 END AS deferrability
FROM pg_catalog.pg_namespace pkn, pg_catalog.pg_class pkc, pg_catalog.pg_attribute pka, pg_catalog.pg_namespace fkn, pg_catalog.pg_class fkc, pg_catalog.pg_attribute fka, pg_catalog.pg_constraint con, pg_catalog.generate_series(1, 32) pos(n), pg_catalog.pg_class pkic
WHERE pkn.oid = pkc.relnamespace AND pkc.oid = pka.attrelid AND pka.attnum = con.confkey[pos.n] AND con.confrelid = pkc.oid AND fkn.oid = fkc.relnamespace AND fkc.oid = fka.attrelid AND fka.attnum = con.conkey[pos.n] AND con.conrelid = fkc.oid AND con.contype = 'f' AND (pkic.relkind = 'i' OR pkic.relkind = 'I') AND pkic.oid = con.conindid
ORDER BY fkn.nspname, fkc.relname, con.conname, pkc.relname, pos.n;
SELECT tmp.table_schem, tmp.table_name, tmp.non_unique, tmp.index_name, tmp.ordinal_position, trim(BOTH '"' FROM pg_catalog.pg_get_indexdef(tmp.ci_oid, tmp.ordinal_position, false)) AS column_name,
    CASE tmp.am_name WHEN 'btree' THEN CASE tmp.i_indoption[tmp.ordinal_position - 1] & 1::smallint WHEN 1 THEN 'D' ELSE 'A' END END AS asc_or_desc, tmp.filter_condition
FROM (SELECT n.nspname AS table_schem, ct.relname AS table_name, NOT i.indisunique AS non_unique, ci.relname AS index_name, (information_schema._pg_expandarray(i.indkey)).n AS ordinal_position, pg_catalog.pg_get_expr(i.indpred, i.indrelid) AS filter_condition, ci.oid AS ci_oid, i.indoption AS i_indoption, am.amname AS am_name
    FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid) JOIN pg_catalog.pg_index i ON (ct.oid = i.indrelid) JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) JOIN pg_catalog.pg_am am ON (ci.relam = am.oid) WHERE n.nspname = 'every') AS tmp ORDER BY non_unique, table_name, index_name, ordinal_position;
SELECT result.* FROM (SELECT n.nspname, ct.relname, a.attname, (information_schema._pg_expandarray(i.indkey)).n AS key_seq, ci.relname AS pk_name, information_schema._pg_expandarray(i.indkey) AS keys, a.attnum AS a_attnum
    FROM pg_catalog.pg_class ct JOIN pg_catalog.pg_attribute a ON (ct.oid = a.attrelid) JOIN pg_catalog.pg_namespace n ON (ct.relnamespace = n.oid) JOIN pg_catalog.pg_index i ON (a.attrelid = i.indrelid) JOIN pg_catalog.pg_class ci ON (ci.oid = i.indexrelid) WHERE i.indisprimary) result
WHERE result.a_attnum = (result.keys).x AND nspname IN ('every', 'Odd Schema') ORDER BY result.relname, result.pk_name, result.key_seq;
SELECT p.proname, n.nspname, p.prorettype::regtype, p.proargtypes, t.typtype, t.typname, p.proargnames, p.proargmodes, p.proallargtypes::regtype[] FROM pg_catalog.pg_proc p, pg_catalog.pg_namespace n, pg_catalog.pg_type t WHERE p.pronamespace = n.oid AND p.prorettype = t.oid AND n.nspname LIKE 'Odd%' ORDER BY 2, 1;
SELECT n.nspname, c.relname, r.rolname, c.relacl FROM pg_catalog.pg_namespace n, pg_catalog.pg_class c, pg_catalog.pg_roles r WHERE c.relnamespace = n.oid AND c.relowner = r.oid AND c.relkind IN ('r', 'p', 'v') AND n.nspname LIKE 'every' AND r.rolname LIKE 'every%' ORDER BY 1, 2;

\echo # Rails: Active Record
SELECT a.attname, format_type(a.atttypid, a.atttypmod), pg_get_expr(d.adbin, d.adrelid), a.attnotnull, c.collname, col_description(a.attrelid, a.attnum) AS comment, attidentity AS identity, attgenerated
FROM pg_attribute a LEFT JOIN pg_attrdef d ON a.attrelid = d.adrelid AND a.attnum = d.adnum LEFT JOIN pg_type t ON a.atttypid = t.oid LEFT JOIN pg_collation c ON a.attcollation = c.oid AND a.attcollation <> t.typcollation
WHERE a.attrelid = '"every"."book"'::regclass AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attnum;
SELECT distinct i.relname, d.indisunique, d.indkey, pg_get_indexdef(d.indexrelid), pg_catalog.obj_description(i.oid, 'pg_class') AS comment, d.indisvalid
FROM pg_class t INNER JOIN pg_index d ON t.oid = d.indrelid INNER JOIN pg_class i ON d.indexrelid = i.oid LEFT JOIN pg_namespace n ON n.oid = t.relnamespace WHERE i.relkind IN ('i', 'I') AND d.indisprimary = 'f' AND t.relname = 'book' AND n.nspname = ANY (current_schemas(false)) ORDER BY i.relname;
SELECT t2.oid::regclass::text AS to_table, a1.attname AS column, a2.attname AS primary_key, c.conname AS name, c.confupdtype AS on_update, c.confdeltype AS on_delete, c.convalidated AS valid, c.condeferrable AS deferrable, c.condeferred AS deferred, c.conkey, c.confkey
FROM pg_constraint c JOIN pg_class t1 ON c.conrelid = t1.oid JOIN pg_class t2 ON c.confrelid = t2.oid JOIN pg_attribute a1 ON a1.attnum = c.conkey[1] AND a1.attrelid = t1.oid JOIN pg_attribute a2 ON a2.attnum = c.confkey[1] AND a2.attrelid = t2.oid JOIN pg_namespace t3 ON c.connamespace = t3.oid
WHERE c.contype = 'f' AND t3.nspname = ANY (current_schemas(false)) ORDER BY c.conname, t1.relname, t2.relname;
SELECT attr.attname, nsp.nspname, seq.relname FROM pg_class seq, pg_attribute attr, pg_depend dep, pg_constraint cons, pg_namespace nsp
WHERE seq.oid = dep.objid AND seq.relkind = 'S' AND attr.attrelid = dep.refobjid AND attr.attnum = dep.refobjsubid AND attr.attrelid = cons.conrelid AND attr.attnum = cons.conkey[1] AND seq.relnamespace = nsp.oid AND cons.contype = 'p' AND dep.classid = 'pg_class'::regclass AND dep.refobjid = '"every"."book"'::regclass;
SELECT a.attname FROM (SELECT indrelid, indkey, generate_subscripts(indkey, 1) idx FROM pg_index WHERE indrelid = 'every.draft'::regclass AND indisprimary) i JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = i.indkey[i.idx] ORDER BY i.idx;
SELECT type.typname AS name, type.OID::regtype, n.nspname AS schema, string_agg(enum.enumlabel, ',' ORDER BY enum.enumsortorder) AS value FROM pg_enum AS enum JOIN pg_type AS type ON (type.oid = enum.enumtypid) JOIN pg_namespace n ON type.typnamespace = n.oid WHERE n.nspname = ANY (current_schemas(false)) GROUP BY type.OID, n.nspname, type.typname ORDER BY 1;

\echo # Hasura, PostgREST: everything at once
WITH base_types AS (WITH RECURSIVE recurse AS (SELECT oid, typbasetype, coalesce(nullif(typbasetype, 0), oid) AS base FROM pg_type UNION SELECT t.oid, b.typbasetype, coalesce(nullif(b.typbasetype, 0), b.oid) AS base FROM recurse t JOIN pg_type b ON t.typbasetype = b.oid) SELECT oid, base FROM recurse WHERE typbasetype = 0)
SELECT t.oid::regtype, base::regtype FROM base_types b JOIN pg_type t USING (oid) WHERE t.oid <> base ORDER BY t.typname;
SELECT json_agg(r ORDER BY r.name) FROM (SELECT c.relname AS name, coalesce((SELECT json_agg(json_build_object('name', a.attname, 'type', a.atttypid::regtype::text, 'position', a.attnum) ORDER BY a.attnum) FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '[]') AS columns FROM pg_class c WHERE c.relnamespace = 'every'::regnamespace AND c.relkind IN ('r', 'v', 'm', 'f', 'p')) r;
SELECT n.nspname, c.relname, pg_relation_is_updatable(c.oid, true) AS updatable, (pg_relation_is_updatable(c.oid, true) & 8) = 8 AS insertable FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'r', 'm', 'f', 'p') AND n.nspname IN ('every', 'Odd Schema') ORDER BY 1, 2;

\echo # information_schema, every view
SELECT format('SELECT * FROM information_schema.%I t WHERE t::text ~ ''[,(]every[,_)]|Odd'' AND t::text !~ ''pg_toast|[0-9]{5}'' ORDER BY t::text COLLATE "C"', table_name) FROM information_schema.tables WHERE table_schema = 'information_schema' AND table_type = 'VIEW' AND table_name NOT LIKE '\_pg%' ORDER BY table_name COLLATE "C" \gexec

\echo # pg_get functions, of everything
\set ours '(''every''::regnamespace, ''"Odd Schema"''::regnamespace)'
SELECT c.conname, c.conrelid::regclass, pg_get_constraintdef(c.oid, true), pg_get_constraintdef(c.oid) FROM pg_constraint c WHERE c.connamespace IN :ours ORDER BY c.conrelid::regclass::text COLLATE "C", c.conname, 3;
SELECT c.oid::regclass, pg_get_viewdef(c.oid, true), pg_get_viewdef(c.oid), pg_get_viewdef(c.oid, 40) FROM pg_class c WHERE c.relkind IN ('v', 'm') AND c.relnamespace IN :ours ORDER BY c.relname;
SELECT pg_get_partkeydef(p.partrelid), p.partrelid::regclass, p.partstrat, p.partnatts, p.partattrs, p.partdefid::regclass FROM pg_partitioned_table p ORDER BY p.partrelid::regclass::text COLLATE "C";
SELECT p.oid::regprocedure, pg_get_function_arguments(p.oid), pg_get_function_identity_arguments(p.oid), pg_get_function_result(p.oid), pg_get_function_sqlbody(p.oid) FROM pg_proc p WHERE pronamespace IN :ours ORDER BY p.oid::regprocedure::text COLLATE "C";
SELECT s.stxname, pg_get_statisticsobjdef(s.oid), pg_get_statisticsobjdef_columns(s.oid), pg_get_statisticsobjdef_expressions(s.oid) FROM pg_statistic_ext s ORDER BY 1;
SELECT * FROM (SELECT regexp_replace(pg_describe_object(d.classid, d.objid, d.objsubid), '(ConstraintTrigger_(._)?)\d+', '\1N') COLLATE "C" AS object, regexp_replace(pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), '(ConstraintTrigger_(._)?)\d+', '\1N') COLLATE "C" AS referenced, d.deptype, d.classid::regclass, d.refclassid::regclass
    FROM pg_depend d WHERE d.objid >= 16384) x WHERE object !~ 'toast' AND referenced !~ 'toast' ORDER BY 1, 2, 3;
SELECT i.type, i.schema, i.name, regexp_replace(i.identity, '(ConstraintTrigger_(._)?)\d+', '\1N') COLLATE "C" AS identity, a.type, regexp_replace(a.object_names::text, '(ConstraintTrigger_(._)?)\d+', '\1N'), a.object_args
    FROM (SELECT DISTINCT classid, objid, objsubid FROM pg_depend WHERE objid >= 16384) d, LATERAL pg_identify_object(d.classid, d.objid, d.objsubid) i, LATERAL pg_identify_object_as_address(d.classid, d.objid, d.objsubid) a
    WHERE i.identity !~ 'toast' ORDER BY 1, 4, 6;
SELECT * FROM (SELECT pg_describe_object(d.classid, d.objid, d.objsubid) COLLATE "C" AS object, d.refobjid::regrole::text COLLATE "C" AS role, d.deptype
    FROM pg_shdepend d WHERE d.dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) AND d.refclassid = 'pg_authid'::regclass) x WHERE object !~ 'toast' ORDER BY 1, 2, 3;
