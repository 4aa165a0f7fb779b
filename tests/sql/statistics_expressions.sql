-- what ANALYZE learns of expressions
CREATE TABLE se (a int, b int, c text, d timestamp) WITH (autovacuum_enabled = off);
INSERT INTO se SELECT i % 10, i % 7, 'c' || i % 20, timestamp '2024-01-01' + i * interval '1 hour' FROM generate_series(1, 2000) i;
ANALYZE se;
CREATE STATISTICS se_two ON (a + b), (upper(c)), a FROM se;
CREATE STATISTICS se_one ON (a * 2) FROM se;
CREATE STATISTICS se_month ON (extract(month FROM d)) FROM se;
SELECT stxname, stxkeys, stxkind FROM pg_statistic_ext WHERE stxrelid = 'se'::regclass ORDER BY stxname;
SELECT count(*) FROM pg_stats_ext_exprs WHERE tablename = 'se';
ANALYZE se;
SELECT s.stxname, pg_typeof(stxdexpr), array_length(stxdexpr, 1), stxdinherit FROM pg_statistic_ext s JOIN pg_statistic_ext_data d ON d.stxoid = s.oid WHERE stxrelid = 'se'::regclass ORDER BY stxname;
SELECT s.stxname, n, (stxdexpr[n]).starelid, (stxdexpr[n]).staattnum, (stxdexpr[n]).stanullfrac, (stxdexpr[n]).stawidth, (stxdexpr[n]).stadistinct, (stxdexpr[n]).stakind1, (stxdexpr[n]).stakind2,
  (stxdexpr[n]).staop1, (stxdexpr[n]).staop2, (stxdexpr[n]).stacoll1, (stxdexpr[n]).stanumbers1, (stxdexpr[n]).stavalues1, (stxdexpr[n]).stavalues2
  FROM pg_statistic_ext s JOIN pg_statistic_ext_data d ON d.stxoid = s.oid, generate_subscripts(stxdexpr, 1) n WHERE stxrelid = 'se'::regclass ORDER BY stxname, n;
SELECT statistics_name, attnames, exprs, kinds, inherited, n_distinct, dependencies, array_length(most_common_freqs, 1) AS combinations FROM pg_stats_ext WHERE tablename = 'se' ORDER BY 1;
SELECT statistics_name, expr, inherited, null_frac, avg_width, n_distinct, most_common_vals, most_common_freqs, histogram_bounds, round(correlation::numeric, 2) AS correlation FROM pg_stats_ext_exprs WHERE tablename = 'se' ORDER BY 1, 2;
-- an index over expressions
CREATE INDEX se_index ON se ((lower(c)), (a - b)) WHERE a > 2;
ANALYZE se;
SELECT staattnum, stanullfrac, stawidth, stadistinct, stakind1, stakind2, stakind3, staop1, staop2, stacoll1, stacoll2, stavalues1 FROM pg_statistic WHERE starelid = 'se_index'::regclass ORDER BY 1;
SELECT attname, n_distinct, most_common_vals FROM pg_stats WHERE tablename = 'se_index' ORDER BY 1;
SELECT attname, staop1, staop2, staop3, stacoll1, stakind1, stakind2, stakind3 FROM pg_statistic JOIN pg_attribute ON attrelid = starelid AND attnum = staattnum WHERE starelid = 'se'::regclass ORDER BY attnum;
-- a column changes its type: what was found of expressions over it goes
ALTER TABLE se ALTER b TYPE bigint;
SELECT s.stxname, d.stxoid IS NOT NULL AS has_data FROM pg_statistic_ext s LEFT JOIN pg_statistic_ext_data d ON d.stxoid = s.oid WHERE stxrelid = 'se'::regclass ORDER BY 1;
DROP TABLE se;
