#!/usr/bin/env bash
# Runs client programs and ORMs against a server: create, migrate, reflect, CRUD.
#   tests/clients/run.sh postgresql://postgres:PASSWORD@127.0.0.1:PORT/postgres [NAME...]
# NAMEs are those of checks (django, sqlalchemy, sequelize, typeorm, efcore, dapper); without any all run. A client that is not installed is skipped with one line; node's are
# installed from node/package.json by `npm install` beforehand, .NET's restored here. Each check works in a schema or a database of its own that it drops.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
uri=${1:?usage: run.sh CONNECTION-URI [NAME...]}
shift
python=${PYTHON:-/usr/bin/python3}
failed=0

# NAME COMMAND...: runs one check.
check() {
  local name=$1 output
  shift
  if output=$("$@" 2>&1); then
    echo "passed  $name"
  else
    echo "FAILED  $name"; echo "$output" | tail -"${LINES_OF_OUTPUT:-15}"; failed=1
  fi
}

# NAME: whether it was asked for.
wanted() { [ $# -gt 0 ] && { [ ${#names[@]} -eq 0 ] || [[ " ${names[*]} " == *" $1 "* ]]; }; }
names=("$@")

for script in "$here"/*_check.py; do
  name=$(basename "$script" _check.py)
  wanted "$name" || continue
  module=$(sed -n 's/^# needs: //p' "$script")
  if ! "$python" -c "import ${module// /, }" 2>/dev/null; then
    echo "skipped $name: $module not installed"
    continue
  fi
  check "$name" "$python" "$script" "$uri"
done
for script in "$here"/node/*_check.js; do
  name=$(basename "$script" _check.js)
  wanted "$name" || continue
  if ! command -v node >/dev/null || [ ! -d "$here/node/node_modules/$name" ]; then
    echo "skipped $name: not installed"
    continue
  fi
  check "$name" node "$script" "$uri"
done
if wanted efcore || wanted dapper; then
  if built=$(dotnet build "$here/dotnet" -nologo -v q -o "$here/dotnet/bin/check" 2>&1); then
    for name in efcore dapper; do
      wanted "$name" && check "$name" dotnet "$here/dotnet/bin/check/Strata.Clients.dll" "$uri" "$name"
    done
  else
    echo "skipped efcore, dapper: $(grep -m1 error <<<"$built")"
  fi
fi
[ ${#names[@]} -eq 0 ] && { "$here/drivers/run.sh" "$uri" || failed=1; }
exit $failed
