-- view pg_roles
SELECT rolname, rolsuper, rolinherit, rolcreaterole, rolcreatedb, rolcanlogin, rolreplication, rolconnlimit,
  '********'::text AS rolpassword, rolvaliduntil, rolbypassrls, s.setconfig AS rolconfig, r.oid
FROM pg_catalog.pg_authid r LEFT JOIN pg_catalog.pg_db_role_setting s ON r.oid = s.setrole AND s.setdatabase = 0;

-- view pg_shadow
SELECT rolname AS usename, r.oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl, rolbypassrls AS usebypassrls,
  rolpassword AS passwd, rolvaliduntil AS valuntil, s.setconfig AS useconfig
FROM pg_catalog.pg_authid r LEFT JOIN pg_catalog.pg_db_role_setting s ON r.oid = s.setrole AND s.setdatabase = 0
WHERE rolcanlogin;

-- view pg_user
SELECT rolname AS usename, r.oid AS usesysid, rolcreatedb AS usecreatedb, rolsuper AS usesuper, rolreplication AS userepl, rolbypassrls AS usebypassrls,
  '********'::text AS passwd, rolvaliduntil AS valuntil, s.setconfig AS useconfig
FROM pg_catalog.pg_authid r LEFT JOIN pg_catalog.pg_db_role_setting s ON r.oid = s.setrole AND s.setdatabase = 0
WHERE rolcanlogin;

-- view pg_tables
SELECT n.nspname AS schemaname, c.relname AS tablename, pg_catalog.pg_get_userbyid(c.relowner) AS tableowner, NULL::name AS tablespace,
  c.relhasindex AS hasindexes, c.relhasrules AS hasrules, c.relhastriggers AS hastriggers, c.relrowsecurity AS rowsecurity
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'p');

-- view pg_views
SELECT n.nspname AS schemaname, c.relname AS viewname, pg_catalog.pg_get_userbyid(c.relowner) AS viewowner, pg_catalog.pg_get_viewdef(c.oid) AS definition
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'v';

-- view pg_matviews
SELECT n.nspname AS schemaname, c.relname AS matviewname, pg_catalog.pg_get_userbyid(c.relowner) AS matviewowner, NULL::name AS tablespace,
  c.relhasindex AS hasindexes, c.relispopulated AS ispopulated, pg_catalog.pg_get_viewdef(c.oid) AS definition
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'm';

-- view pg_indexes
SELECT n.nspname AS schemaname, c.relname AS tablename, i.relname AS indexname, NULL::name AS tablespace, pg_catalog.pg_get_indexdef(i.oid) AS indexdef
FROM pg_catalog.pg_index x
  JOIN pg_catalog.pg_class c ON c.oid = x.indrelid
  JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 'm', 'p') AND i.relkind IN ('i', 'I');

-- view pg_sequences
SELECT n.nspname AS schemaname, c.relname AS sequencename, pg_catalog.pg_get_userbyid(c.relowner) AS sequenceowner, s.seqtypid::regtype AS data_type,
  s.seqstart AS start_value, s.seqmin AS min_value, s.seqmax AS max_value, s.seqincrement AS increment_by, s.seqcycle AS cycle, s.seqcache AS cache_size,
  pg_catalog.pg_sequence_last_value(c.oid) AS last_value
FROM pg_catalog.pg_sequence s
  JOIN pg_catalog.pg_class c ON c.oid = s.seqrelid
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace;

-- view pg_policies
SELECT n.nspname AS schemaname, c.relname AS tablename, pol.polname AS policyname,
  CASE WHEN pol.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END AS permissive,
  CASE WHEN pol.polroles = '{0}' THEN string_to_array('public', '')::name[]
    ELSE ARRAY(SELECT rolname FROM pg_catalog.pg_authid WHERE oid = ANY (pol.polroles) ORDER BY 1) END AS roles,
  CASE pol.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE' WHEN 'd' THEN 'DELETE' WHEN '*' THEN 'ALL' END AS cmd,
  pg_catalog.pg_get_expr(pol.polqual, pol.polrelid) AS qual, pg_catalog.pg_get_expr(pol.polwithcheck, pol.polrelid) AS with_check
FROM pg_catalog.pg_policy pol JOIN pg_catalog.pg_class c ON c.oid = pol.polrelid LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace;

