#!/bin/sh
# Restore a backup into an empty server: restore.sh FOLDER/enumera-<time>. Reads the same settings as the server.
set -eu
[ $# -eq 1 ] && [ -f "$1/SHA256SUMS" ] || { echo "usage: restore.sh BACKUP_FOLDER" >&2; exit 2; }
source=$(cd "$1" && pwd)
data=${ENUMERA_DATA_DIR:-enumera-data}
(cd "$source" && sha256sum --check --quiet SHA256SUMS)
if [ -e "$data" ] && [ -n "$(ls -A "$data")" ]; then
  echo "restore.sh: $data is not empty; move it away first" >&2
  exit 4
fi
umask 077
mkdir -p "$data"
tar -C "$data" -xf "$source/files.tar"
if [ -f "$source/database.sqlite" ]; then
  cp "$source/database.sqlite" "$data/enumera.sqlite"
else
  pg_restore --no-owner --exit-on-error --single-transaction \
    --dbname="$(printf '%s' "$ENUMERA_DATABASE_URL" | sed 's/+psycopg//')" "$source/database.dump"
fi
echo "restored into $data; start the server"
