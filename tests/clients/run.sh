#!/usr/bin/env bash
# Runs client programs and ORMs against a server: create, migrate, reflect, CRUD.
#   tests/clients/run.sh postgresql://postgres:PASSWORD@127.0.0.1:PORT/postgres
# A client that is not installed is skipped with one line. Each check works in a schema of its own that it drops.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
uri=${1:?usage: run.sh CONNECTION-URI}
python=${PYTHON:-/usr/bin/python3}
failed=0
for check in "$here"/*_check.py; do
  module=$(sed -n 's/^# needs: //p' "$check")
  if ! "$python" -c "import ${module// /, }" 2>/dev/null; then
    echo "skipped $(basename "$check"): $module not installed"
    continue
  fi
  if output=$("$python" "$check" "$uri" 2>&1); then
    echo "passed  $(basename "$check")"
  else
    echo "FAILED  $(basename "$check")"; echo "$output" | tail -15; failed=1
  fi
done
"$here/drivers/run.sh" "$uri" || failed=1
exit $failed
