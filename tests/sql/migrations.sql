-- What migration tools send: blocks that ignore what exists, changes of several types at once, parts of jsonb documents, versions of rows.
DO $$ BEGIN CREATE TYPE mig_mood AS ENUM ('sad', 'ok'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
DO 'BEGIN CREATE TYPE mig_mood AS ENUM (''other''); EXCEPTION WHEN duplicate_object OR unique_violation THEN null; END';
SELECT enum_range(NULL::mig_mood);
DO $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_class WHERE relname = 'mig') THEN
    CREATE TABLE mig (a int PRIMARY KEY, b text, c text CHECK (c <> ''));
  END IF;
  IF EXISTS (SELECT 1 FROM pg_class WHERE relname = 'mig_none') THEN
    DROP TABLE mig;
  ELSIF 1 = 1 THEN
    INSERT INTO mig VALUES (1, '10', 'x'), (2, '20', 'y');
  ELSE
    INSERT INTO mig VALUES (9, '9', '9');
  END IF;
  BEGIN
    INSERT INTO mig VALUES (3, '30', 'z');
    INSERT INTO mig VALUES (1, '0', 'twice');
  EXCEPTION WHEN others THEN
    EXECUTE 'INSERT INTO mig VALUES (4, ''40'', ''handled'')';
  END;
  PERFORM count(*) FROM mig;
END $$;
SELECT * FROM mig ORDER BY a;
-- Both expressions see the old row; the dropped column is there for them, too.
ALTER TABLE mig ALTER a TYPE text USING b || '/' || c, ALTER b TYPE bigint USING a * 100, DROP COLUMN c;
SELECT * FROM mig ORDER BY b;
ALTER TABLE mig ADD COLUMN j jsonb DEFAULT '{}';
UPDATE mig SET j['a'] = '1', j['b'][2]['c'] = '"deep"' WHERE b = 100;
UPDATE mig SET j = NULL WHERE b = 200;
UPDATE mig SET j[1] = '5' WHERE b = 200;
SELECT b, j FROM mig ORDER BY b;
INSERT INTO mig (a, b) VALUES ('new', 1) RETURNING xmin::text::bigint > 0;
SELECT record_image_eq(ROW(1.0, 2), ROW(1.00, 2)), ROW(1.0, 2) = ROW(1.00, 2), record_image_lt(ROW(1, 2), ROW(1, 3));
SELECT column_name, data_type, is_nullable, column_default FROM information_schema.columns WHERE table_name = 'mig' ORDER BY ordinal_position;
SELECT (k).n, (k).x FROM (SELECT information_schema._pg_expandarray(ARRAY[7, 8]) AS k) s;
SELECT constraint_type, count(*) FROM information_schema.table_constraints WHERE table_name = 'mig' GROUP BY 1 ORDER BY 1;
DROP TABLE mig;
DROP TYPE mig_mood;