-- view pg_publication_tables
SELECT p.pubname, n.nspname AS schemaname, c.relname AS tablename,
  (SELECT array_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
    WHERE a.attrelid = gpt.relid AND a.attnum > 0 AND NOT a.attisdropped AND (a.attnum = ANY (gpt.attrs::smallint[]) OR gpt.attrs IS NULL)) AS attnames,
  pg_catalog.pg_get_expr(gpt.qual, gpt.relid) AS rowfilter
FROM pg_catalog.pg_publication p, LATERAL pg_catalog.pg_get_publication_tables(p.pubname) gpt,
  pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.oid = gpt.relid;

-- view pg_user_mappings
SELECT u.oid AS umid, s.oid AS srvid, s.srvname, u.umuser,
  CASE WHEN u.umuser = 0 THEN 'public' ELSE a.rolname END AS usename,
  CASE WHEN (u.umuser <> 0 AND a.rolname = current_user) OR (SELECT rolsuper FROM pg_catalog.pg_authid WHERE rolname = current_user) THEN u.umoptions ELSE NULL END AS umoptions
FROM pg_catalog.pg_user_mapping u JOIN pg_catalog.pg_foreign_server s ON u.umserver = s.oid LEFT JOIN pg_catalog.pg_authid a ON a.oid = u.umuser;

-- view pg_stat_all_tables
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, pg_catalog.pg_stat_get_numscans(c.oid) AS seq_scan, pg_catalog.pg_stat_get_tuples_returned(c.oid) AS seq_tup_read,
  sum(pg_catalog.pg_stat_get_numscans(i.indexrelid))::bigint AS idx_scan,
  sum(pg_catalog.pg_stat_get_tuples_fetched(i.indexrelid))::bigint + pg_catalog.pg_stat_get_tuples_fetched(c.oid) AS idx_tup_fetch,
  pg_catalog.pg_stat_get_tuples_inserted(c.oid) AS n_tup_ins, pg_catalog.pg_stat_get_tuples_updated(c.oid) AS n_tup_upd, pg_catalog.pg_stat_get_tuples_deleted(c.oid) AS n_tup_del,
  pg_catalog.pg_stat_get_tuples_hot_updated(c.oid) AS n_tup_hot_upd, pg_catalog.pg_stat_get_live_tuples(c.oid) AS n_live_tup, pg_catalog.pg_stat_get_dead_tuples(c.oid) AS n_dead_tup,
  pg_catalog.pg_stat_get_mod_since_analyze(c.oid) AS n_mod_since_analyze, pg_catalog.pg_stat_get_ins_since_vacuum(c.oid) AS n_ins_since_vacuum,
  pg_catalog.pg_stat_get_last_vacuum_time(c.oid) AS last_vacuum, pg_catalog.pg_stat_get_last_autovacuum_time(c.oid) AS last_autovacuum,
  pg_catalog.pg_stat_get_last_analyze_time(c.oid) AS last_analyze, pg_catalog.pg_stat_get_last_autoanalyze_time(c.oid) AS last_autoanalyze,
  pg_catalog.pg_stat_get_vacuum_count(c.oid) AS vacuum_count, pg_catalog.pg_stat_get_autovacuum_count(c.oid) AS autovacuum_count,
  pg_catalog.pg_stat_get_analyze_count(c.oid) AS analyze_count, pg_catalog.pg_stat_get_autoanalyze_count(c.oid) AS autoanalyze_count
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index i ON c.oid = i.indrelid LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm', 'p')
GROUP BY c.oid, n.nspname, c.relname;

-- view pg_stat_sys_tables
SELECT * FROM pg_catalog.pg_stat_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

-- view pg_stat_user_tables
SELECT * FROM pg_catalog.pg_stat_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

