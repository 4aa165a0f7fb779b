# For compare.sh and dump.sh: makes the database and roles of everything.sql on a server, anew.

# DSN: drops what an earlier run left, makes the database "everything" and fills it. Prints what psql said.
prepare_everything() {
    local drops=() name
    for name in everything everything_again everything_other; do drops+=(-c "DROP DATABASE IF EXISTS $name"); done
    psql -X -q "$1 dbname=postgres" "${drops[@]}" -c 'DROP ROLE IF EXISTS every_owner, every_reader, every_group, every_login' >/dev/null 2>&1
    create_database "$1" everything
    # PostgreSQL warns of wal_level when it makes publications.
    psql -X -q "$1 dbname=everything" -f "$here/everything.sql" 2>&1 | grep -v -e wal_level -e '^HINT:  Set wal_level'
}

# DSN NAME: an empty database of that name. Both servers have the same locale then.
create_database() {
    psql -X -q "$1 dbname=postgres" -c "DROP DATABASE IF EXISTS $2" -c "CREATE DATABASE $2 TEMPLATE template0 LOCALE 'C.UTF-8'" >/dev/null 2>&1
}
