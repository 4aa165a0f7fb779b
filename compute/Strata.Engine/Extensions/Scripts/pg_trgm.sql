CREATE FUNCTION set_limit(float4) RETURNS float4 AS 'MODULE_PATHNAME', 'set_limit' LANGUAGE c VOLATILE STRICT PARALLEL UNSAFE;
CREATE FUNCTION show_limit() RETURNS float4 AS 'MODULE_PATHNAME', 'show_limit' LANGUAGE c STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION show_trgm(text) RETURNS text[] AS 'MODULE_PATHNAME', 'show_trgm' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION similarity(text, text) RETURNS float4 AS 'MODULE_PATHNAME', 'similarity' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION similarity_op(text, text) RETURNS bool AS 'MODULE_PATHNAME', 'similarity_op' LANGUAGE c STABLE STRICT PARALLEL SAFE;
CREATE OPERATOR % (LEFTARG = text, RIGHTARG = text, PROCEDURE = similarity_op, COMMUTATOR = %, RESTRICT = matchingsel, JOIN = matchingjoinsel);
CREATE FUNCTION word_similarity(text, text) RETURNS float4 AS 'MODULE_PATHNAME', 'word_similarity' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION word_similarity_op(text, text) RETURNS bool AS 'MODULE_PATHNAME', 'word_similarity_op' LANGUAGE c STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION word_similarity_commutator_op(text, text) RETURNS bool AS 'MODULE_PATHNAME', 'word_similarity_commutator_op' LANGUAGE c STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION similarity_dist(text, text) RETURNS float4 AS 'MODULE_PATHNAME', 'similarity_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE OPERATOR <-> (LEFTARG = text, RIGHTARG = text, PROCEDURE = similarity_dist, COMMUTATOR = <->);
CREATE FUNCTION word_similarity_dist_op(text, text) RETURNS float4 AS 'MODULE_PATHNAME', 'word_similarity_dist_op' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION word_similarity_dist_commutator_op(text, text) RETURNS float4 AS 'MODULE_PATHNAME', 'word_similarity_dist_commutator_op' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE OPERATOR <% (LEFTARG = text, RIGHTARG = text, PROCEDURE = word_similarity_op, COMMUTATOR = %>, RESTRICT = matchingsel, JOIN = matchingjoinsel);
CREATE OPERATOR %> (LEFTARG = text, RIGHTARG = text, PROCEDURE = word_similarity_commutator_op, COMMUTATOR = <%, RESTRICT = matchingsel, JOIN = matchingjoinsel);
CREATE OPERATOR <<-> (LEFTARG = text, RIGHTARG = text, PROCEDURE = word_similarity_dist_op, COMMUTATOR = <->>);
CREATE OPERATOR <->> (LEFTARG = text, RIGHTARG = text, PROCEDURE = word_similarity_dist_commutator_op, COMMUTATOR = <<->);
CREATE FUNCTION strict_word_similarity(text, text) RETURNS float4 AS 'MODULE_PATHNAME', 'strict_word_similarity' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION strict_word_similarity_op(text, text) RETURNS bool AS 'MODULE_PATHNAME', 'strict_word_similarity_op' LANGUAGE c STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION strict_word_similarity_commutator_op(text, text) RETURNS bool AS 'MODULE_PATHNAME', 'strict_word_similarity_commutator_op' LANGUAGE c STABLE STRICT PARALLEL SAFE;
CREATE FUNCTION strict_word_similarity_dist_op(text, text) RETURNS float4 AS 'MODULE_PATHNAME', 'strict_word_similarity_dist_op' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION strict_word_similarity_dist_commutator_op(text, text) RETURNS float4 AS 'MODULE_PATHNAME', 'strict_word_similarity_dist_commutator_op' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE OPERATOR <<% (LEFTARG = text, RIGHTARG = text, PROCEDURE = strict_word_similarity_op, COMMUTATOR = %>>, RESTRICT = matchingsel, JOIN = matchingjoinsel);
CREATE OPERATOR %>> (LEFTARG = text, RIGHTARG = text, PROCEDURE = strict_word_similarity_commutator_op, COMMUTATOR = <<%, RESTRICT = matchingsel, JOIN = matchingjoinsel);
CREATE OPERATOR <<<-> (LEFTARG = text, RIGHTARG = text, PROCEDURE = strict_word_similarity_dist_op, COMMUTATOR = <->>>);
CREATE OPERATOR <->>> (LEFTARG = text, RIGHTARG = text, PROCEDURE = strict_word_similarity_dist_commutator_op, COMMUTATOR = <<<->);

