-- unaccent: every character, the dictionary by name, an index.
create extension unaccent;
select unaccent('Hôtel Æ ½ ﬁ Ωμέγα Ёлка ﬀ ™ “q” Ǆ ŉ № ℃ Å'), unaccent('unaccent','é'), unaccent('public.unaccent','ÀÉÎÕÜ'), unaccent('plain'), unaccent('e' || U&'\0301');
create function immutable_unaccent(text) returns text language sql immutable as $$ select public.unaccent('public.unaccent', $1) $$;
create table ua (t text); insert into ua values ('Éric'),('Zoë'); create index on ua (immutable_unaccent(t)); select * from ua where immutable_unaccent(t) = 'Eric';
select md5(string_agg(unaccent(chr(i)), '' order by i)) from generate_series(1, 55295) i;
select md5(string_agg(unaccent(chr(i)), '' order by i)) from generate_series(57344, 65533) i;
select i, chr(i), unaccent(chr(i)) from generate_series(1,900) i where unaccent(chr(i)) <> chr(i) and i % 7 = 0;
select dictname, dictinitoption, tmplname from pg_ts_dict d join pg_ts_template t on t.oid = dicttemplate where dictname = 'unaccent';
select 'unaccent'::regdictionary;
drop text search dictionary unaccent;
drop extension unaccent;
