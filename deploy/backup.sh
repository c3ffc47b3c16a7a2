#!/bin/sh
# Back up one server while it runs: backup.sh FOLDER. Reads the same settings as the server.
# The database is copied at one transaction boundary first; stored files never change once written, so copying
# them afterwards can only add files that the database does not yet know.
set -eu
[ $# -eq 1 ] || { echo "usage: backup.sh FOLDER" >&2; exit 2; }
data=${ENUMERA_DATA_DIR:-enumera-data}
target=$1/enumera-$(date -u +%Y%m%dT%H%M%SZ)
umask 077
mkdir -p "$target"

if [ -n "${ENUMERA_DATABASE_URL:-}" ]; then
  pg_dump --format=custom --file="$target/database.dump" "$(printf '%s' "$ENUMERA_DATABASE_URL" | sed 's/+psycopg//')"
else
  python3 - "$data/enumera.sqlite" "$target/database.sqlite" <<'PY'
import sqlite3, sys
with sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True) as source, sqlite3.connect(sys.argv[2]) as copy:
    source.backup(copy)
PY
fi
tar -C "$data" --exclude='enumera.sqlite*' -cf "$target/files.tar" .
(cd "$target" && sha256sum -- * > SHA256SUMS)
echo "$target"
