#!/bin/bash
# Compares psql's backslash commands and pg_dump on two servers, on a database that everything.sql makes.
#   compare.sh DSN-OF-STRATA DSN-OF-POSTGRESQL [DIRECTORY]
# DSNs are those of superusers, without dbname. Sizes, OIDs and what names the server are blotted out. Prints the commands that differ with the differences; exits 1 if there are any.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${3:-$(mktemp -d)}
mkdir -p "$out"
differences=0

prepare() {
    psql -X -q "$1 dbname=postgres" -c 'DROP DATABASE IF EXISTS everything' -c 'DROP ROLE IF EXISTS every_owner, every_reader, every_group' -c 'CREATE DATABASE everything TEMPLATE template0 LOCALE '"'C.UTF-8'" >/dev/null 2>&1
    psql -X -q "$1 dbname=everything" -c 'DROP EXTENSION IF EXISTS plpgsql' >/dev/null 2>&1
    psql -X -q "$1 dbname=everything" -f "$here/everything.sql" >"$2" 2>&1
}

# Sizes, OIDs and host names.
blot() {
    sed -E -e 's/[0-9]+ (bytes|kB|MB|GB)/SIZE/g' -e 's/ +\| +SIZE +\|/ | SIZE |/g' -e 's/(pg_toast_)[0-9]+/\1N/g' -e "s/'[0-9]+'::oid/'N'::oid/g" -e 's/-+/-/g' -e 's/ +/ /g' -e 's/^psql:[^ ]* //'
}

prepare "$1" "$out/made.a"
prepare "$2" "$out/made.b"
blot <"$out/made.a" >"$out/made.a.txt"
blot <"$out/made.b" >"$out/made.b.txt"
if ! diff "$out/made.a.txt" "$out/made.b.txt" >"$out/made.diff"; then
    echo "=== everything.sql"
    cat "$out/made.diff"
    differences=$((differences + 1))
fi

: >"$out/commands.diff"
for side in a b; do
    dsn=$([ $side = a ] && echo "$1" || echo "$2")
    while IFS= read -r command; do
        printf "\\\\echo '### %s'\n%s\n" "${command#?}" "$command"
    done <"$here/commands.txt" >"$out/script.sql"
    PGOPTIONS='-c search_path=every,public' psql -X "$dsn dbname=everything" -f "$out/script.sql" 2>&1 | blot >"$out/commands.$side"
    csplit -s -z -n 4 -f "$out/command.$side." "$out/commands.$side" '/^### /' '{*}'
done

for a in "$out"/command.a.*; do
    b=${a/command.a./command.b.}
    if ! diff "$a" "$b" >"$out/one.diff"; then
        echo "=== $(head -1 "$a" | cut -c5-)"
        cat "$out/one.diff"
        differences=$((differences + 1))
    fi
done

# A dump of each, and of each restored into the other.
dump() { pg_dump --no-sync "$1 dbname=$2" 2>"$out/dump.$3.err" | grep -v -e '^-- Dumped' -e '^\\\(un\)\?restrict ' >"$out/dump.$3"; cat "$out/dump.$3.err"; }
restore() {
    psql -X -q "$2 dbname=postgres" -c 'DROP DATABASE IF EXISTS everything_again' -c 'CREATE DATABASE everything_again TEMPLATE template0 LOCALE '"'C.UTF-8'" >/dev/null 2>&1
    pg_dump --no-sync -Fc "$1 dbname=everything" -f "$out/dump.custom" && pg_restore -d "$2 dbname=everything_again" "$out/dump.custom"
}
dump "$1" everything a
dump "$2" everything b
for pair in "a b" "a a-restored" "b b-restored"; do
    set -- "$1" "$2" $pair
    case $4 in
    a-restored) restore "$1" "$2"; dump "$2" everything_again a-restored ;;
    b-restored) restore "$2" "$1"; dump "$1" everything_again b-restored ;;
    esac
    if ! diff "$out/dump.$3" "$out/dump.$4" >"$out/one.diff"; then
        echo "=== pg_dump $3 against $4"
        cat "$out/one.diff"
        differences=$((differences + 1))
    fi
done
echo "$differences differ"
[ "$differences" -eq 0 ]
