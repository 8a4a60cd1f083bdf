#!/bin/sh
# Creates Temporal's two databases, or upgrades them to this version. Safe to repeat.
# Runs in temporalio/admin-tools, whose tools read SQL_PASSWORD.
set -eu

host=${POSTGRES_HOST:-postgres}
schema=${TEMPORAL_SCHEMA:-/etc/temporal/schema/postgresql/v12}

for name in temporal visibility; do
  database=temporal
  [ "$name" = temporal ] || database=temporal_visibility
  sql() { temporal-sql-tool --plugin postgres12 --ep "$host" --port 5432 --user temporal --db "$database" "$@"; }
  sql create
  # Version 0.0 only creates the table of versions; repeating this changes nothing.
  sql setup-schema --version 0.0
  sql update-schema --schema-dir "$schema/$name/versioned"
done
