DROP TABLE IF EXISTS sbtest;
CREATE TABLE sbtest (id int PRIMARY KEY, k int NOT NULL DEFAULT 0, c char(120) NOT NULL DEFAULT '', pad char(60) NOT NULL DEFAULT '');
INSERT INTO sbtest SELECT i, 1 + (i * 7919::bigint % (100000 * :scale))::int, repeat(md5(i::text), 3) || left(md5('c' || i), 20), md5(i::text) || left(md5('p' || i), 20) FROM generate_series(1, 100000 * :scale) i;
CREATE INDEX sbtest_k ON sbtest (k);
VACUUM ANALYZE sbtest;
