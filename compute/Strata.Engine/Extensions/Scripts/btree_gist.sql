CREATE TYPE gbtreekey4;
CREATE FUNCTION gbtreekey4_in(cstring) RETURNS gbtreekey4 AS 'MODULE_PATHNAME', 'gbtreekey_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbtreekey4_out(gbtreekey4) RETURNS cstring AS 'MODULE_PATHNAME', 'gbtreekey_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE gbtreekey4 (INTERNALLENGTH = 4, INPUT = gbtreekey4_in, OUTPUT = gbtreekey4_out, ALIGNMENT = int4, STORAGE = plain);

CREATE TYPE gbtreekey8;
CREATE FUNCTION gbtreekey8_in(cstring) RETURNS gbtreekey8 AS 'MODULE_PATHNAME', 'gbtreekey_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbtreekey8_out(gbtreekey8) RETURNS cstring AS 'MODULE_PATHNAME', 'gbtreekey_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE gbtreekey8 (INTERNALLENGTH = 8, INPUT = gbtreekey8_in, OUTPUT = gbtreekey8_out, ALIGNMENT = int4, STORAGE = plain);

CREATE TYPE gbtreekey16;
CREATE FUNCTION gbtreekey16_in(cstring) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbtreekey_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbtreekey16_out(gbtreekey16) RETURNS cstring AS 'MODULE_PATHNAME', 'gbtreekey_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE gbtreekey16 (INTERNALLENGTH = 16, INPUT = gbtreekey16_in, OUTPUT = gbtreekey16_out, ALIGNMENT = int4, STORAGE = plain);

CREATE TYPE gbtreekey32;
CREATE FUNCTION gbtreekey32_in(cstring) RETURNS gbtreekey32 AS 'MODULE_PATHNAME', 'gbtreekey_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbtreekey32_out(gbtreekey32) RETURNS cstring AS 'MODULE_PATHNAME', 'gbtreekey_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE gbtreekey32 (INTERNALLENGTH = 32, INPUT = gbtreekey32_in, OUTPUT = gbtreekey32_out, ALIGNMENT = int4, STORAGE = plain);

CREATE TYPE gbtreekey_var;
CREATE FUNCTION gbtreekey_var_in(cstring) RETURNS gbtreekey_var AS 'MODULE_PATHNAME', 'gbtreekey_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbtreekey_var_out(gbtreekey_var) RETURNS cstring AS 'MODULE_PATHNAME', 'gbtreekey_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE gbtreekey_var (INTERNALLENGTH = -1, INPUT = gbtreekey_var_in, OUTPUT = gbtreekey_var_out, ALIGNMENT = int4, STORAGE = extended);

CREATE TYPE gbtreekey2;
CREATE FUNCTION gbtreekey2_in(cstring) RETURNS gbtreekey2 AS 'MODULE_PATHNAME', 'gbtreekey_in' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbtreekey2_out(gbtreekey2) RETURNS cstring AS 'MODULE_PATHNAME', 'gbtreekey_out' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE TYPE gbtreekey2 (INTERNALLENGTH = 2, INPUT = gbtreekey2_in, OUTPUT = gbtreekey2_out, ALIGNMENT = int4, STORAGE = plain);

