-- Options of VACUUM and ANALYZE.
create table v(a int);
vacuum (full off) v;
vacuum (nonsense) v;
vacuum (full yes) v;
analyze (nonsense) v;
analyze (verbose off) v;
vacuum (truncate maybe) v;
vacuum (index_cleanup auto, process_toast off, parallel 2, disable_page_skipping, freeze) v;
vacuum (index_cleanup 3) v;
vacuum (parallel) v;
vacuum (parallel -1) v;
vacuum (full, parallel 1) v;
vacuum (process_toast false, full) v;
vacuum (analyze false) v (a);
explain (costs yes) select 1;
drop table v;
