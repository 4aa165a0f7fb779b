-- Plans over catalog changes that were rolled back are not those of the changes that came in their stead.
create table st (a int, b int);
insert into st select i, i % 10 from generate_series(1, 5000) i;
create index st_i on st (a);
analyze st;
begin;
drop index st_i;
create index st_i on st (a);
select a from st where a = 3;
select a from st where a = 4;
select a from st where a = 5;
rollback;
drop index st_i;
create index st_i on st (a);
select a from st where a = 3;
select a from st where a = 4;
select a from st where a = 5;

-- The same of prepared statements and savepoints.
prepare one (int) as select a, b from st where a = $1;
begin;
savepoint s;
drop index st_i;
create index st_i on st (b);
execute one (7);
rollback to s;
drop index st_i;
create index st_i on st (a);
execute one (8);
commit;
execute one (9);

-- Of children, references and views.
create table parent (k int primary key) partition by range (k);
create table parent_low partition of parent for values from (0) to (100);
insert into parent values (1), (2);
begin;
create table parent_high partition of parent for values from (100) to (200);
insert into parent values (150);
select * from parent order by k;
select * from parent order by k;
rollback;
create table parent_high partition of parent for values from (100) to (300);
insert into parent values (250);
select * from parent order by k;
create view w as select 1 as one;
begin;
drop view w;
create view w as select 2 as one;
select * from w;
select * from w;
rollback;
select * from w;
drop view w;
create view w as select 3 as one;
select * from w;
drop table parent, st cascade;
drop view w;
deallocate one;
