-- Values that were stored before their type got another column.
create type pair as (a int, b text);
create table held(id int primary key, p pair, ps pair[]);
create index on held(p);
insert into held values (1, (1,'x'), array[(1,'x')::pair, (2,null)::pair]), (2, (2,'y'), '{}'), (3, null, null);
alter type pair add attribute c int;
insert into held values (4, (1,'x',null), null), (5, (1,'x',0), null), (6, (0,null,null), null);
select * from held order by id;
select id, (p).c, (p).a from held order by id;
select encode(record_send(p), 'hex') from held order by id;
select id, p from held order by p, id;
select p, count(*) from held group by p order by p;
select a.id, b.id from held a join held b using (p) where a.id <> b.id order by 1, 2;
set enable_hashjoin = off;
select a.id, b.id from held a join held b using (p) where a.id <> b.id order by 1, 2;
reset enable_hashjoin;
select id from held where p = (1,'x',null)::pair order by id;
update held set p.c = 9 where id = 1 returning *;
select to_jsonb(p), row_to_json(held) from held order by id;
alter table held drop column p;
alter type pair alter attribute c type bigint;
-- Arrays within arrays, rows within rows, domains.
create type inner_row as (a int);
create domain inner_domain as inner_row;
create type outer_row as (p inner_row, ps inner_row[]);
create table nested(id int, d inner_domain, q outer_row, m inner_row[][], t inner_row[]);
insert into nested values (1, row(1)::inner_row, row(row(2), array[row(3)::inner_row])::outer_row, array[array[row(1)::inner_row,row(2)::inner_row],array[row(3)::inner_row,null]], '{}');
alter type inner_row add attribute b text;
select * from nested;
update nested set q.ps[1].b = 'x' returning q;
drop table nested;
drop type outer_row;
drop domain inner_domain;
drop type inner_row;
-- IS DISTINCT FROM NULL looks at the value, IS NULL at its fields.
select row(2,null)::pair is distinct from null, row(2,null,3) is not distinct from null, row(null,null,null)::pair is distinct from null, row(null,null,null)::pair is null, null::pair is distinct from null;
create view tested as select p is distinct from null as a, p is null as b, (p).a is not distinct from null as c from (select row(1,null,null)::pair as p) as s;
select pg_get_viewdef('tested');
-- The row type of a table, as a column elsewhere.
create table base(x int, y int);
create table uses(b base);
alter table base drop column y;
alter table base add column z text;
insert into uses values ((1,'z'));
select * from uses;
alter table base add column w int default 5;
drop view tested;
drop table held, uses, base;
drop type pair;
-- A literal beside an array is one.
select array['{NULL,NULL}',array[1,NULL]]::int[], array[array[1],'{2}'], array['{1}',array[2]];
select array['{1}',2]::int[];
-- Functions of the session's temporary schema.
create function pg_temp.twice(int) returns int language sql as 'select $1 * 2';
select pg_temp.twice(4), (select * from pg_temp.twice(5));
select twice(1);
-- The isolation level that was asked for is shown.
begin transaction isolation level read uncommitted; show transaction_isolation; commit and chain; show transaction_isolation; rollback;
set default_transaction_isolation = 'read uncommitted';
show transaction_isolation;
reset default_transaction_isolation;
begin; set transaction_read_only to on; select setting from pg_settings where name = 'transaction_read_only'; rollback;
