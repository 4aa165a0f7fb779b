#!/usr/bin/env bash
# Runs checks of client drivers against a server: types, pipelining, COPY, cursors, LISTEN, cancel, TLS.
#   tests/clients/drivers/run.sh postgresql://postgres:PASSWORD@127.0.0.1:PORT/postgres
# Debian: python3-psycopg2 python3-psycopg python3-asyncpg default-jdk libpostgresql-jdbc-java golang-go golang-github-lib-pq-dev golang-github-jackc-pgx-v4-dev; npm fetches Node's own.
# A driver that is not installed is skipped with one line. Npgsql is checked by tests/Strata.SystemTests.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
uri=${1:?usage: run.sh CONNECTION-URI}
python=${PYTHON:-/usr/bin/python3}
work=$(mktemp -d); trap 'rm -rf "$work"' EXIT
failed=0

run() { # name, command…
  local name=$1; shift
  if output=$(timeout 120 "$@" 2>&1); then echo "passed  $name${output:+ ($output)}"; else echo "FAILED  $name"; echo "$output" | tail -15; failed=1; fi
}

for check in "$here"/*_check.py; do
  module=$(sed -n 's/^# needs: //p' "$check")
  if "$python" -c "import $module" 2>/dev/null; then run "$module" "$python" "$check" "$uri"; else echo "skipped $module: not installed"; fi
done

if command -v npm >/dev/null; then
  cp "$here"/node/* "$work"
  if (cd "$work" && npm install --no-audit --no-fund --silent) >/dev/null 2>&1; then run "node-postgres, postgres.js" node "$work/drivers.mjs" "$uri"; else echo "skipped Node: its packages do not install"; fi
else
  echo "skipped Node: not installed"
fi

jdbc=$(ls /usr/share/java/postgresql.jar 2>/dev/null)
if [ -n "$jdbc" ] && command -v javac >/dev/null; then
  if javac -cp "$jdbc" -d "$work/classes" "$here/java/Drivers.java" 2>"$work/javac"; then run "pgjdbc" java -cp "$work/classes:$jdbc:/usr/share/java/scram-client.jar:/usr/share/java/scram-common.jar:/usr/share/java/saslprep.jar:/usr/share/java/stringprep.jar" Drivers "$uri"; else echo "FAILED  pgjdbc"; cat "$work/javac"; failed=1; fi
else
  echo "skipped pgjdbc: not installed"
fi

if command -v go >/dev/null && [ -d /usr/share/gocode/src/github.com/lib/pq ]; then
  if GO111MODULE=off GOPATH=/usr/share/gocode GOCACHE="$work/cache" go build -o "$work/drivers" "$here/go/drivers.go" 2>"$work/go"; then run "lib/pq, pgx" "$work/drivers" "$uri"; else echo "FAILED  Go"; cat "$work/go"; failed=1; fi
else
  echo "skipped Go: not installed"
fi
exit $failed