-- view pg_statio_all_tables
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname,
  pg_catalog.pg_stat_get_blocks_fetched(c.oid) - pg_catalog.pg_stat_get_blocks_hit(c.oid) AS heap_blks_read, pg_catalog.pg_stat_get_blocks_hit(c.oid) AS heap_blks_hit,
  sum(pg_catalog.pg_stat_get_blocks_fetched(i.indexrelid) - pg_catalog.pg_stat_get_blocks_hit(i.indexrelid))::bigint AS idx_blks_read,
  sum(pg_catalog.pg_stat_get_blocks_hit(i.indexrelid))::bigint AS idx_blks_hit,
  CASE WHEN c.reltoastrelid <> 0 THEN pg_catalog.pg_stat_get_blocks_fetched(c.reltoastrelid) - pg_catalog.pg_stat_get_blocks_hit(c.reltoastrelid) END AS toast_blks_read,
  CASE WHEN c.reltoastrelid <> 0 THEN pg_catalog.pg_stat_get_blocks_hit(c.reltoastrelid) END AS toast_blks_hit,
  NULL::bigint AS tidx_blks_read, NULL::bigint AS tidx_blks_hit
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index i ON c.oid = i.indrelid LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm')
GROUP BY c.oid, n.nspname, c.relname, c.reltoastrelid;

-- view pg_statio_sys_tables
SELECT * FROM pg_catalog.pg_statio_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

-- view pg_statio_user_tables
SELECT * FROM pg_catalog.pg_statio_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

-- view pg_stat_all_indexes
SELECT c.oid AS relid, i.oid AS indexrelid, n.nspname AS schemaname, c.relname, i.relname AS indexrelname,
  pg_catalog.pg_stat_get_numscans(i.oid) AS idx_scan, pg_catalog.pg_stat_get_tuples_returned(i.oid) AS idx_tup_read, pg_catalog.pg_stat_get_tuples_fetched(i.oid) AS idx_tup_fetch
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index x ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm');

-- view pg_stat_sys_indexes
SELECT * FROM pg_catalog.pg_stat_all_indexes WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

-- view pg_stat_user_indexes
SELECT * FROM pg_catalog.pg_stat_all_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

-- view pg_statio_all_indexes
SELECT c.oid AS relid, i.oid AS indexrelid, n.nspname AS schemaname, c.relname, i.relname AS indexrelname,
  pg_catalog.pg_stat_get_blocks_fetched(i.oid) - pg_catalog.pg_stat_get_blocks_hit(i.oid) AS idx_blks_read, pg_catalog.pg_stat_get_blocks_hit(i.oid) AS idx_blks_hit
FROM pg_catalog.pg_class c JOIN pg_catalog.pg_index x ON c.oid = x.indrelid JOIN pg_catalog.pg_class i ON i.oid = x.indexrelid
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm');

-- view pg_statio_sys_indexes
SELECT * FROM pg_catalog.pg_statio_all_indexes WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

-- view pg_statio_user_indexes
SELECT * FROM pg_catalog.pg_statio_all_indexes WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

-- view pg_statio_all_sequences
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname,
  pg_catalog.pg_stat_get_blocks_fetched(c.oid) - pg_catalog.pg_stat_get_blocks_hit(c.oid) AS blks_read, pg_catalog.pg_stat_get_blocks_hit(c.oid) AS blks_hit
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'S';

-- view pg_statio_sys_sequences
SELECT * FROM pg_catalog.pg_statio_all_sequences WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

-- view pg_statio_user_sequences
SELECT * FROM pg_catalog.pg_statio_all_sequences WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

-- view pg_stat_xact_all_tables
SELECT c.oid AS relid, n.nspname AS schemaname, c.relname, pg_catalog.pg_stat_get_xact_numscans(c.oid) AS seq_scan, pg_catalog.pg_stat_get_xact_tuples_returned(c.oid) AS seq_tup_read,
  sum(pg_catalog.pg_stat_get_xact_numscans(i.indexrelid))::bigint AS idx_scan,
  sum(pg_catalog.pg_stat_get_xact_tuples_fetched(i.indexrelid))::bigint + pg_catalog.pg_stat_get_xact_tuples_fetched(c.oid) AS idx_tup_fetch,
  pg_catalog.pg_stat_get_xact_tuples_inserted(c.oid) AS n_tup_ins, pg_catalog.pg_stat_get_xact_tuples_updated(c.oid) AS n_tup_upd,
  pg_catalog.pg_stat_get_xact_tuples_deleted(c.oid) AS n_tup_del, pg_catalog.pg_stat_get_xact_tuples_hot_updated(c.oid) AS n_tup_hot_upd
FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_index i ON c.oid = i.indrelid LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind IN ('r', 't', 'm', 'p')
GROUP BY c.oid, n.nspname, c.relname;

