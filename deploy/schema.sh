#!/bin/sh
# Creates Temporal's two databases, or brings them up to this version. Safe to repeat.
# Runs in temporalio/admin-tools, which reads SQL_PASSWORD by itself.
set -eu

host=${POSTGRES_HOST:-postgres}
schema=${TEMPORAL_SCHEMA:-/etc/temporal/schema/postgresql/v12}

for name in temporal visibility; do
  database=temporal
  [ "$name" = temporal ] || database=temporal_visibility
  sql() { temporal-sql-tool --plugin postgres12 --ep "$host" --port 5432 --user temporal --db "$database" "$@"; }
  sql create
  # Version 0.0 only makes the table that counts versions; once it is there this does nothing new.
  sql setup-schema --version 0.0
  sql update-schema --schema-dir "$schema/$name/versioned"
done
