-- Users' configurations and dictionaries work, they are not only there.
CREATE SCHEMA tc;
CREATE TEXT SEARCH DICTIONARY tc.plain (TEMPLATE = pg_catalog.simple);
CREATE TEXT SEARCH DICTIONARY tc.short (TEMPLATE = simple, StopWords = english, Accept = false);
CREATE TEXT SEARCH DICTIONARY tc.stem (TEMPLATE = snowball, Language = english);
SELECT ts_lexize('tc.plain', 'The'), ts_lexize('tc.short', 'The'), ts_lexize('tc.short', 'Tables'), ts_lexize('tc.stem', 'The'), ts_lexize('tc.stem', 'Tables'), ts_lexize('english_stem', 'The');
CREATE TEXT SEARCH CONFIGURATION tc.cfg (COPY = pg_catalog.english);
SELECT to_tsvector('tc.cfg', 'The quick tables 12 foo-bar'), to_tsvector('english', 'The quick tables 12 foo-bar');
ALTER TEXT SEARCH CONFIGURATION tc.cfg ALTER MAPPING FOR asciiword WITH tc.short, tc.stem;
SELECT to_tsvector('tc.cfg', 'The quick tables 12 foo-bar');
SELECT alias, token, dictionaries, dictionary, lexemes FROM ts_debug('tc.cfg', 'The tables, 12') ;
ALTER TEXT SEARCH CONFIGURATION tc.cfg DROP MAPPING FOR uint, hword_asciipart;
SELECT to_tsvector('tc.cfg', 'The quick tables 12 foo-bar'), to_tsquery('tc.cfg', 'quick & tables & 12'), plainto_tsquery('tc.cfg', 'the tables'), phraseto_tsquery('tc.cfg', 'quick the tables');
ALTER TEXT SEARCH CONFIGURATION tc.cfg ALTER MAPPING REPLACE tc.stem WITH tc.plain;
SELECT to_tsvector('tc.cfg', 'The quick tables'), ts_headline('tc.cfg', 'The quick tables stand', to_tsquery('tc.cfg', 'tables'));
CREATE TEXT SEARCH CONFIGURATION tc.none (PARSER = pg_catalog.default);
SELECT to_tsvector('tc.none', 'The quick tables');
ALTER TEXT SEARCH CONFIGURATION tc.none ADD MAPPING FOR asciiword, word WITH tc.plain;
SELECT to_tsvector('tc.none', 'The quick tables 12');
ALTER TEXT SEARCH CONFIGURATION tc.none ADD MAPPING FOR asciiword WITH simple;
-- Search path and default.
SELECT to_tsvector('cfg', 'The tables');
SET search_path = tc, public;
SELECT to_tsvector('cfg', 'The tables'), 'cfg'::regconfig, 'short'::regdictionary;
SET default_text_search_config = cfg;
SHOW default_text_search_config;
SELECT to_tsvector('The tables'), get_current_ts_config();
SET default_text_search_config = 'nothing';
SELECT set_config('default_text_search_config', 'simple', false);
RESET search_path;
SELECT 'tc.cfg'::regconfig;
SELECT 'tc.nothing'::regconfig;
RESET default_text_search_config;
-- In an index and a generated column.
CREATE TABLE tc.doc (body text, v tsvector GENERATED ALWAYS AS (to_tsvector('tc.none'::regconfig, body)) STORED);
CREATE INDEX ON tc.doc USING gin (to_tsvector('tc.cfg'::regconfig, body));
INSERT INTO tc.doc VALUES ('The tables'), ('A chair');
SELECT body, v FROM tc.doc WHERE to_tsvector('tc.cfg'::regconfig, body) @@ to_tsquery('tc.cfg', 'tables');
-- A transaction sees its own changes, and a rollback takes them back.
BEGIN;
ALTER TEXT SEARCH CONFIGURATION tc.none ALTER MAPPING FOR asciiword WITH english_stem;
SELECT to_tsvector('tc.none', 'The tables');
ROLLBACK;
SELECT to_tsvector('tc.none', 'The tables');
-- Dictionaries that are in use stay.
DROP TABLE tc.doc;
DROP TEXT SEARCH DICTIONARY tc.plain;
ALTER TEXT SEARCH DICTIONARY tc.short (Accept = true);
SELECT dictinitoption FROM pg_ts_dict WHERE dictname = 'short';
SELECT to_tsvector('tc.cfg', 'The quick tables');
ALTER TEXT SEARCH DICTIONARY tc.short (StopWords);
SELECT to_tsvector('tc.cfg', 'The quick tables');
DROP TEXT SEARCH DICTIONARY tc.plain CASCADE;
SELECT cfgname FROM pg_ts_config WHERE cfgnamespace = 'tc'::regnamespace;
DROP SCHEMA tc CASCADE;
