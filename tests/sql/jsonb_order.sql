-- jsonb in sorts, groups and indexes has the order of its operators; equal numbers of different scales are one group.
create table j(j jsonb);
insert into j values ('true'), ('false'), ('1'), ('"a"'), ('null'), ('[]'), ('{}'), ('[1]'), ('{"a":1}'), ('[true]'), ('[false]'), ('{"a":true}'), ('{"a":false}'), ('-2.5'), ('10'), ('1e3'), ('"B"'), ('[2,1]'), ('{"a":1,"b":2}'), ('"ab"');
select j from j order by j;
select j from j order by j desc limit 3;
create index on j(j);
select j from j where j > 'true' order by j;
select j from j where j = '10.0';
select count(distinct x) from (values ('1'::jsonb), ('1.0'), ('[1]'), ('[1.00]')) v(x);
select count(*) from (values ('1'::jsonb), ('1.0'), ('2')) v(x) group by x order by 1;
