#!/bin/bash
# Compares pg_dump, pg_dumpall and pg_restore on two servers, on the database that everything.sql makes: each kind of dump of both, and what a dump of one becomes
# when restored into the other and dumped again. PostgreSQL's own restores change a few things (casts of arrays, the place of columns that a parent got later): what a dump becomes is compared with what
# PostgreSQL's becomes in PostgreSQL.
#   dump.sh DSN-OF-STRATA DSN-OF-POSTGRESQL [DIRECTORY]
# DSNs are those of superusers, without dbname. Prints for each comparison the number of differing lines, the lines themselves when there are any, and the sum; exits 1 if it is not 0.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${3:-$(mktemp -d)}
mkdir -p "$out"
. "$here/prepare.sh"
strata=$1
postgres=$2
total=0

# Lines that name the server, the run or the order of arrival.
plain() { grep -v -e '^-- Dumped' -e '^\\\(un\)\?restrict ' -e '^-- Started on' -e '^-- Completed on'; }

# TITLE FILE FILE
same() {
    diff "$2" "$3" >"$out/one.diff"
    local lines
    lines=$(grep -c '^[<>]' "$out/one.diff")
    total=$((total + lines))
    echo "$lines differ: $1"
    [ "$lines" -eq 0 ] || head -"${SHOW:-60}" "$out/one.diff"
}

# DSN DATABASE FILE [OPTION...]: a plain dump, with what pg_dump complains of.
dump() {
    local dsn=$1 database=$2 file=$3
    shift 3
    pg_dump --no-sync "$@" "$dsn dbname=$database" 2>&1 | plain >"$file"
}

# FROM TO WAY FILE: FROM's database as an archive, restored into an empty database of TO, whose dump becomes FILE.
restored() {
    local archive="$out/archive.$3" complaints="$out/restore.err" format=${3%%,*} jobs=() name=everything_again
    case $3 in *,jobs) jobs=(-j 2) ;; esac
    rm -rf "$archive"
    create_database "$2" $name
    if [ "$format" = psql ]; then
        pg_dump --no-sync "$1 dbname=everything" 2>"$complaints" | psql -X -q "$2 dbname=$name" >/dev/null 2>>"$complaints"
    else
        { if [ "$format" = d ]; then pg_dump --no-sync -Fd "${jobs[@]}" -f "$archive" "$1 dbname=everything"; else pg_dump --no-sync -F"$format" -f "$archive" "$1 dbname=everything"; fi \
            && pg_restore "${jobs[@]}" -d "$2 dbname=$name" "$archive"; } 2>"$complaints"
    fi
    dump "$2" $name "$4"
    # PostgreSQL warns of wal_level when it makes publications.
    grep -v -e wal_level -e '^HINT:  Set wal_level' "$complaints" >>"$4"
}

prepare_everything "$strata" >"$out/made.a"
prepare_everything "$postgres" >"$out/made.b"
same 'everything.sql' "$out/made.a" "$out/made.b"

while IFS= read -r options; do
    read -r -a list <<<"$options"
    dump "$strata" everything "$out/dump.a" "${list[@]}"
    dump "$postgres" everything "$out/dump.b" "${list[@]}"
    same "pg_dump $options" "$out/dump.a" "$out/dump.b"
done <<'OPTIONS'
--encoding=UTF8
--schema-only
--data-only
--inserts
--column-inserts --data-only
--inserts --rows-per-insert=2 --on-conflict-do-nothing --data-only
--clean
--clean --if-exists --create
--create --no-owner --no-privileges
--no-comments --no-publications --no-subscriptions --no-security-labels --no-tablespaces --no-table-access-method --no-toast-compression --no-unlogged-table-data
--section=pre-data
--section=data
--section=post-data
--schema=every
--exclude-schema=every
--table=every.book
--table=every.m*
--exclude-table=every.book --exclude-table-data=every.author
--disable-dollar-quoting
--enable-row-security --data-only --table=every.town*
--load-via-partition-root
--serializable-deferrable
--data-only --disable-triggers
--no-synchronized-snapshots --lock-wait-timeout=1000 --extra-float-digits=0
--use-set-session-authorization
--verbose --schema-only --table=every.nothing_of_this
--include-foreign-data=away --data-only
OPTIONS

dump "$strata" everything "$out/dump.a"
dump "$postgres" everything "$out/dump.b"
restored "$postgres" "$postgres" c "$out/again.reference"
echo "$(diff "$out/dump.b" "$out/again.reference" | grep -c '^[<>]') lines change when PostgreSQL restores its own dump"
for way in psql c d d,jobs t; do
    restored "$strata" "$postgres" $way "$out/again.ours"
    same "ours ($way) restored into PostgreSQL" "$out/again.reference" "$out/again.ours"
    restored "$postgres" "$strata" $way "$out/again.theirs"
    same "PostgreSQL's ($way) restored into ours" "$out/again.reference" "$out/again.theirs"
    restored "$strata" "$strata" $way "$out/again.own"
    same "ours ($way) restored into ours" "$out/again.reference" "$out/again.own"
done

# Cluster-wide: the roles of everything.sql alone, since the servers have others.
pg_dumpall --no-sync --globals-only -d "$strata dbname=postgres" 2>&1 | grep every >"$out/globals.a"
pg_dumpall --no-sync --globals-only -d "$postgres dbname=postgres" 2>&1 | grep every >"$out/globals.b"
same 'pg_dumpall --globals-only' "$out/globals.a" "$out/globals.b"
pg_dumpall --no-sync --roles-only --clean --if-exists --no-role-passwords -d "$strata dbname=postgres" 2>&1 | grep every >"$out/globals.a"
pg_dumpall --no-sync --roles-only --clean --if-exists --no-role-passwords -d "$postgres dbname=postgres" 2>&1 | grep every >"$out/globals.b"
same 'pg_dumpall --roles-only --clean' "$out/globals.a" "$out/globals.b"
pg_dumpall --no-sync --schema-only --exclude-database='[!e]*' -d "$strata dbname=postgres" 2>&1 | plain | sed -n '/^-- Database "everything" dump/,/^-- Database/p' >"$out/globals.a"
pg_dumpall --no-sync --schema-only --exclude-database='[!e]*' -d "$postgres dbname=postgres" 2>&1 | plain | sed -n '/^-- Database "everything" dump/,/^-- Database/p' >"$out/globals.b"
same 'pg_dumpall --schema-only' "$out/globals.a" "$out/globals.b"
echo "$total lines differ"
[ "$total" -eq 0 ]
