-- Functions of text search that run a query, and ts_debug.
CREATE TABLE words (id int, v tsvector);
INSERT INTO words VALUES (1, 'a:1A,3 b:2'), (2, 'a:5B c'), (3, NULL), (4, '');
SELECT * FROM ts_stat('SELECT v FROM words') ORDER BY word;
SELECT * FROM ts_stat('SELECT v FROM words', 'ab') ORDER BY ndoc DESC, word;
SELECT * FROM ts_stat('SELECT id FROM words');
SELECT * FROM ts_stat('SELECT nothing FROM words');
CREATE TABLE aliases (t tsquery, s tsquery);
INSERT INTO aliases VALUES ('new & york', 'new & york | big & apple | nyc'), ('moscow', 'moskva | moscow'), (NULL, 'x'), ('y', NULL);
SELECT ts_rewrite('moscow & hotel', 'SELECT t, s FROM aliases');
SELECT ts_rewrite('bar & new & qq & york', 'SELECT t, s FROM aliases'::text);
SELECT ts_rewrite('moscow', 'SELECT * FROM aliases WHERE t @> ''moscow''');
SELECT ts_rewrite('moscow', 'SELECT t FROM aliases');
SELECT alias, token, dictionaries, dictionary, lexemes FROM ts_debug('english', 'The running dogs at http://example.com/a');
DROP TABLE words, aliases;
