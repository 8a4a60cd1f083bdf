#!/bin/sh
# Creates the namespace if it is missing. Safe to repeat. Runs in temporalio/admin-tools.
# `onthedot setup-namespace` then adds search attributes and sets the retention.
set -eu

command -v temporal >/dev/null || {
  echo "namespace.sh: there is no \`temporal\` on PATH. Run it in temporalio/admin-tools." >&2
  exit 2
}

# Tries for five minutes; may be started again.
tries=300
until temporal operator cluster health; do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || { echo "namespace.sh: Temporal does not respond." >&2; exit 1; }
  sleep 1
done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
