-- btree_gist, btree_gin and fuzzystrmatch.
create extension btree_gist; create extension btree_gin; create extension fuzzystrmatch;
create table room (id int, r int, during tsrange, exclude using gist (r with =, during with &&));
insert into room values (1, 1, '[2020-01-01,2020-01-05)'); insert into room values (2, 2, '[2020-01-01,2020-01-05)');
insert into room values (3, 1, '[2020-01-04,2020-01-06)');
create table bt (i int, t text, u uuid, d date, n numeric, j jsonb, e bool, ts timestamptz, v varchar(20), f float8);
insert into bt select i%50, 't'||i%40, md5((i%30)::text)::uuid, '2020-01-01'::date + i%100, i%20, jsonb_build_object('a', i%10), i%2=0, '2020-01-01 UTC'::timestamptz + i * interval '1 hour', 'v'||i%33, i/7.0 from generate_series(1,1000) i;
create index g1 on bt using gin (i, j); create index g2 on bt using gist (t, d); create index g3 on bt using gin (n, t, u); create index g4 on bt using gist (u, ts, v, f, e);
set enable_seqscan = off;
select count(*) from bt where i = 7 and j @> '{"a": 7}'; select count(*) from bt where i < 7; select count(*) from bt where t = 't5' and d > '2020-01-20'; select count(*) from bt where n >= 15 and t = 't7';
select count(*) from bt where u = md5('5')::uuid; select count(*) from bt where v = 'v5' and f < 50; select count(*) from bt where ts between '2020-01-02 UTC' and '2020-01-03 UTC'; select count(*) from bt where t <> 't5'; select count(*) from bt where e; select count(*) from bt where t > 't3' and t <= 't5';
select 5 <-> 7, 1.5::float8 <-> 2, '2020-01-01'::date <-> '2020-02-01', '1 day'::interval <-> '1 hour', '2020-01-01'::timestamp <-> '2020-01-02 03:00', '10:00'::time <-> '09:30', '$3'::money <-> '$5', 3::int2 <-> 4::int2, 5::int8 <-> 1, 3::oid <-> 9::oid, 1::float4 <-> 2::float4;
select (-32768)::int2 <-> 32767::int2;
select i from bt order by i <-> 20, ts limit 2;
create type mood as enum ('a','b','c'); create table me (m mood, exclude using gist (m with =)); insert into me values ('a'); insert into me values ('a');
select levenshtein('GUMBO','GAMBOL'), levenshtein('GUMBO','GAMBOL',2,1,1), levenshtein_less_equal('extensive','exhaustive',2), levenshtein_less_equal('extensive','exhaustive',4), levenshtein('',''), levenshtein('äb','ab'), levenshtein_less_equal('abc','xyz',1,1,1,-1);
select soundex('hello world!'), soundex('Anne'), soundex('Ann'), difference('Anne','Andrew'), difference('Anne','Margaret'), soundex(''), soundex('  Robert'), text_soundex('Tymczak'), soundex('Pfister'), soundex('Honeyman'), soundex('a1b'), difference('',''), soundex('Ashcraft');
select levenshtein(repeat('a',300),'b');
select pg_get_indexdef('g4'::regclass), pg_get_indexdef('me_m_excl'::regclass);
