#!/bin/bash
# Compares what clients and ORMs ask the catalogs (introspection.sql) on two servers, on the database that ../psql/everything.sql makes.
#   introspection.sh DSN-OF-STRATA DSN-OF-POSTGRESQL [DIRECTORY]
# DSNs are those of superusers, without dbname. Prints the differing lines and their number; exits 1 if there are any.
set -u
here=$(cd "$(dirname "$0")/../psql" && pwd)
out=${3:-$(mktemp -d)}
mkdir -p "$out"
. "$here/prepare.sh"
for side in a b; do
    dsn=$([ $side = a ] && echo "$1" || echo "$2")
    [ -n "${PREPARED:-}" ] || prepare_everything "$dsn" >"$out/made.$side"
    PGOPTIONS='-c search_path=every,public' psql -X "$dsn dbname=everything" -f "$here/../clients/introspection.sql" 2>&1 | sed -E 's/^psql:[^ ]* //' >"$out/introspection.$side"
done
diff "$out/introspection.a" "$out/introspection.b"
differences=$(diff "$out/introspection.a" "$out/introspection.b" | grep -c '^[<>]')
echo "$(wc -l <"$out/introspection.b") lines, $differences differ"
[ "$differences" -eq 0 ]
