-- The type.
create table x (id int, d xml);
insert into x values (1, '<a>one</a>'), (2, '<a b="2">two<c/></a>'), (3, 'text only'), (4, null), (5, '<?xml version="1.0"?>
<a/>'), (6, '<?xml version="1.1" standalone="yes"?><a/>'), (7, '<!-- c --><!DOCTYPE a><a/>');
insert into x values (8, '<open');
insert into x values (8, '<a></b>');
insert into x values (8, '&undefined;');
insert into x values (8, '<?xml encoding="utf-8"?><a/>');
insert into x values (8, '<!DOCTYPE a [<!ENTITY e "v">]><a f="&e;">&e;</a>');
select * from x order by id;
select d from x where d = '<a/>';
select id from x order by d;
set xmloption to document;
select xml 'text only';
select xml '<a/>';
set xml option content;
select xml 'text only', 'a < b'::text::xml;
select '<a/>'::xml::text, pg_typeof(xml '<a/>'), xml(text '<b/>'), array['<a/>', 'b'::xml];
select xml '<a/>' is document, xml 'a' is document, xml '<a/><b/>' is not document, null::xml is document;

-- Constructors.
select xmlelement(name a), xmlelement(name a, ''), xmlelement(name a, null), xmlelement(name "a b", xmlattributes(1 as x, null as y, 'q"<' as z), 'in<', xmlelement(name c, true));
select xmlelement(name a, xmlattributes(1 as x, 2 as x));
select xmlelement(name a, xmlattributes('v'));
select xmlelement(name a, xmlattributes(id, d)) from x where id = 2;
select xmlelement(name a, date '2020-02-03', timestamp '2020-02-03 04:05:06.7', interval '1 day', 1.50, array[1, 2], array['<', null], '{"a": 1}'::json);
select xmlelement(name a, 'infinity'::date);
select xmlelement(name a, '\x0102ff'::bytea);
set xmlbinary to hex;
select xmlelement(name a, '\x0102ff'::bytea);
reset xmlbinary;
select xmlforest(id, d as "D:e", null as n) from x where id < 5 order by id;
select xmlforest(1 + 1);
select xmlforest(null as a) is null;
select xmlconcat('<a/>', null, 'b'), xmlconcat(null, null), xmlconcat('<?xml version="1.0" standalone="yes"?><a/>', '<?xml version="1.0" standalone="no"?><b/>');
select xmlconcat(1, 2);
select xmlcomment('c'), xmlcomment('');
select xmlcomment('a--b');
select xmlpi(name php, 'echo 1;'), xmlpi(name p), xmlpi(name p, null);
select xmlpi(name xml, 'a');
select xmlpi(name p, 'a?>b');
select xmlparse(document '<a/>'), xmlparse(content 'a<b/>' preserve whitespace);
select xmlparse(document 'a');
select xmlroot('<?xml version="1.1"?><a/>', version '1.0', standalone yes), xmlroot(xml '<a/>', version no value, standalone no value), xmlroot(xml '<a/>', version '1.1');
select xmlserialize(content '<a>b</a>' as varchar(4)), xmlserialize(document '<a/>' as text);
select xmlserialize(document 'a' as text);
select xmlserialize(content 'a' as int);
select xmlagg(d order by id desc), xmlagg(d) filter (where id > 90) from x where id < 5;
select xmlelement(name r, xmlagg(xmlelement(name i, xmlattributes(id), d) order by id)) from x where id in (1, 2, 3);
select xml_is_well_formed('<a>'), xml_is_well_formed_document('a'), xml_is_well_formed_content('a'), xml_is_well_formed_document(null);

-- Paths.
select xpath('/a/text()', d), xpath('//c', d), xpath('/a/@b', d), xpath('count(//*)', d), xpath_exists('/a', d) from x where id < 3 order by id;
select xpath('//x:b/@i', '<r xmlns="http://u" xmlns:y="http://v"><b i="1&amp;"/><y:b i="2"><z/>t</y:b></r>', '{{x,http://u}}'), xpath('//x:b', '<r xmlns="http://u" xmlns:y="http://v"><b i="1"/><y:b i="2"><z/>t</y:b></r>', '{{x,http://v}}');
select xpath('name(/*)', '<a/>'), xpath('1 div 4', '<a/>'), xpath('true()', '<a/>'), xpath('"<"', '<a/>'), xpath('//nothing', '<a/>'), xpath('//comment()|//processing-instruction()', '<a><!--c--><?p i?></a>');
select xpath('', '<a/>');
select xpath('//[', '<a/>');
select xpath('//n:a', '<a/>');
select xpath('/a', 'no document');
select xpath('/a', '<a/>', '{a,b}');
select xmlexists('//c' passing d), xmlexists('//c' passing by ref d by value) from x where id < 3 order by id;

-- Tables.
select t.* from xmltable('/r/i' passing '<r><i n="1"><v>10</v></i><i n="2"/><i><v>x</v><v>y</v></i></r>'
  columns o for ordinality, n int path '@n' default -1, i xml path '.', v xml, first text path 'v[1]') t;
select x.id, t.* from x, xmltable('/a' passing d columns b int path '@b', t text path 'text()', has boolean path 'c') t where id < 3 order by id;
select * from xmltable('/r/i' passing '<r><i><v>x</v><v>y</v></i></r>' columns v text);
select * from xmltable('/r/i' passing '<r><i/></r>' columns v text not null);
select * from xmltable('/r/i' passing '<r><i/></r>' columns v int path 'v' default 4 not null, w text default 'w');
select * from xmltable(xmlnamespaces('http://u' as n), '/n:r/n:i' passing '<r xmlns="http://u"><i>5</i></r>' columns v numeric(5, 2) path '.');
select * from xmltable(xmlnamespaces(default 'u'), '/r' passing '<r/>' columns v int);
select * from xmltable('/r' passing null columns v int);
select * from xmltable('/r' passing '<r/>' columns v int, v text);
select * from xmltable('/r' passing '<r/>' columns v int) as t (a, b);
select a, count(*) from x left join lateral xmltable('//c' passing d columns a text path 'name()') on true where id < 3 group by a order by a;

-- Definitions.
create view xv as
select xmlelement(name a, xmlattributes(id as "i d", 'k' as k), 'c', d) as e, xmlforest(id, d as "x:y") as f, xmlconcat(d, '<z/>') as c, xmlpi(name p, 'q') as p, xmlroot(d, version no value, standalone no) as r,
  xmlparse(document '<a/>') as b, xmlserialize(content d as varchar(9)) as s, d is document as i, d is not document as n, xmlexists('//c' passing d) as h
from x;
select pg_get_viewdef('xv');
select e, f, s, i, h from xv where i order by e::text limit 2;
create view xt as select t.v, o from x, lateral xmltable(xmlnamespaces('u' as "N"), '/a' passing d columns v int path '@b' default 7 not null, o for ordinality) t;
select pg_get_viewdef('xt');
select * from xt order by v, o;
explain (costs off, verbose) select xmlelement(name e, 1) from x where d is document;
drop table x cascade;
