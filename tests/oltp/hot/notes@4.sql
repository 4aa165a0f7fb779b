\set a random(1, 500)
\set n random(1, 1000000)
UPDATE note SET body = repeat(md5(:n::text), 200) WHERE id = :a;