CREATE TYPE gtrgm;
CREATE FUNCTION gtrgm_in(cstring) RETURNS gtrgm AS 'MODULE_PATHNAME', 'gtrgm_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_out(gtrgm) RETURNS cstring AS 'MODULE_PATHNAME', 'gtrgm_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE gtrgm (INTERNALLENGTH = -1, INPUT = gtrgm_in, OUTPUT = gtrgm_out);
CREATE FUNCTION gtrgm_consistent(internal, text, smallint, oid, internal) RETURNS bool AS 'MODULE_PATHNAME', 'gtrgm_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_distance(internal, text, smallint, oid, internal) RETURNS float8 AS 'MODULE_PATHNAME', 'gtrgm_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gtrgm_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_decompress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gtrgm_decompress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gtrgm_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gtrgm_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_union(internal, internal) RETURNS gtrgm AS 'MODULE_PATHNAME', 'gtrgm_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_same(gtrgm, gtrgm, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gtrgm_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gtrgm_options(internal) RETURNS void AS 'MODULE_PATHNAME', 'gtrgm_options' LANGUAGE c IMMUTABLE PARALLEL SAFE;
CREATE OPERATOR CLASS gist_trgm_ops FOR TYPE text USING gist AS
    OPERATOR 1 % (text, text),
    FUNCTION 1 gtrgm_consistent(internal, text, smallint, oid, internal),
    FUNCTION 2 gtrgm_union(internal, internal),
    FUNCTION 3 gtrgm_compress(internal),
    FUNCTION 4 gtrgm_decompress(internal),
    FUNCTION 5 gtrgm_penalty(internal, internal, internal),
    FUNCTION 6 gtrgm_picksplit(internal, internal),
    FUNCTION 7 gtrgm_same(gtrgm, gtrgm, internal),
    STORAGE gtrgm;
ALTER OPERATOR FAMILY gist_trgm_ops USING gist ADD
    OPERATOR 2 <-> (text, text) FOR ORDER BY pg_catalog.float_ops,
    OPERATOR 3 pg_catalog.~~ (text, text),
    OPERATOR 4 pg_catalog.~~* (text, text),
    OPERATOR 5 pg_catalog.~ (text, text),
    OPERATOR 6 pg_catalog.~* (text, text),
    OPERATOR 7 %> (text, text),
    OPERATOR 8 <->> (text, text) FOR ORDER BY pg_catalog.float_ops,
    OPERATOR 9 %>> (text, text),
    OPERATOR 10 <->>> (text, text) FOR ORDER BY pg_catalog.float_ops,
    OPERATOR 11 pg_catalog.= (text, text),
    FUNCTION 8 (text, text) gtrgm_distance(internal, text, smallint, oid, internal),
    FUNCTION 10 (text) gtrgm_options(internal);

CREATE FUNCTION gin_extract_value_trgm(text, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gin_extract_value_trgm' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gin_extract_query_trgm(text, internal, int2, internal, internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gin_extract_query_trgm' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gin_trgm_consistent(internal, int2, text, int4, internal, internal, internal, internal) RETURNS bool AS 'MODULE_PATHNAME', 'gin_trgm_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gin_trgm_triconsistent(internal, int2, text, int4, internal, internal, internal) RETURNS "char" AS 'MODULE_PATHNAME', 'gin_trgm_triconsistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE OPERATOR CLASS gin_trgm_ops FOR TYPE text USING gin AS
    OPERATOR 1 % (text, text),
    FUNCTION 1 btint4cmp(int4, int4),
    FUNCTION 2 gin_extract_value_trgm(text, internal),
    FUNCTION 3 gin_extract_query_trgm(text, internal, int2, internal, internal, internal, internal),
    FUNCTION 4 gin_trgm_consistent(internal, int2, text, int4, internal, internal, internal, internal),
    STORAGE int4;
ALTER OPERATOR FAMILY gin_trgm_ops USING gin ADD
    OPERATOR 3 pg_catalog.~~ (text, text),
    OPERATOR 4 pg_catalog.~~* (text, text),
    OPERATOR 5 pg_catalog.~ (text, text),
    OPERATOR 6 pg_catalog.~* (text, text),
    OPERATOR 7 %> (text, text),
    OPERATOR 9 %>> (text, text),
    OPERATOR 11 pg_catalog.= (text, text),
    FUNCTION 6 (text, text) gin_trgm_triconsistent(internal, int2, text, int4, internal, internal, internal);

