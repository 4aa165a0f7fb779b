-- Messages of anonymous blocks, and handlers that name the error or raise it again.
do $$
begin
  raise notice 'a % b % %%', 1, null using detail='d', hint='h';
  raise notice '%', true;
  raise notice '% % %', (select count(*) from (values (1),(2)) x), array[1,2], row(1,'a,b');
  raise info 'x';
  raise warning 'w' using errcode='22012';
  raise debug 'not shown';
  begin
    raise exception 'bad %', 5 using errcode='unique_violation', column='c';
  exception when unique_violation then raise notice 'caught % %', sqlerrm, sqlstate; raise;
  end;
end $$;
do $$ begin raise division_by_zero; end $$;
do $$ begin raise sqlstate '22012' using message='m'; end $$;
do $$ begin raise; end $$;
do $$ begin raise notice '% %', 1; end $$;
do $$ begin raise notice '%', 1, 2; end $$;
do $$ begin raise exception using message='m', errcode='foo'; end $$;
do $$ begin raise nope; end $$;
do $$ begin raise exception 'x' using message='y'; end $$;
do $$ begin if 1 > 0 then raise exception using message = 'a, b' || ', c', hint = format('%s', 'h, i'); end if; end $$;
create table raised(n int);
do $$ begin insert into raised values (1); begin insert into raised values (2); raise exception 'undo'; exception when others then raise notice 'undone: %', sqlerrm; end; end $$;
select * from raised;
-- Implicit objects are told at DEBUG1.
create table told(id serial);
drop table told;
-- A session that ends or cancels itself does not answer.
select pg_cancel_backend(pg_backend_pid());
