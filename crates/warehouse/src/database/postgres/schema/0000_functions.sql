-- What the statements of this crate use of DuckDB and PostgreSQL does not have, in a schema of its own. Every one is a name for
-- something that PostgreSQL can do.
CREATE SCHEMA klk_sql;

CREATE DOMAIN klk_sql.ubigint AS bigint;
CREATE DOMAIN klk_sql.uinteger AS bigint;
CREATE DOMAIN klk_sql.usmallint AS integer;
CREATE DOMAIN klk_sql.utinyint AS smallint;
CREATE DOMAIN klk_sql.hugeint AS numeric(38, 0);
CREATE DOMAIN klk_sql.double AS double precision;
CREATE DOMAIN klk_sql.time_ns AS text;

-- Microseconds since the epoch; of an end of time the last that a number has.
CREATE FUNCTION klk_sql.epoch_us(moment timestamptz) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN isfinite(moment) THEN (extract(epoch FROM moment) * 1000000)::bigint
        WHEN moment > '2000-01-01' THEN 9223372036854775807 ELSE -9223372036854775807 END;
CREATE FUNCTION klk_sql.epoch_us(moment timestamp) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN CASE WHEN isfinite(moment) THEN (extract(epoch FROM moment) * 1000000)::bigint
        WHEN moment > '2000-01-01' THEN 9223372036854775807 ELSE -9223372036854775807 END;
CREATE FUNCTION klk_sql.make_timestamp(microseconds bigint) RETURNS timestamp
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN TIMESTAMP '1970-01-01' + (microseconds / 86400000000) * INTERVAL '1 day'
        + (microseconds % 86400000000) * INTERVAL '1 microsecond';
CREATE FUNCTION klk_sql.make_timestamptz(microseconds bigint) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN timezone('UTC', TIMESTAMP '1970-01-01' + (microseconds / 86400000000) * INTERVAL '1 day'
        + (microseconds % 86400000000) * INTERVAL '1 microsecond');
CREATE FUNCTION klk_sql.time_bucket(width interval, moment timestamp) RETURNS timestamp
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN date_bin(width, moment, TIMESTAMP '1970-01-01');
CREATE FUNCTION klk_sql.time_bucket(width interval, moment timestamptz) RETURNS timestamptz
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN date_bin(width, moment, TIMESTAMPTZ '1970-01-01 00:00:00+00');

CREATE FUNCTION klk_sql.epoch_ms(moment timestamp) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN (extract(epoch FROM moment) * 1000)::bigint;
-- Monday is 1.
CREATE FUNCTION klk_sql.isodow(moment timestamp) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN extract(isodow FROM moment)::bigint;
CREATE FUNCTION klk_sql.hour(moment timestamp) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN extract(hour FROM moment)::bigint;
CREATE FUNCTION klk_sql.minute(moment timestamp) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN extract(minute FROM moment)::bigint;

CREATE FUNCTION klk_sql.contains(whole text, part text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN position(part IN whole) > 0;
CREATE FUNCTION klk_sql.string_split(whole text, separator text) RETURNS text[]
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN string_to_array(whole, separator);
CREATE FUNCTION klk_sql.list_contains(list text[], value text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN value = ANY (list);
CREATE FUNCTION klk_sql.regexp_full_match(whole text, pattern text) RETURNS boolean
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN whole ~ ('^(?:' || pattern || ')$');

CREATE FUNCTION klk_sql.regexp_extract(whole text, pattern text, part integer) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN coalesce((regexp_match(whole, pattern))[part], '');
-- Of a member of the outermost object: `$.name`.
CREATE FUNCTION klk_sql.json_extract_string(document text, path text) RETURNS text
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN document::json ->> substr(path, 3);

-- Division of whole numbers, down.
CREATE FUNCTION klk_sql.whole_quotient(dividend bigint, divisor bigint) RETURNS bigint
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    RETURN floor(dividend::numeric / divisor)::bigint;
CREATE OPERATOR klk_sql.// (LEFTARG = bigint, RIGHTARG = bigint, FUNCTION = klk_sql.whole_quotient);

-- Whichever value came first.
CREATE FUNCTION klk_sql.keep_first(kept anyelement, next anyelement) RETURNS anyelement
    LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS 'SELECT kept';
CREATE AGGREGATE klk_sql.any_value(anyelement) (SFUNC = klk_sql.keep_first, STYPE = anyelement, PARALLEL = SAFE);