-- view pg_stat_xact_sys_tables
SELECT * FROM pg_catalog.pg_stat_xact_all_tables WHERE schemaname IN ('pg_catalog', 'information_schema') OR schemaname ~ '^pg_toast';

-- view pg_stat_xact_user_tables
SELECT * FROM pg_catalog.pg_stat_xact_all_tables WHERE schemaname NOT IN ('pg_catalog', 'information_schema') AND schemaname !~ '^pg_toast';

-- view pg_stat_database
SELECT d.oid AS datid, d.datname, CASE WHEN d.oid = 0 THEN 0 ELSE pg_catalog.pg_stat_get_db_numbackends(d.oid) END AS numbackends,
  pg_catalog.pg_stat_get_db_xact_commit(d.oid) AS xact_commit, pg_catalog.pg_stat_get_db_xact_rollback(d.oid) AS xact_rollback,
  pg_catalog.pg_stat_get_db_blocks_fetched(d.oid) - pg_catalog.pg_stat_get_db_blocks_hit(d.oid) AS blks_read, pg_catalog.pg_stat_get_db_blocks_hit(d.oid) AS blks_hit,
  pg_catalog.pg_stat_get_db_tuples_returned(d.oid) AS tup_returned, pg_catalog.pg_stat_get_db_tuples_fetched(d.oid) AS tup_fetched,
  pg_catalog.pg_stat_get_db_tuples_inserted(d.oid) AS tup_inserted, pg_catalog.pg_stat_get_db_tuples_updated(d.oid) AS tup_updated,
  pg_catalog.pg_stat_get_db_tuples_deleted(d.oid) AS tup_deleted, pg_catalog.pg_stat_get_db_conflict_all(d.oid) AS conflicts,
  pg_catalog.pg_stat_get_db_temp_files(d.oid) AS temp_files, pg_catalog.pg_stat_get_db_temp_bytes(d.oid) AS temp_bytes, pg_catalog.pg_stat_get_db_deadlocks(d.oid) AS deadlocks,
  pg_catalog.pg_stat_get_db_checksum_failures(d.oid) AS checksum_failures, pg_catalog.pg_stat_get_db_checksum_last_failure(d.oid) AS checksum_last_failure,
  pg_catalog.pg_stat_get_db_blk_read_time(d.oid) AS blk_read_time, pg_catalog.pg_stat_get_db_blk_write_time(d.oid) AS blk_write_time,
  pg_catalog.pg_stat_get_db_session_time(d.oid) AS session_time, pg_catalog.pg_stat_get_db_active_time(d.oid) AS active_time,
  pg_catalog.pg_stat_get_db_idle_in_transaction_time(d.oid) AS idle_in_transaction_time, pg_catalog.pg_stat_get_db_sessions(d.oid) AS sessions,
  pg_catalog.pg_stat_get_db_sessions_abandoned(d.oid) AS sessions_abandoned, pg_catalog.pg_stat_get_db_sessions_fatal(d.oid) AS sessions_fatal,
  pg_catalog.pg_stat_get_db_sessions_killed(d.oid) AS sessions_killed, pg_catalog.pg_stat_get_db_stat_reset_time(d.oid) AS stats_reset
FROM (SELECT 0::oid AS oid, NULL::name AS datname UNION ALL SELECT oid, datname FROM pg_catalog.pg_database) d;

-- view pg_stat_database_conflicts
SELECT d.oid AS datid, d.datname, pg_catalog.pg_stat_get_db_conflict_tablespace(d.oid) AS confl_tablespace, pg_catalog.pg_stat_get_db_conflict_lock(d.oid) AS confl_lock,
  pg_catalog.pg_stat_get_db_conflict_snapshot(d.oid) AS confl_snapshot, pg_catalog.pg_stat_get_db_conflict_bufferpin(d.oid) AS confl_bufferpin,
  pg_catalog.pg_stat_get_db_conflict_startup_deadlock(d.oid) AS confl_deadlock
FROM pg_catalog.pg_database d;

-- view pg_group
SELECT r.rolname AS groname, r.oid AS grosysid, ARRAY(SELECT m.member FROM pg_catalog.pg_auth_members m WHERE m.roleid = r.oid) AS grolist FROM pg_catalog.pg_authid r WHERE NOT r.rolcanlogin;