CREATE FUNCTION cash_dist(money, money) RETURNS money AS 'MODULE_PATHNAME', 'cash_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION date_dist(date, date) RETURNS integer AS 'MODULE_PATHNAME', 'date_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION float4_dist(real, real) RETURNS real AS 'MODULE_PATHNAME', 'float4_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION float8_dist(double precision, double precision) RETURNS double precision AS 'MODULE_PATHNAME', 'float8_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION int2_dist(smallint, smallint) RETURNS smallint AS 'MODULE_PATHNAME', 'int2_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION int4_dist(integer, integer) RETURNS integer AS 'MODULE_PATHNAME', 'int4_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION int8_dist(bigint, bigint) RETURNS bigint AS 'MODULE_PATHNAME', 'int8_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION interval_dist(interval, interval) RETURNS interval AS 'MODULE_PATHNAME', 'interval_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION oid_dist(oid, oid) RETURNS oid AS 'MODULE_PATHNAME', 'oid_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION time_dist(time without time zone, time without time zone) RETURNS interval AS 'MODULE_PATHNAME', 'time_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION ts_dist(timestamp without time zone, timestamp without time zone) RETURNS interval AS 'MODULE_PATHNAME', 'ts_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION tstz_dist(timestamp with time zone, timestamp with time zone) RETURNS interval AS 'MODULE_PATHNAME', 'tstz_dist' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_oid_consistent(internal, oid, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_oid_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_oid_distance(internal, oid, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_oid_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_oid_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_oid_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_oid_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_oid_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_decompress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_decompress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_var_decompress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_var_decompress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_var_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_var_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_oid_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_oid_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_oid_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_oid_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_oid_union(internal, internal) RETURNS gbtreekey8 AS 'MODULE_PATHNAME', 'gbt_oid_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_oid_same(gbtreekey8, gbtreekey8, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_oid_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int2_consistent(internal, smallint, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_int2_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int2_distance(internal, smallint, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_int2_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int2_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int2_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int2_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int2_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int2_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int2_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int2_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int2_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int2_union(internal, internal) RETURNS gbtreekey4 AS 'MODULE_PATHNAME', 'gbt_int2_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int2_same(gbtreekey4, gbtreekey4, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int2_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int4_consistent(internal, integer, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_int4_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int4_distance(internal, integer, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_int4_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int4_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int4_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int4_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int4_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int4_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int4_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int4_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int4_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int4_union(internal, internal) RETURNS gbtreekey8 AS 'MODULE_PATHNAME', 'gbt_int4_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int4_same(gbtreekey8, gbtreekey8, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int4_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int8_consistent(internal, bigint, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_int8_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int8_distance(internal, bigint, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_int8_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int8_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int8_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int8_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int8_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int8_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int8_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int8_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int8_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int8_union(internal, internal) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbt_int8_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_int8_same(gbtreekey16, gbtreekey16, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_int8_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float4_consistent(internal, real, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_float4_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float4_distance(internal, real, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_float4_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float4_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float4_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float4_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float4_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float4_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float4_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float4_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float4_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float4_union(internal, internal) RETURNS gbtreekey8 AS 'MODULE_PATHNAME', 'gbt_float4_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float4_same(gbtreekey8, gbtreekey8, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float4_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float8_consistent(internal, double precision, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_float8_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float8_distance(internal, double precision, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_float8_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float8_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float8_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float8_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float8_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float8_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float8_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float8_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float8_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float8_union(internal, internal) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbt_float8_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_float8_same(gbtreekey16, gbtreekey16, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_float8_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_ts_consistent(internal, timestamp without time zone, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_ts_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_ts_distance(internal, timestamp without time zone, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_ts_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_tstz_consistent(internal, timestamp with time zone, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_tstz_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_tstz_distance(internal, timestamp with time zone, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_tstz_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_ts_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_ts_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_tstz_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_tstz_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_ts_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_ts_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_ts_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_ts_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_ts_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_ts_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_ts_union(internal, internal) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbt_ts_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_ts_same(gbtreekey16, gbtreekey16, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_ts_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_time_consistent(internal, time without time zone, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_time_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_time_distance(internal, time without time zone, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_time_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_timetz_consistent(internal, time with time zone, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_timetz_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_time_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_time_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_timetz_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_timetz_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_time_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_time_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_time_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_time_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_time_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_time_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_time_union(internal, internal) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbt_time_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_time_same(gbtreekey16, gbtreekey16, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_time_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_date_consistent(internal, date, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_date_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_date_distance(internal, date, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_date_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_date_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_date_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_date_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_date_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_date_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_date_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_date_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_date_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_date_union(internal, internal) RETURNS gbtreekey8 AS 'MODULE_PATHNAME', 'gbt_date_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_date_same(gbtreekey8, gbtreekey8, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_date_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_consistent(internal, interval, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_intv_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_distance(internal, interval, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_intv_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_intv_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_decompress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_intv_decompress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_intv_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_intv_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_intv_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_union(internal, internal) RETURNS gbtreekey32 AS 'MODULE_PATHNAME', 'gbt_intv_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_intv_same(gbtreekey32, gbtreekey32, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_intv_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_cash_consistent(internal, money, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_cash_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_cash_distance(internal, money, smallint, oid, internal) RETURNS double precision AS 'MODULE_PATHNAME', 'gbt_cash_distance' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_cash_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_cash_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_cash_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_cash_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_cash_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_cash_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_cash_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_cash_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_cash_union(internal, internal) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbt_cash_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_cash_same(gbtreekey16, gbtreekey16, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_cash_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad_consistent(internal, macaddr, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_macad_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad_union(internal, internal) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbt_macad_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad_same(gbtreekey16, gbtreekey16, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_text_consistent(internal, text, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_text_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bpchar_consistent(internal, character, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_bpchar_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_text_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_text_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bpchar_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bpchar_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_text_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_text_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_text_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_text_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_text_union(internal, internal) RETURNS gbtreekey_var AS 'MODULE_PATHNAME', 'gbt_text_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_text_same(gbtreekey_var, gbtreekey_var, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_text_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bytea_consistent(internal, bytea, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_bytea_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bytea_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bytea_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bytea_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bytea_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bytea_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bytea_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bytea_union(internal, internal) RETURNS gbtreekey_var AS 'MODULE_PATHNAME', 'gbt_bytea_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bytea_same(gbtreekey_var, gbtreekey_var, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bytea_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_numeric_consistent(internal, numeric, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_numeric_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_numeric_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_numeric_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_numeric_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_numeric_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_numeric_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_numeric_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_numeric_union(internal, internal) RETURNS gbtreekey_var AS 'MODULE_PATHNAME', 'gbt_numeric_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_numeric_same(gbtreekey_var, gbtreekey_var, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_numeric_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bit_consistent(internal, bit, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_bit_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bit_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bit_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bit_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bit_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bit_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bit_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bit_union(internal, internal) RETURNS gbtreekey_var AS 'MODULE_PATHNAME', 'gbt_bit_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bit_same(gbtreekey_var, gbtreekey_var, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bit_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_inet_consistent(internal, inet, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_inet_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_inet_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_inet_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_inet_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_inet_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_inet_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_inet_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_inet_union(internal, internal) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbt_inet_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_inet_same(gbtreekey16, gbtreekey16, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_inet_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_uuid_consistent(internal, uuid, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_uuid_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_uuid_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_uuid_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_uuid_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_uuid_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_uuid_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_uuid_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_uuid_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_uuid_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_uuid_union(internal, internal) RETURNS gbtreekey32 AS 'MODULE_PATHNAME', 'gbt_uuid_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_uuid_same(gbtreekey32, gbtreekey32, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_uuid_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad8_consistent(internal, macaddr8, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_macad8_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad8_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad8_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad8_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad8_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad8_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad8_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad8_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad8_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad8_union(internal, internal) RETURNS gbtreekey16 AS 'MODULE_PATHNAME', 'gbt_macad8_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_macad8_same(gbtreekey16, gbtreekey16, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_macad8_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_enum_consistent(internal, anyenum, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_enum_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_enum_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_enum_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_enum_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_enum_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_enum_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_enum_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_enum_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_enum_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_enum_union(internal, internal) RETURNS gbtreekey8 AS 'MODULE_PATHNAME', 'gbt_enum_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_enum_same(gbtreekey8, gbtreekey8, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_enum_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bool_consistent(internal, boolean, smallint, oid, internal) RETURNS boolean AS 'MODULE_PATHNAME', 'gbt_bool_consistent' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bool_compress(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bool_compress' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bool_fetch(internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bool_fetch' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bool_penalty(internal, internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bool_penalty' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bool_picksplit(internal, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bool_picksplit' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bool_union(internal, internal) RETURNS gbtreekey2 AS 'MODULE_PATHNAME', 'gbt_bool_union' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;
CREATE FUNCTION gbt_bool_same(gbtreekey2, gbtreekey2, internal) RETURNS internal AS 'MODULE_PATHNAME', 'gbt_bool_same' LANGUAGE c IMMUTABLE STRICT PARALLEL SAFE;

CREATE OPERATOR <-> (LEFTARG = money, RIGHTARG = money, PROCEDURE = cash_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = date, RIGHTARG = date, PROCEDURE = date_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = real, RIGHTARG = real, PROCEDURE = float4_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = double precision, RIGHTARG = double precision, PROCEDURE = float8_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = smallint, RIGHTARG = smallint, PROCEDURE = int2_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = integer, RIGHTARG = integer, PROCEDURE = int4_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = bigint, RIGHTARG = bigint, PROCEDURE = int8_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = interval, RIGHTARG = interval, PROCEDURE = interval_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = oid, RIGHTARG = oid, PROCEDURE = oid_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = time without time zone, RIGHTARG = time without time zone, PROCEDURE = time_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = timestamp without time zone, RIGHTARG = timestamp without time zone, PROCEDURE = ts_dist, COMMUTATOR = <->);
CREATE OPERATOR <-> (LEFTARG = timestamp with time zone, RIGHTARG = timestamp with time zone, PROCEDURE = tstz_dist, COMMUTATOR = <->);

CREATE OPERATOR CLASS gist_oid_ops DEFAULT FOR TYPE oid USING gist AS
    OPERATOR 1 < (oid, oid),
    OPERATOR 2 <= (oid, oid),
    OPERATOR 3 = (oid, oid),
    OPERATOR 4 >= (oid, oid),
    OPERATOR 5 > (oid, oid),
    OPERATOR 6 <> (oid, oid),
    OPERATOR 15 <-> (oid, oid) FOR ORDER BY pg_catalog.oid_ops,
    FUNCTION 1 gbt_oid_consistent(internal, oid, smallint, oid, internal),
    FUNCTION 2 gbt_oid_union(internal, internal),
    FUNCTION 3 gbt_oid_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_oid_penalty(internal, internal, internal),
    FUNCTION 6 gbt_oid_picksplit(internal, internal),
    FUNCTION 7 gbt_oid_same(gbtreekey8, gbtreekey8, internal),
    FUNCTION 8 gbt_oid_distance(internal, oid, smallint, oid, internal),
    FUNCTION 9 gbt_oid_fetch(internal),
    STORAGE gbtreekey8;
CREATE OPERATOR CLASS gist_int2_ops DEFAULT FOR TYPE smallint USING gist AS
    OPERATOR 1 < (smallint, smallint),
    OPERATOR 2 <= (smallint, smallint),
    OPERATOR 3 = (smallint, smallint),
    OPERATOR 4 >= (smallint, smallint),
    OPERATOR 5 > (smallint, smallint),
    OPERATOR 6 <> (smallint, smallint),
    OPERATOR 15 <-> (smallint, smallint) FOR ORDER BY pg_catalog.integer_ops,
    FUNCTION 1 gbt_int2_consistent(internal, smallint, smallint, oid, internal),
    FUNCTION 2 gbt_int2_union(internal, internal),
    FUNCTION 3 gbt_int2_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_int2_penalty(internal, internal, internal),
    FUNCTION 6 gbt_int2_picksplit(internal, internal),
    FUNCTION 7 gbt_int2_same(gbtreekey4, gbtreekey4, internal),
    FUNCTION 8 gbt_int2_distance(internal, smallint, smallint, oid, internal),
    FUNCTION 9 gbt_int2_fetch(internal),
    STORAGE gbtreekey4;
CREATE OPERATOR CLASS gist_int4_ops DEFAULT FOR TYPE integer USING gist AS
    OPERATOR 1 < (integer, integer),
    OPERATOR 2 <= (integer, integer),
    OPERATOR 3 = (integer, integer),
    OPERATOR 4 >= (integer, integer),
    OPERATOR 5 > (integer, integer),
    OPERATOR 6 <> (integer, integer),
    OPERATOR 15 <-> (integer, integer) FOR ORDER BY pg_catalog.integer_ops,
    FUNCTION 1 gbt_int4_consistent(internal, integer, smallint, oid, internal),
    FUNCTION 2 gbt_int4_union(internal, internal),
    FUNCTION 3 gbt_int4_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_int4_penalty(internal, internal, internal),
    FUNCTION 6 gbt_int4_picksplit(internal, internal),
    FUNCTION 7 gbt_int4_same(gbtreekey8, gbtreekey8, internal),
    FUNCTION 8 gbt_int4_distance(internal, integer, smallint, oid, internal),
    FUNCTION 9 gbt_int4_fetch(internal),
    STORAGE gbtreekey8;
CREATE OPERATOR CLASS gist_int8_ops DEFAULT FOR TYPE bigint USING gist AS
    OPERATOR 1 < (bigint, bigint),
    OPERATOR 2 <= (bigint, bigint),
    OPERATOR 3 = (bigint, bigint),
    OPERATOR 4 >= (bigint, bigint),
    OPERATOR 5 > (bigint, bigint),
    OPERATOR 6 <> (bigint, bigint),
    OPERATOR 15 <-> (bigint, bigint) FOR ORDER BY pg_catalog.integer_ops,
    FUNCTION 1 gbt_int8_consistent(internal, bigint, smallint, oid, internal),
    FUNCTION 2 gbt_int8_union(internal, internal),
    FUNCTION 3 gbt_int8_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_int8_penalty(internal, internal, internal),
    FUNCTION 6 gbt_int8_picksplit(internal, internal),
    FUNCTION 7 gbt_int8_same(gbtreekey16, gbtreekey16, internal),
    FUNCTION 8 gbt_int8_distance(internal, bigint, smallint, oid, internal),
    FUNCTION 9 gbt_int8_fetch(internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_float4_ops DEFAULT FOR TYPE real USING gist AS
    OPERATOR 1 < (real, real),
    OPERATOR 2 <= (real, real),
    OPERATOR 3 = (real, real),
    OPERATOR 4 >= (real, real),
    OPERATOR 5 > (real, real),
    OPERATOR 6 <> (real, real),
    OPERATOR 15 <-> (real, real) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 gbt_float4_consistent(internal, real, smallint, oid, internal),
    FUNCTION 2 gbt_float4_union(internal, internal),
    FUNCTION 3 gbt_float4_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_float4_penalty(internal, internal, internal),
    FUNCTION 6 gbt_float4_picksplit(internal, internal),
    FUNCTION 7 gbt_float4_same(gbtreekey8, gbtreekey8, internal),
    FUNCTION 8 gbt_float4_distance(internal, real, smallint, oid, internal),
    FUNCTION 9 gbt_float4_fetch(internal),
    STORAGE gbtreekey8;
CREATE OPERATOR CLASS gist_float8_ops DEFAULT FOR TYPE double precision USING gist AS
    OPERATOR 1 < (double precision, double precision),
    OPERATOR 2 <= (double precision, double precision),
    OPERATOR 3 = (double precision, double precision),
    OPERATOR 4 >= (double precision, double precision),
    OPERATOR 5 > (double precision, double precision),
    OPERATOR 6 <> (double precision, double precision),
    OPERATOR 15 <-> (double precision, double precision) FOR ORDER BY pg_catalog.float_ops,
    FUNCTION 1 gbt_float8_consistent(internal, double precision, smallint, oid, internal),
    FUNCTION 2 gbt_float8_union(internal, internal),
    FUNCTION 3 gbt_float8_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_float8_penalty(internal, internal, internal),
    FUNCTION 6 gbt_float8_picksplit(internal, internal),
    FUNCTION 7 gbt_float8_same(gbtreekey16, gbtreekey16, internal),
    FUNCTION 8 gbt_float8_distance(internal, double precision, smallint, oid, internal),
    FUNCTION 9 gbt_float8_fetch(internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_timestamp_ops DEFAULT FOR TYPE timestamp without time zone USING gist AS
    OPERATOR 1 < (timestamp without time zone, timestamp without time zone),
    OPERATOR 2 <= (timestamp without time zone, timestamp without time zone),
    OPERATOR 3 = (timestamp without time zone, timestamp without time zone),
    OPERATOR 4 >= (timestamp without time zone, timestamp without time zone),
    OPERATOR 5 > (timestamp without time zone, timestamp without time zone),
    OPERATOR 6 <> (timestamp without time zone, timestamp without time zone),
    OPERATOR 15 <-> (timestamp without time zone, timestamp without time zone) FOR ORDER BY pg_catalog.interval_ops,
    FUNCTION 1 gbt_ts_consistent(internal, timestamp without time zone, smallint, oid, internal),
    FUNCTION 2 gbt_ts_union(internal, internal),
    FUNCTION 3 gbt_ts_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_ts_penalty(internal, internal, internal),
    FUNCTION 6 gbt_ts_picksplit(internal, internal),
    FUNCTION 7 gbt_ts_same(gbtreekey16, gbtreekey16, internal),
    FUNCTION 8 gbt_ts_distance(internal, timestamp without time zone, smallint, oid, internal),
    FUNCTION 9 gbt_ts_fetch(internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_timestamptz_ops DEFAULT FOR TYPE timestamp with time zone USING gist AS
    OPERATOR 1 < (timestamp with time zone, timestamp with time zone),
    OPERATOR 2 <= (timestamp with time zone, timestamp with time zone),
    OPERATOR 3 = (timestamp with time zone, timestamp with time zone),
    OPERATOR 4 >= (timestamp with time zone, timestamp with time zone),
    OPERATOR 5 > (timestamp with time zone, timestamp with time zone),
    OPERATOR 6 <> (timestamp with time zone, timestamp with time zone),
    OPERATOR 15 <-> (timestamp with time zone, timestamp with time zone) FOR ORDER BY pg_catalog.interval_ops,
    FUNCTION 1 gbt_tstz_consistent(internal, timestamp with time zone, smallint, oid, internal),
    FUNCTION 2 gbt_ts_union(internal, internal),
    FUNCTION 3 gbt_tstz_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_ts_penalty(internal, internal, internal),
    FUNCTION 6 gbt_ts_picksplit(internal, internal),
    FUNCTION 7 gbt_ts_same(gbtreekey16, gbtreekey16, internal),
    FUNCTION 8 gbt_tstz_distance(internal, timestamp with time zone, smallint, oid, internal),
    FUNCTION 9 gbt_ts_fetch(internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_time_ops DEFAULT FOR TYPE time without time zone USING gist AS
    OPERATOR 1 < (time without time zone, time without time zone),
    OPERATOR 2 <= (time without time zone, time without time zone),
    OPERATOR 3 = (time without time zone, time without time zone),
    OPERATOR 4 >= (time without time zone, time without time zone),
    OPERATOR 5 > (time without time zone, time without time zone),
    OPERATOR 6 <> (time without time zone, time without time zone),
    OPERATOR 15 <-> (time without time zone, time without time zone) FOR ORDER BY pg_catalog.interval_ops,
    FUNCTION 1 gbt_time_consistent(internal, time without time zone, smallint, oid, internal),
    FUNCTION 2 gbt_time_union(internal, internal),
    FUNCTION 3 gbt_time_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_time_penalty(internal, internal, internal),
    FUNCTION 6 gbt_time_picksplit(internal, internal),
    FUNCTION 7 gbt_time_same(gbtreekey16, gbtreekey16, internal),
    FUNCTION 8 gbt_time_distance(internal, time without time zone, smallint, oid, internal),
    FUNCTION 9 gbt_time_fetch(internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_timetz_ops DEFAULT FOR TYPE time with time zone USING gist AS
    OPERATOR 1 < (time with time zone, time with time zone),
    OPERATOR 2 <= (time with time zone, time with time zone),
    OPERATOR 3 = (time with time zone, time with time zone),
    OPERATOR 4 >= (time with time zone, time with time zone),
    OPERATOR 5 > (time with time zone, time with time zone),
    OPERATOR 6 <> (time with time zone, time with time zone),
    FUNCTION 1 gbt_timetz_consistent(internal, time with time zone, smallint, oid, internal),
    FUNCTION 2 gbt_time_union(internal, internal),
    FUNCTION 3 gbt_timetz_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_time_penalty(internal, internal, internal),
    FUNCTION 6 gbt_time_picksplit(internal, internal),
    FUNCTION 7 gbt_time_same(gbtreekey16, gbtreekey16, internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_date_ops DEFAULT FOR TYPE date USING gist AS
    OPERATOR 1 < (date, date),
    OPERATOR 2 <= (date, date),
    OPERATOR 3 = (date, date),
    OPERATOR 4 >= (date, date),
    OPERATOR 5 > (date, date),
    OPERATOR 6 <> (date, date),
    OPERATOR 15 <-> (date, date) FOR ORDER BY pg_catalog.integer_ops,
    FUNCTION 1 gbt_date_consistent(internal, date, smallint, oid, internal),
    FUNCTION 2 gbt_date_union(internal, internal),
    FUNCTION 3 gbt_date_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_date_penalty(internal, internal, internal),
    FUNCTION 6 gbt_date_picksplit(internal, internal),
    FUNCTION 7 gbt_date_same(gbtreekey8, gbtreekey8, internal),
    FUNCTION 8 gbt_date_distance(internal, date, smallint, oid, internal),
    FUNCTION 9 gbt_date_fetch(internal),
    STORAGE gbtreekey8;
CREATE OPERATOR CLASS gist_interval_ops DEFAULT FOR TYPE interval USING gist AS
    OPERATOR 1 < (interval, interval),
    OPERATOR 2 <= (interval, interval),
    OPERATOR 3 = (interval, interval),
    OPERATOR 4 >= (interval, interval),
    OPERATOR 5 > (interval, interval),
    OPERATOR 6 <> (interval, interval),
    OPERATOR 15 <-> (interval, interval) FOR ORDER BY pg_catalog.interval_ops,
    FUNCTION 1 gbt_intv_consistent(internal, interval, smallint, oid, internal),
    FUNCTION 2 gbt_intv_union(internal, internal),
    FUNCTION 3 gbt_intv_compress(internal),
    FUNCTION 4 gbt_intv_decompress(internal),
    FUNCTION 5 gbt_intv_penalty(internal, internal, internal),
    FUNCTION 6 gbt_intv_picksplit(internal, internal),
    FUNCTION 7 gbt_intv_same(gbtreekey32, gbtreekey32, internal),
    FUNCTION 8 gbt_intv_distance(internal, interval, smallint, oid, internal),
    FUNCTION 9 gbt_intv_fetch(internal),
    STORAGE gbtreekey32;
CREATE OPERATOR CLASS gist_cash_ops DEFAULT FOR TYPE money USING gist AS
    OPERATOR 1 < (money, money),
    OPERATOR 2 <= (money, money),
    OPERATOR 3 = (money, money),
    OPERATOR 4 >= (money, money),
    OPERATOR 5 > (money, money),
    OPERATOR 6 <> (money, money),
    OPERATOR 15 <-> (money, money) FOR ORDER BY pg_catalog.money_ops,
    FUNCTION 1 gbt_cash_consistent(internal, money, smallint, oid, internal),
    FUNCTION 2 gbt_cash_union(internal, internal),
    FUNCTION 3 gbt_cash_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_cash_penalty(internal, internal, internal),
    FUNCTION 6 gbt_cash_picksplit(internal, internal),
    FUNCTION 7 gbt_cash_same(gbtreekey16, gbtreekey16, internal),
    FUNCTION 8 gbt_cash_distance(internal, money, smallint, oid, internal),
    FUNCTION 9 gbt_cash_fetch(internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_macaddr_ops DEFAULT FOR TYPE macaddr USING gist AS
    OPERATOR 1 < (macaddr, macaddr),
    OPERATOR 2 <= (macaddr, macaddr),
    OPERATOR 3 = (macaddr, macaddr),
    OPERATOR 4 >= (macaddr, macaddr),
    OPERATOR 5 > (macaddr, macaddr),
    OPERATOR 6 <> (macaddr, macaddr),
    FUNCTION 1 gbt_macad_consistent(internal, macaddr, smallint, oid, internal),
    FUNCTION 2 gbt_macad_union(internal, internal),
    FUNCTION 3 gbt_macad_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_macad_penalty(internal, internal, internal),
    FUNCTION 6 gbt_macad_picksplit(internal, internal),
    FUNCTION 7 gbt_macad_same(gbtreekey16, gbtreekey16, internal),
    FUNCTION 9 gbt_macad_fetch(internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_text_ops DEFAULT FOR TYPE text USING gist AS
    OPERATOR 1 < (text, text),
    OPERATOR 2 <= (text, text),
    OPERATOR 3 = (text, text),
    OPERATOR 4 >= (text, text),
    OPERATOR 5 > (text, text),
    OPERATOR 6 <> (text, text),
    FUNCTION 1 gbt_text_consistent(internal, text, smallint, oid, internal),
    FUNCTION 2 gbt_text_union(internal, internal),
    FUNCTION 3 gbt_text_compress(internal),
    FUNCTION 4 gbt_var_decompress(internal),
    FUNCTION 5 gbt_text_penalty(internal, internal, internal),
    FUNCTION 6 gbt_text_picksplit(internal, internal),
    FUNCTION 7 gbt_text_same(gbtreekey_var, gbtreekey_var, internal),
    FUNCTION 9 gbt_var_fetch(internal),
    STORAGE gbtreekey_var;
CREATE OPERATOR CLASS gist_bpchar_ops DEFAULT FOR TYPE character USING gist AS
    OPERATOR 1 < (character, character),
    OPERATOR 2 <= (character, character),
    OPERATOR 3 = (character, character),
    OPERATOR 4 >= (character, character),
    OPERATOR 5 > (character, character),
    OPERATOR 6 <> (character, character),
    FUNCTION 1 gbt_bpchar_consistent(internal, character, smallint, oid, internal),
    FUNCTION 2 gbt_text_union(internal, internal),
    FUNCTION 3 gbt_bpchar_compress(internal),
    FUNCTION 4 gbt_var_decompress(internal),
    FUNCTION 5 gbt_text_penalty(internal, internal, internal),
    FUNCTION 6 gbt_text_picksplit(internal, internal),
    FUNCTION 7 gbt_text_same(gbtreekey_var, gbtreekey_var, internal),
    FUNCTION 9 gbt_var_fetch(internal),
    STORAGE gbtreekey_var;
CREATE OPERATOR CLASS gist_bytea_ops DEFAULT FOR TYPE bytea USING gist AS
    OPERATOR 1 < (bytea, bytea),
    OPERATOR 2 <= (bytea, bytea),
    OPERATOR 3 = (bytea, bytea),
    OPERATOR 4 >= (bytea, bytea),
    OPERATOR 5 > (bytea, bytea),
    OPERATOR 6 <> (bytea, bytea),
    FUNCTION 1 gbt_bytea_consistent(internal, bytea, smallint, oid, internal),
    FUNCTION 2 gbt_bytea_union(internal, internal),
    FUNCTION 3 gbt_bytea_compress(internal),
    FUNCTION 4 gbt_var_decompress(internal),
    FUNCTION 5 gbt_bytea_penalty(internal, internal, internal),
    FUNCTION 6 gbt_bytea_picksplit(internal, internal),
    FUNCTION 7 gbt_bytea_same(gbtreekey_var, gbtreekey_var, internal),
    FUNCTION 9 gbt_var_fetch(internal),
    STORAGE gbtreekey_var;
CREATE OPERATOR CLASS gist_numeric_ops DEFAULT FOR TYPE numeric USING gist AS
    OPERATOR 1 < (numeric, numeric),
    OPERATOR 2 <= (numeric, numeric),
    OPERATOR 3 = (numeric, numeric),
    OPERATOR 4 >= (numeric, numeric),
    OPERATOR 5 > (numeric, numeric),
    OPERATOR 6 <> (numeric, numeric),
    FUNCTION 1 gbt_numeric_consistent(internal, numeric, smallint, oid, internal),
    FUNCTION 2 gbt_numeric_union(internal, internal),
    FUNCTION 3 gbt_numeric_compress(internal),
    FUNCTION 4 gbt_var_decompress(internal),
    FUNCTION 5 gbt_numeric_penalty(internal, internal, internal),
    FUNCTION 6 gbt_numeric_picksplit(internal, internal),
    FUNCTION 7 gbt_numeric_same(gbtreekey_var, gbtreekey_var, internal),
    FUNCTION 9 gbt_var_fetch(internal),
    STORAGE gbtreekey_var;
CREATE OPERATOR CLASS gist_bit_ops DEFAULT FOR TYPE bit USING gist AS
    OPERATOR 1 < (bit, bit),
    OPERATOR 2 <= (bit, bit),
    OPERATOR 3 = (bit, bit),
    OPERATOR 4 >= (bit, bit),
    OPERATOR 5 > (bit, bit),
    OPERATOR 6 <> (bit, bit),
    FUNCTION 1 gbt_bit_consistent(internal, bit, smallint, oid, internal),
    FUNCTION 2 gbt_bit_union(internal, internal),
    FUNCTION 3 gbt_bit_compress(internal),
    FUNCTION 4 gbt_var_decompress(internal),
    FUNCTION 5 gbt_bit_penalty(internal, internal, internal),
    FUNCTION 6 gbt_bit_picksplit(internal, internal),
    FUNCTION 7 gbt_bit_same(gbtreekey_var, gbtreekey_var, internal),
    FUNCTION 9 gbt_var_fetch(internal),
    STORAGE gbtreekey_var;
CREATE OPERATOR CLASS gist_vbit_ops DEFAULT FOR TYPE bit varying USING gist AS
    OPERATOR 1 < (bit varying, bit varying),
    OPERATOR 2 <= (bit varying, bit varying),
    OPERATOR 3 = (bit varying, bit varying),
    OPERATOR 4 >= (bit varying, bit varying),
    OPERATOR 5 > (bit varying, bit varying),
    OPERATOR 6 <> (bit varying, bit varying),
    FUNCTION 1 gbt_bit_consistent(internal, bit, smallint, oid, internal),
    FUNCTION 2 gbt_bit_union(internal, internal),
    FUNCTION 3 gbt_bit_compress(internal),
    FUNCTION 4 gbt_var_decompress(internal),
    FUNCTION 5 gbt_bit_penalty(internal, internal, internal),
    FUNCTION 6 gbt_bit_picksplit(internal, internal),
    FUNCTION 7 gbt_bit_same(gbtreekey_var, gbtreekey_var, internal),
    FUNCTION 9 gbt_var_fetch(internal),
    STORAGE gbtreekey_var;
CREATE OPERATOR CLASS gist_inet_ops DEFAULT FOR TYPE inet USING gist AS
    OPERATOR 1 < (inet, inet),
    OPERATOR 2 <= (inet, inet),
    OPERATOR 3 = (inet, inet),
    OPERATOR 4 >= (inet, inet),
    OPERATOR 5 > (inet, inet),
    OPERATOR 6 <> (inet, inet),
    FUNCTION 1 gbt_inet_consistent(internal, inet, smallint, oid, internal),
    FUNCTION 2 gbt_inet_union(internal, internal),
    FUNCTION 3 gbt_inet_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_inet_penalty(internal, internal, internal),
    FUNCTION 6 gbt_inet_picksplit(internal, internal),
    FUNCTION 7 gbt_inet_same(gbtreekey16, gbtreekey16, internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_cidr_ops DEFAULT FOR TYPE cidr USING gist AS
    OPERATOR 1 < (inet, inet),
    OPERATOR 2 <= (inet, inet),
    OPERATOR 3 = (inet, inet),
    OPERATOR 4 >= (inet, inet),
    OPERATOR 5 > (inet, inet),
    OPERATOR 6 <> (inet, inet),
    FUNCTION 1 gbt_inet_consistent(internal, inet, smallint, oid, internal),
    FUNCTION 2 gbt_inet_union(internal, internal),
    FUNCTION 3 gbt_inet_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_inet_penalty(internal, internal, internal),
    FUNCTION 6 gbt_inet_picksplit(internal, internal),
    FUNCTION 7 gbt_inet_same(gbtreekey16, gbtreekey16, internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_uuid_ops DEFAULT FOR TYPE uuid USING gist AS
    OPERATOR 1 < (uuid, uuid),
    OPERATOR 2 <= (uuid, uuid),
    OPERATOR 3 = (uuid, uuid),
    OPERATOR 4 >= (uuid, uuid),
    OPERATOR 5 > (uuid, uuid),
    OPERATOR 6 <> (uuid, uuid),
    FUNCTION 1 gbt_uuid_consistent(internal, uuid, smallint, oid, internal),
    FUNCTION 2 gbt_uuid_union(internal, internal),
    FUNCTION 3 gbt_uuid_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_uuid_penalty(internal, internal, internal),
    FUNCTION 6 gbt_uuid_picksplit(internal, internal),
    FUNCTION 7 gbt_uuid_same(gbtreekey32, gbtreekey32, internal),
    FUNCTION 9 gbt_uuid_fetch(internal),
    STORAGE gbtreekey32;
CREATE OPERATOR CLASS gist_macaddr8_ops DEFAULT FOR TYPE macaddr8 USING gist AS
    OPERATOR 1 < (macaddr8, macaddr8),
    OPERATOR 2 <= (macaddr8, macaddr8),
    OPERATOR 3 = (macaddr8, macaddr8),
    OPERATOR 4 >= (macaddr8, macaddr8),
    OPERATOR 5 > (macaddr8, macaddr8),
    OPERATOR 6 <> (macaddr8, macaddr8),
    FUNCTION 1 gbt_macad8_consistent(internal, macaddr8, smallint, oid, internal),
    FUNCTION 2 gbt_macad8_union(internal, internal),
    FUNCTION 3 gbt_macad8_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_macad8_penalty(internal, internal, internal),
    FUNCTION 6 gbt_macad8_picksplit(internal, internal),
    FUNCTION 7 gbt_macad8_same(gbtreekey16, gbtreekey16, internal),
    FUNCTION 9 gbt_macad8_fetch(internal),
    STORAGE gbtreekey16;
CREATE OPERATOR CLASS gist_enum_ops DEFAULT FOR TYPE anyenum USING gist AS
    OPERATOR 1 < (anyenum, anyenum),
    OPERATOR 2 <= (anyenum, anyenum),
    OPERATOR 3 = (anyenum, anyenum),
    OPERATOR 4 >= (anyenum, anyenum),
    OPERATOR 5 > (anyenum, anyenum),
    OPERATOR 6 <> (anyenum, anyenum),
    FUNCTION 1 gbt_enum_consistent(internal, anyenum, smallint, oid, internal),
    FUNCTION 2 gbt_enum_union(internal, internal),
    FUNCTION 3 gbt_enum_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_enum_penalty(internal, internal, internal),
    FUNCTION 6 gbt_enum_picksplit(internal, internal),
    FUNCTION 7 gbt_enum_same(gbtreekey8, gbtreekey8, internal),
    FUNCTION 9 gbt_enum_fetch(internal),
    STORAGE gbtreekey8;
CREATE OPERATOR CLASS gist_bool_ops DEFAULT FOR TYPE boolean USING gist AS
    OPERATOR 1 < (boolean, boolean),
    OPERATOR 2 <= (boolean, boolean),
    OPERATOR 3 = (boolean, boolean),
    OPERATOR 4 >= (boolean, boolean),
    OPERATOR 5 > (boolean, boolean),
    OPERATOR 6 <> (boolean, boolean),
    FUNCTION 1 gbt_bool_consistent(internal, boolean, smallint, oid, internal),
    FUNCTION 2 gbt_bool_union(internal, internal),
    FUNCTION 3 gbt_bool_compress(internal),
    FUNCTION 4 gbt_decompress(internal),
    FUNCTION 5 gbt_bool_penalty(internal, internal, internal),
    FUNCTION 6 gbt_bool_picksplit(internal, internal),
    FUNCTION 7 gbt_bool_same(gbtreekey2, gbtreekey2, internal),
    FUNCTION 9 gbt_bool_fetch(internal),
    STORAGE gbtreekey2;
