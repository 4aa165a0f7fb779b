#!/bin/bash
# Compares psql's backslash commands on two servers, on a database that everything.sql makes.
#   compare.sh DSN-OF-STRATA DSN-OF-POSTGRESQL [DIRECTORY]
# DSNs are those of superusers, without dbname. Sizes, OIDs and what names the server are blotted out. Prints the commands that differ with the differences, and a line of
# figures at the end; exits 1 if any differs. dump.sh compares the dumps of the same database.
set -u
here=$(cd "$(dirname "$0")" && pwd)
out=${3:-$(mktemp -d)}
mkdir -p "$out"
rm -f "$out"/command.*
differences=0
. "$here/prepare.sh"

prepare_everything "$1" >"$out/made.a"
prepare_everything "$2" >"$out/made.b"

# Sizes, OIDs, host names and widths, which follow from them.
blot() {
    sed -E -e 's/\b[0-9]+ (bytes|kB|MB|GB)/SIZE/g' -e 's/(pg_toast_)[0-9]+/\1N/g' -e "s/'[0-9]+'::oid/'N'::oid/g" -e '/^LOCATION: /d' -e 's/-+/-/g' -e 's/ +/ /g' -e 's/ +$//' -e 's/^psql:[^ ]* //'
}

blot <"$out/made.a" >"$out/made.a.txt"
blot <"$out/made.b" >"$out/made.b.txt"
if ! diff "$out/made.a.txt" "$out/made.b.txt" >"$out/made.diff"; then
    echo "=== everything.sql"
    cat "$out/made.diff"
    differences=$((differences + 1))
fi

while IFS= read -r command; do
    printf "\\\\echo '### %s'\n%s\n" "$(sed -e 's/^\\//' -e "s/['\\\\:]/./g" <<<"$command")" "$command"
done <"$here/commands.txt" >"$out/script.sql"
for side in a b; do
    dsn=$([ $side = a ] && echo "$1" || echo "$2")
    PGOPTIONS='-c search_path=every,public' psql -X "$dsn dbname=everything" -f "$out/script.sql" 2>&1 </dev/null | blot >"$out/commands.$side"
    csplit -s -z -n 4 -f "$out/command.$side." "$out/commands.$side" '/^### /' '{*}'
done

for b in "$out"/command.b.*; do
    a=${b/command.b./command.a.}
    if ! diff "$a" "$b" >"$out/one.diff" 2>&1; then
        echo "=== $(head -1 "$b" | cut -c5-)"
        cat "$out/one.diff"
        differences=$((differences + 1))
    fi
done
echo "$(ls "$out"/command.b.* | wc -l) commands, $differences differ"
[ "$differences" -eq 0 ]
