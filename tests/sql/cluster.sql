create table c1(a int primary key, b text unique, c int generated always as (a*2) stored); insert into c1 select 1000-i, 'x'||i from generate_series(1,1000) i;
create index c1_ab on c1(b desc nulls first, a); create index c1_h on c1 using hash(a); create index c1_p on c1(a) where a>3; create index c1_e on c1((a % 10), a);
cluster c1; cluster c1 using nope; cluster c1 using c1_h; cluster c1 using c1_p; cluster c1 (bogus) using c1_pkey; cluster (bogus) c1 using c1_pkey; cluster nope;
create table c2(a int); create index c2_i on c2(a); cluster c1 using c2_i; create view v1 as select 1; cluster v1; cluster v1 using c1_pkey;
delete from c1 where a%2=0; 
cluster c1 using c1_pkey; select a from c1 limit 3; select relname from pg_class c join pg_index i on i.indexrelid=c.oid where indisclustered and indrelid='c1'::regclass;
cluster c1 using c1_e; select a from c1 limit 3;
cluster; select a from c1 limit 3; begin; cluster; rollback; begin; cluster c1 using c1_ab; select a from c1 limit 2; rollback; select a from c1 limit 2;
cluster c1 using c1_ab; select a,b from c1 limit 3; \d c1
create table p(a int, b int) partition by range(a); create table p1 partition of p for values from (0) to (10); create table p2 partition of p for values from (10) to (20); create index p_b on p(b); insert into p select i%20, 100-i from generate_series(1,50) i;
cluster p using p_b; select a,b from p1 limit 2; alter table p cluster on p_b; cluster p;
create table fk(x int references c1(a)); insert into fk values (1); vacuum full c1; delete from c1 where a=1; insert into fk values (2);
insert into c1 select 2000+i,'y'||i from generate_series(1,5000) i; delete from c1 where a>2000; vacuum full c1; select pg_relation_size('c1') < 100000, count(*), sum(a), sum(c) from c1;
