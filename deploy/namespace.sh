#!/bin/sh
# Creates the namespace where it is missing. Safe to repeat. Runs in temporalio/admin-tools.
# `onthedot setup-namespace` then adds search attributes and sets the retention.
set -eu

until temporal operator cluster health; do
  sleep 1
done
temporal operator namespace describe --namespace "$TEMPORAL_NAMESPACE" >/dev/null 2>&1 ||
  temporal operator namespace create --namespace "$TEMPORAL_NAMESPACE" --retention 720h
